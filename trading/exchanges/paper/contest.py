"""The paper exchange of a contest: it fills at the frozen market of a cycle, and at nothing later."""

from decimal import Decimal

from trading.clock import Clock
from trading.exchanges.paper.exchange import SLIPPAGE, PaperExchange
from trading.markets import Markets
from trading.model import Mode, Order
from trading.ports import Report
from trading.tape import read_bars


class ContestExchange(PaperExchange):
    """Fills accounts of contests. What orders live through from cycle to cycle are whole minutes."""

    def __init__(self, markets: Markets, clock: Clock, slippage: Decimal = SLIPPAGE) -> None:
        super().__init__(markets, clock, slippage, mode=Mode.CONTEST, read=read_bars)

    async def find(self, order: Order) -> Report | None:
        """Return what becomes of an order that was cut off: while its cycle lasts, just what would have.

        The market has not moved since. Once the next cycle has begun, it has never existed.
        """
        return await self.place(order) if order.created_at == self._clock.now() else None
