"""What the loopback exchange of these tests trades, and orders for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from tests.peers.exchange_state import LoopbackExchange
from tests.peers.exchange_tape import Pair, Tape
from trading.clock import ManualClock
from trading.exchanges.ccxt_live import CcxtExchange
from trading.exchanges.ccxt_market import CcxtMarket
from trading.model import Mode, Order, OrderStatus, OrderType, Side
from trading.symbols import Symbol

NOW = datetime(2026, 11, 21, 10, 7, 30, tzinfo=UTC)
LISTED = NOW - timedelta(days=40)
KEY, SECRET = "canary-of-the-key", "Y2FuYXJ5LW9mLXRoZS1zZWNyZXQ="

_numbers = count(1)


def tapes() -> list[Tape]:
    price = Decimal(3000)
    return [
        Tape(Pair("ETH", "USDT", price), LISTED, fixed=price),
        Tape(Pair("BNB", "USDT", Decimal(600), step=Decimal("0.001")), LISTED, fixed=Decimal(600)),
        Tape(Pair("ETH", "USD", price, kraken="XETHZUSD"), LISTED, fixed=price),
        Tape(Pair("BTC", "USD", Decimal(90_000), tick=Decimal("0.1"), kraken="XXBTZUSD"), LISTED),
    ]


@dataclass(frozen=True)
class World:
    """One exchange under test, and the other side of its wire."""

    name: str
    peer: LoopbackExchange
    clock: ManualClock
    market: CcxtMarket
    live: CcxtExchange
    symbol: Symbol
    paths: Mapping[str, str]

    @property
    def tape(self) -> Tape:
        return self.peer.tapes[self.symbol.joined]

    def order(self, side: Side = Side.BUY, type: OrderType = OrderType.LIMIT, **more: Any) -> Order:
        defaults: dict[str, Any] = {
            "amount": Decimal("0.1"),
            "price": Decimal(2900) if type in (OrderType.LIMIT, OrderType.STOP_LIMIT) else None,
            "stop_price": Decimal(3100) if type in (OrderType.STOP, OrderType.STOP_LIMIT) else None,
        }
        return Order(
            id=f"ord-{next(_numbers)}",
            account="acc",
            symbol=self.symbol,
            side=side,
            type=type,
            status=OrderStatus.SENT,
            created_at=self.clock.now(),
            updated_at=self.clock.now(),
            mode=Mode.LIVE,
            exchange=self.name,
            **{**defaults, **more},
        )

    def move(self, price: int) -> None:
        """Let the market stand at a price."""
        self.peer.account.move(self.tape, Decimal(price), self.peer.now_ms)

    def fill(self, order: Order, amount: str, price: int) -> None:
        """Let so much of a resting order trade."""
        placed = self.placed(order)
        self.peer.account.fill(placed, Decimal(amount), Decimal(price), self.peer.now_ms, maker=True)

    def placed(self, order: Order) -> Any:
        """Return an order as the exchange keeps it."""
        from trading.exchanges.ccxt_live_venues import client_order_id

        found = self.peer.account.named(client=client_order_id(order.id))
        assert found is not None
        return found

    def lag(self, *of: str) -> None:
        """Let readers see nothing newer than this moment."""
        self.peer.account.lag = self.peer.account.counter
        self.peer.account.lag_of = frozenset(of or ("orders", "trades"))

    def catch_up(self) -> None:
        """Let readers see everything again."""
        self.peer.account.lag = None
