"""What a run may do: every rule a figure of its configuration, every refusal a code and a figure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from trading.margin import MAINTENANCE, MOST_LEVERAGE
from trading.model import Side
from trading.runs.decision import ENTRIES, Action, RunDecision
from trading.runs.errors import InvalidRun
from trading.runs.view import AccountView
from trading.symbols import Symbol


@dataclass(frozen=True, slots=True)
class RunRules:
    """The bounds of a run, all inclusive. Raises InvalidRun for bounds that bound nothing.

    Sizes are notionals in quote, distances of stop-loss and take-profit fractions of the entry. A run has at
    most one position per pair. After so many `failures` in a row its decider opens nothing any more. An entry
    is made with a `confidence` of at least so much, and has `stop` and `target` where it names none.
    """

    least_size: Decimal = Decimal(10)
    most_size: Decimal = Decimal(40)
    least_leverage: Decimal = Decimal(1)
    most_leverage: Decimal = Decimal(10)
    positions: int = 3
    least_stop: Decimal = Decimal("0.01")
    most_stop: Decimal = Decimal("0.2")
    least_target: Decimal = Decimal("0.02")
    most_target: Decimal = Decimal("0.5")
    failures: int = 3
    confidence: Decimal = Decimal(0)
    stop: Decimal | None = None
    target: Decimal | None = None

    def __post_init__(self) -> None:
        """Raise InvalidRun for the first pair of bounds that makes no sense."""
        _ordered("size", self.least_size, self.most_size, Decimal(10) ** 12)
        _ordered("leverage", self.least_leverage, self.most_leverage, MOST_LEVERAGE)
        _ordered("stop-loss", self.least_stop, self.most_stop, Decimal(1))
        _ordered("take-profit", self.least_target, self.most_target, Decimal(100))
        if not 0 <= self.confidence <= 1:
            raise InvalidRun(f"a confidence lies between 0 and 1, not {self.confidence}")
        if self.least_leverage < 1 or self.positions < 1 or self.failures < 1:
            raise InvalidRun("a leverage, a number of positions and one of failures are at least 1")


def _ordered(name: str, least: Decimal, most: Decimal, end: Decimal) -> None:
    if not (least.is_finite() and most.is_finite() and 0 < least <= most <= end):
        raise InvalidRun(
            f"the {name} lies between two figures above 0 and up to {end}, not {least} and {most}"
        )


class Refused(StrEnum):
    """Why a decision is not carried out."""

    UNKNOWN_SYMBOL = "unknown_symbol"
    NO_PRICE = "no_price"
    SAFE_MODE = "safe_mode"
    INCOMPLETE = "incomplete"
    UNSURE = "unsure"
    SIZE_TOO_SMALL = "size_too_small"
    SIZE_TOO_LARGE = "size_too_large"
    LEVERAGE_TOO_LOW = "leverage_too_low"
    LEVERAGE_TOO_HIGH = "leverage_too_high"
    STOP_TOO_NEAR = "stop_too_near"
    STOP_TOO_FAR = "stop_too_far"
    STOP_BEYOND_LIQUIDATION = "stop_beyond_liquidation"
    TARGET_TOO_NEAR = "target_too_near"
    TARGET_TOO_FAR = "target_too_far"
    POSITION_EXISTS = "position_exists"
    TOO_MANY_POSITIONS = "too_many_positions"
    INSUFFICIENT_MARGIN = "insufficient_margin"
    NO_POSITION = "no_position"
    NOT_RUNNING = "not_running"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that a decision breaks: its figure and the bound to keep, None where there is none."""

    code: Refused
    says: str
    figure: Decimal | None = None
    bound: Decimal | None = None


def judge(
    decision: RunDecision,
    view: AccountView,
    rules: RunRules,
    symbols: Collection[Symbol],
    priced: Collection[Symbol],
    safe: bool = False,
) -> tuple[Refusal, ...]:
    """Return every rule that a decision breaks, none when it may go to the desk.

    `symbols` are the run's pairs and `priced` those that the snapshot has a price of. In `safe` mode nothing
    is opened. What the desk judges besides (venue, funds with the fee, the owner's limits) is not in it.
    """
    if decision.action is Action.HOLD:
        return ()
    return tuple(
        _of_pair(decision, symbols, priced)
        if decision.symbol not in symbols or decision.symbol not in priced
        else _of_close(decision, view)
        if decision.action is Action.CLOSE
        else _of_entry(decision, view, rules, safe)
    )


def guarded(decision: RunDecision, rules: RunRules) -> RunDecision:
    """Return a decision with the stop-loss and take-profit of the rules where it is an entry without."""
    if decision.action not in ENTRIES:
        return decision
    return replace(
        decision,
        stop_loss=rules.stop if decision.stop_loss is None else decision.stop_loss,
        take_profit=rules.target if decision.take_profit is None else decision.take_profit,
    )


def margin_of(decision: RunDecision) -> Decimal:
    """Return the initial margin of an entry; zero of anything else."""
    if decision.size is None or not decision.leverage:
        return Decimal(0)
    return decision.size / decision.leverage


def liquidation_distance(side: Side, leverage: Decimal) -> Decimal:
    """Return how far from the entry a fresh position is liquidated, as a fraction; 1 and more is never."""
    sign = side.sign
    return abs((1 / leverage - sign) / (MAINTENANCE - sign) - 1)


def _of_pair(
    decision: RunDecision, symbols: Collection[Symbol], priced: Collection[Symbol]
) -> Iterator[Refusal]:
    if decision.symbol not in symbols:
        yield Refusal(Refused.UNKNOWN_SYMBOL, f"the run does not trade {decision.symbol}")
    elif decision.symbol not in priced:
        yield Refusal(Refused.NO_PRICE, f"there is no price of {decision.symbol} in this cycle")


def _of_close(decision: RunDecision, view: AccountView) -> Iterator[Refusal]:
    if decision.symbol is None or view.of(decision.symbol) is None:
        yield Refusal(Refused.NO_POSITION, f"there is no position of {decision.symbol} to close")


def _of_entry(decision: RunDecision, view: AccountView, rules: RunRules, safe: bool) -> Iterator[Refusal]:
    if safe:
        yield Refusal(Refused.SAFE_MODE, "the run is in safe mode and opens nothing")
    if decision.confidence < rules.confidence:
        says = f"a confidence of {decision.confidence:.4g} is less than {rules.confidence}"
        yield Refusal(Refused.UNSURE, says, decision.confidence, rules.confidence)
    if _sound(decision):
        yield from _of_terms(decision, rules)
        yield from _of_account(decision, view, rules)
    else:
        yield Refusal(Refused.INCOMPLETE, "an entry names its size and its leverage, all in finite figures")


def _sound(decision: RunDecision) -> bool:
    needed = decision.size is not None and decision.leverage is not None
    figures = (decision.size, decision.leverage, decision.stop_loss, decision.take_profit)
    return needed and all(each is None or each.is_finite() for each in figures)


def _of_terms(decision: RunDecision, rules: RunRules) -> Iterator[Refusal]:
    if decision.size is None or decision.leverage is None:
        return
    small, large = Refused.SIZE_TOO_SMALL, Refused.SIZE_TOO_LARGE
    yield from _within("size", decision.size, rules.least_size, rules.most_size, small, large)
    low, high = Refused.LEVERAGE_TOO_LOW, Refused.LEVERAGE_TOO_HIGH
    yield from _within("leverage", decision.leverage, rules.least_leverage, rules.most_leverage, low, high)
    if decision.stop_loss is not None:
        near, far = Refused.STOP_TOO_NEAR, Refused.STOP_TOO_FAR
        yield from _within("stop-loss", decision.stop_loss, rules.least_stop, rules.most_stop, near, far)
        yield from _of_liquidation(decision, decision.leverage, decision.stop_loss)
    if decision.take_profit is not None:
        near, far = Refused.TARGET_TOO_NEAR, Refused.TARGET_TOO_FAR
        target = decision.take_profit
        yield from _within("take-profit", target, rules.least_target, rules.most_target, near, far)


def _of_liquidation(decision: RunDecision, leverage: Decimal, stop: Decimal) -> Iterator[Refusal]:
    if decision.side is None or leverage < 1:
        return
    distance = liquidation_distance(decision.side, leverage)
    if stop >= distance:
        says = f"a stop-loss {stop:.4g} away is beyond the liquidation, which is {distance:.4g} away"
        yield Refusal(Refused.STOP_BEYOND_LIQUIDATION, says, stop, distance)


def _of_account(decision: RunDecision, view: AccountView, rules: RunRules) -> Iterator[Refusal]:
    held = len(view.positions)
    if decision.action in ENTRIES and decision.symbol is not None and view.of(decision.symbol) is not None:
        yield Refusal(Refused.POSITION_EXISTS, f"there is a position of {decision.symbol} already")
    elif held >= rules.positions:
        says = f"{held} positions are open, and {rules.positions} may be"
        yield Refusal(Refused.TOO_MANY_POSITIONS, says, Decimal(held), Decimal(rules.positions))
    margin = margin_of(decision)
    if margin > view.available:
        says = f"the margin of {margin:.8g} is more than the {view.available:.8g} available"
        yield Refusal(Refused.INSUFFICIENT_MARGIN, says, margin, view.available)


def _within(
    name: str, figure: Decimal, least: Decimal, most: Decimal, under: Refused, over: Refused
) -> Iterator[Refusal]:
    if figure < least:
        yield Refusal(under, f"the {name} of {figure:.8g} is less than {least}", figure, least)
    elif figure > most:
        yield Refusal(over, f"the {name} of {figure:.8g} is more than {most}", figure, most)
