"""Markets and venues: the adapters behind `trading.ports`."""
