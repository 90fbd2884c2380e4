"""What runs begin with when whoever starts them says nothing else: the figures of the house, or those set."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from memory.database import UnitOfWork
from trading.model import Mode
from trading.runs.record import DeciderKind, Setting
from trading.runs.rules import RunRules

SHARE = Decimal("0.2")
"""The most that one entry of a run may be worth when nobody says otherwise, as a share of its money."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a run has that is started from now on.

    `initial` is its paper money. `position`, `daily_loss` and `drawdown` are limits of its paper account, as
    shares of its equity; None leaves those of every account. `stop` and `target` are for entries that name
    none, as fractions of the entry; one whose confidence is less than `confidence` is refused. `temperature`
    and `max_tokens` are how a model is asked; None leaves it to the model's vendor, and to the house.
    """

    mode: Mode = Mode.PAPER
    initial: Decimal = Decimal(10_000)
    positions: int = 3
    position: Decimal | None = None
    daily_loss: Decimal | None = None
    drawdown: Decimal | None = None
    stop: Decimal | None = None
    target: Decimal | None = None
    confidence: Decimal = Decimal(0)
    temperature: Decimal | None = None
    max_tokens: int | None = None

    def limits(self) -> Mapping[str, str]:
        """Return the limits of the account of a run, as they are stored."""
        shares = {name: getattr(self, name) for name in ("position", "daily_loss", "drawdown")}
        if self.position is not None:
            # All that is held of one asset may come of one order.
            shares["order"] = self.position
        return {name: str(share) for name, share in shares.items() if share is not None}

    def rules(self, initial: Decimal, changes: Mapping[str, Any]) -> RunRules:
        """Return the rules of a run with so much money, changed as somebody wants; raise InvalidRun."""
        most = initial * (SHARE if self.position is None else self.position)
        house = RunRules()
        usual: dict[str, Any] = {
            "most_size": most,
            "least_size": min(house.least_size, most),
            "most_leverage": Decimal(1),
            "positions": self.positions,
            "confidence": self.confidence,
        }
        if self.stop is not None:
            usual |= {"stop": self.stop, **_around("stop", self.stop, house)}
        if self.target is not None:
            usual |= {"target": self.target, **_around("target", self.target, house)}
        return RunRules(**{**usual, **changes})

    def settings(self, kind: DeciderKind, given: Mapping[str, Setting]) -> Mapping[str, Setting]:
        """Return the settings of what decides, those that were given first."""
        if kind is not DeciderKind.MODEL:
            return given
        usual: dict[str, Setting] = {}
        if self.temperature is not None:
            usual["temperature"] = float(self.temperature)
        if self.max_tokens is not None:
            usual["max_tokens"] = self.max_tokens
        return {**usual, **given}


def _around(name: str, distance: Decimal, house: RunRules) -> dict[str, Decimal]:
    """Return bounds that are those of the house, and wide enough for what every entry may get."""
    least, most = getattr(house, f"least_{name}"), getattr(house, f"most_{name}")
    return {f"least_{name}": min(least, distance), f"most_{name}": max(most, distance)}


_READ: Mapping[str, Callable[[Any], Any]] = {
    "mode": Mode,
    "positions": int,
    "max_tokens": int,
    **dict.fromkeys(
        (
            "initial",
            "position",
            "daily_loss",
            "drawdown",
            "stop",
            "target",
            "confidence",
            "temperature",
        ),
        Decimal,
    ),
}


async def defaults_of(uow: UnitOfWork) -> Defaults:
    """Return what a run begins with now: with paper money unless an account is armed for real money."""
    stored = await uow.config.all()
    found = {name: _READ[name](each.value["is"]) for name, each in stored.items() if name in _READ}
    if found.get("mode") is Mode.LIVE and not await armed(uow):
        del found["mode"]
    return Defaults(**found)


async def armed(uow: UnitOfWork) -> bool:
    """Tell whether an account may trade real money."""
    live = [each for each in await uow.accounts.all() if each.mode is Mode.LIVE]
    armings = [await uow.risk.arming(each.id) for each in live]
    return any(each is not None and each.armed for each in armings)
