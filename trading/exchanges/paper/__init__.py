"""The paper exchange: real or simulated prices, money that is not."""

from trading.exchanges.paper.contest import ContestExchange
from trading.exchanges.paper.exchange import PaperExchange

__all__ = ["ContestExchange", "PaperExchange"]
