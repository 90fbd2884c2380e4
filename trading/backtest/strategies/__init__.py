"""The strategies that come with the house, by what they bet on."""
