"""Language models that decide for runs: what they are told, and how their answer is read."""
