"""The API of a trading system of several agents: sessions, orders, decisions, configuration, and a feed."""
