"""A market that nobody runs: endless, without storage, the same for everybody who has its seed."""

from trading.exchanges.simulated.market import SimulatedMarket

__all__ = ["SimulatedMarket"]
