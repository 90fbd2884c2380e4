"""Why the figures of a backtest may be worth less than they look."""

from collections.abc import Sequence
from decimal import Decimal

from agent.models.offline.facts import Facts
from agent.models.offline.voice import Voice

FEW_TRADES = 30
CONVINCING = Decimal("0.95")
"""What a deflated Sharpe ratio has to reach to be more than luck."""
_LESS_IS_BETTER = frozenset({"maxDrawdown"})


def doubts(facts: Facts, trades: Decimal | None, voice: Voice, final: Decimal | None = None) -> Sequence[str]:
    """Return the warnings that a result's figures call for, the heaviest first."""
    said = []
    if final is not None and final <= 0:
        said.append(voice.say("warn.ruined"))
    if trades is not None and trades < FEW_TRADES:
        said.append(voice.say("warn.few", count=voice.whole(trades)))
    data = facts.rows("data")
    return [*said, *_of_choice(facts, voice), *_of_candles(data, voice)]


def _of_choice(facts: Facts, voice: Voice) -> Sequence[str]:
    """Return why the best of many combinations may be worth less."""
    count, deflated = facts.number("combinations"), facts.number("deflatedSharpe")
    if not count:
        return ()
    said = []
    if count > 1 and deflated is not None and deflated < CONVINCING:
        said.append(voice.say("warn.luck", share=voice.share(round(deflated * 100, 0))))
    validation = facts.inner("validation")
    if not validation.data:
        return [*said, voice.say("warn.unchecked")]
    inside, outside = validation.number("inSampleScore"), validation.number("outOfSampleScore")
    if inside is not None and (outside is None or _fell(inside, outside, facts.text("metric"))):
        said.append(voice.say("warn.overfit"))
    return said


def _fell(inside: Decimal, outside: Decimal, metric: str) -> bool:
    """Tell whether a score lost more than half of what it promised."""
    if metric in _LESS_IS_BETTER:
        return outside > inside and outside > inside * 2
    return outside < inside and outside < inside / 2


def _of_candles(data: Sequence[Facts], voice: Voice) -> Sequence[str]:
    said = []
    missing = sum((row.number("missing") or Decimal(0) for row in data), Decimal(0))
    if missing > 0:
        said.append(voice.say("warn.missing", count=voice.whole(missing)))
    if any(row.text("source") == "simulated" for row in data):
        said.append(voice.say("warn.simulated"))
    return said
