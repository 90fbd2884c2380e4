"""What a person wants traded or closed, as values."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tools.words.pairs import Pair
from trading.model import Side


class Unit(StrEnum):
    """What an amount counts."""

    QUOTE = "quote"
    BASE = "base"
    SHARE = "share"
    """A fraction of what is held, 1 for all of it."""
    BARE = "bare"
    """Nothing said: it could be either side of the pair."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How much; `currency` as named (usd, eur, usdt ...), or the coin's ticker for a base amount."""

    value: Decimal
    unit: Unit
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """A price, in `currency` when one was named, or a distance from the entry in percent."""

    value: Decimal
    percent: bool = False
    currency: str | None = None


class Form(StrEnum):
    """What kind of order the words name, beyond what its figures tell."""

    STOP = "stop"
    STOP_LIMIT = "stop_limit"
    TRAILING = "trailing"
    """A trailing stop that may also open something."""
    OCO = "oco"


@dataclass(frozen=True, slots=True)
class Order:
    """What is known of an order so far; `margin` when it was worded as a long or short.

    `price` is its limit, `trigger` the price that starts it, `trail` how far it follows behind the best price
    (without a unit it is not known what that counts). `stop` and `target` protect what it opens. `reduce`
    when it may only reduce what is held.
    """

    side: Side | None = None
    pair: Pair | None = None
    amount: Amount | None = None
    price: Level | None = None
    stop: Level | None = None
    target: Level | None = None
    leverage: Decimal | None = None
    exchange: str | None = None
    margin: bool = False
    trigger: Level | None = None
    trail: Level | None = None
    form: Form | None = None
    reduce: bool = False

    @property
    def at_once(self) -> bool:
        """Whether it trades at the market and now."""
        return self.price is None and self.trigger is None and self.trail is None and self.form is None

    @property
    def opens(self) -> bool:
        """Whether it may open or add to something."""
        return not self.reduce and (self.margin or self.side is Side.BUY)


@dataclass(frozen=True, slots=True)
class Close:
    """What to close: a pair's positions or everything, a share of each, perhaps of one direction only."""

    pair: Pair | None = None
    everything: bool = False
    share: Decimal = Decimal(1)
    direction: str | None = None
