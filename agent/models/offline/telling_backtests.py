"""Cards of what backtests came to."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from agent.models.offline.facts import Facts
from agent.models.offline.intents import Intent
from agent.models.offline.steps import problem
from agent.models.offline.telling_doubts import doubts
from agent.models.offline.turn import Done
from agent.models.offline.voice import ANSWERS, Voice
from tools.words.language import Language

_DATES = {Language.EN: "%Y-%m-%d", Language.DE: "%d.%m.%Y"}
_IN_PERCENT = frozenset({"totalReturn", "maxDrawdown", "winRate", "annualReturn"})
_LESS_IS_BETTER = frozenset({"maxDrawdown"})
_BOUNDS = ("stopLossPercent", "takeProfitPercent", "trailingStopPercent")
_TOP = 3
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")

Asked = Mapping[str, Any] | None


def run_card(facts: Facts, asked: Asked, voice: Voice, metric: str = "") -> str:
    """Tell of one run: what it would have made, how, at which cost, and why to doubt it."""
    results, words = facts.inner("results"), _words(facts, voice)
    total, trades = results.number("totalReturn"), results.number("totalTrades")
    first = voice.say(
        f"run.{_outcome(total, trades)}",
        share=voice.share(abs(total) if total is not None else None),
        final=voice.money(results.number("finalBalance")),
        **words,
    )
    hold = results.number("buyAndHold")
    named = _params(facts.inner("params"), voice)
    lines = [
        voice.say("run.strategy", params=named, **words)
        if named
        else voice.say("run.strategy_plain", **words),
        _bounds(asked, voice),
        voice.say("run.return", total=voice.percent(total), hold=voice.percent(hold))
        if hold is not None
        else voice.say("run.return_alone", total=voice.percent(total)),
        *_measured(results, voice),
        _costs(facts, results.number("fees"), voice),
        _taken(facts, asked, voice),
    ]
    return _card(first, lines, doubts(facts, trades, voice, results.number("finalBalance")), voice)


def grid_card(facts: Facts, asked: Asked, voice: Voice, metric: str = "") -> str:
    """Tell of a grid: the best, what it did on candles it had not seen, and why to doubt it."""
    best, words, by = facts.inner("best"), _words(facts, voice), facts.text("metric")
    results, count = best.inner("results"), voice.whole(facts.number("combinations"))
    if not best.data:
        return _card(voice.say("grid.none", count=count, **words), [], [], voice)
    total = results.number("totalReturn")
    first = voice.say(
        "grid.best",
        count=count,
        params=_params(best.inner("params"), voice),
        made=voice.say("grid.gained" if total is None or total >= 0 else "grid.lost"),
        share=voice.share(abs(total) if total is not None else None),
        **words,
    )
    deflated = facts.number("deflatedSharpe")
    rows = [
        voice.say(
            "grid.row",
            params=_params(row.inner("params"), voice),
            score=_score(row.number("score"), by, voice),
        )
        for row in facts.rows("leaders")[:_TOP]
    ]
    lines = [
        voice.say(
            "grid.score", metric=_metric(by, voice), score=_score(best.number("score"), by, voice), **words
        ),
        _bounds(asked, voice),
        *_measured(results, voice),
        _held(facts.inner("validation"), by, voice),
        voice.say("grid.deflated", share=_chance(deflated, voice)) if deflated is not None else "",
        voice.say("grid.top", rows=" · ".join(rows)) if len(rows) > 1 else "",
        _costs(facts, results.number("fees"), voice),
        _taken(facts, asked, voice),
    ]
    return _card(first, lines, doubts(facts, results.number("totalTrades"), voice), voice)


def comparison_card(facts: Facts, asked: Asked, voice: Voice, metric: str = "") -> str:
    """Tell of several strategies, best first by a metric, as a short table."""
    by = metric or "sharpeRatio"
    rows = sorted(facts.rows("strategies"), key=lambda row: _rank(row.inner("results").number(by), by))
    if not rows:
        return voice.say("odd")
    best, words = rows[0].inner("results"), _words(facts, voice)
    first = voice.say(
        "compare.best",
        count=len(rows),
        metric=_metric(by, voice),
        total=voice.percent(best.number("totalReturn")),
        hold=voice.percent(facts.number("buyAndHold")),
        **{**words, "strategy": voice.name("strategy", rows[0].text("strategy"))},
    )
    table = [_compared(place, row, voice) for place, row in enumerate(rows, 1)]
    lines = [_bounds(asked, voice), _costs(facts, None, voice), _taken(facts, asked, voice)]
    told = doubts(facts, best.number("totalTrades"), voice)
    return _card("\n".join([first, *table]), lines, told, voice)


Card = Callable[[Facts, Asked, Voice, str], str]
CARDS: Mapping[str, Card] = {"run": run_card, "optimize": grid_card, "compare": comparison_card}
"""How each kind of result is told."""


def picture(drawn: Done, voice: Voice) -> str:
    """Say why there is no picture; one that there is speaks for itself where it is shown."""
    wrong = problem(drawn, voice)
    return voice.say("picture_failed", message=drawn.message) if wrong and drawn.message else wrong


def trial_problem(done: Done, voice: Voice) -> str:
    """Say why a backtest has no result, empty when it has one."""
    if not done.failed:
        return problem(done, voice)
    code = done.facts.inner("error").text("code") if done.facts else ""
    key = f"trial_failed.{code}"
    if not done.message:
        return voice.say("trial_failed_silent")
    told = voice.say(key if key in ANSWERS[voice.language] else "trial_failed", message=done.message)
    usual = problem(done, voice).partition("\n")[0]
    # Whether a near coin was meant is said as everywhere.
    plain = voice.say("failed", message=done.message)
    return told + usual.removeprefix(plain) if usual.startswith(plain) else told


def strategies(intent: Intent, facts: Facts, voice: Voice) -> str:
    """List the strategies there are."""
    rows = [
        row for row in facts.rows("strategies") if row.text("name") and row.text("name") != "test_strategy"
    ]
    if not rows:
        return voice.say("strategies.none")
    listed = [
        voice.say(
            "strategies.row",
            strategy=voice.name("strategy", row.text("name")),
            summary=_summary(row, voice),
        )
        for row in rows
    ]
    name = voice.name("strategy", rows[0].text("name"))
    return "\n".join([voice.say("strategies"), *listed, voice.say("strategies.hint", name=name)])


def backtests(intent: Intent, facts: Facts, voice: Voice) -> str:
    """List somebody's newest backtests."""
    rows = facts.rows("backtests")
    if not rows:
        return voice.say("backtests.none")
    listed = [
        voice.say("backtests.row", when=voice.moment(row.number("createdAt")), **_job(row, voice))
        for row in rows
    ]
    return "\n".join([voice.say("backtests"), *listed])


def unfinished(job: Facts, voice: Voice) -> str:
    """Say how a job stands that has no result to show."""
    message = job.inner("error").text("message").rstrip(". ")
    key = "backtests.failed" if message else "backtests.unfinished"
    return voice.say(key, message=message, **_job(job, voice))


def canceled(done: Done, voice: Voice) -> str:
    """Say which backtest was ended, or that it had ended already."""
    job = done.facts or Facts()
    key = "cancel.done" if job.text("status") == "canceled" else "cancel.late"
    return voice.say(key, **_job(job, voice))


def _job(job: Facts, voice: Voice) -> dict[str, str]:
    asked = job.inner("request")
    several = asked.data.get("strategies")
    names = [str(each)[:40] for each in several] if isinstance(several, list) else [asked.text("strategy")]
    return {
        "kind": voice.name("job", job.text("kind")),
        "what": ", ".join(voice.name("strategy", each) for each in names),
        "pair": asked.text("pair"),
        "status": voice.name("job_status", job.text("status")),
    }


def _card(first: str, lines: Sequence[str], told: Sequence[str], voice: Voice) -> str:
    return "\n".join(
        [
            first,
            *(f"• {line}" for line in lines if line),
            *(f"⚠ {each}" for each in told),
            voice.say("run.promise"),
        ]
    )


def _words(facts: Facts, voice: Voice) -> dict[str, str]:
    """Return what every sentence of a result may name."""
    pairs = facts.data.get("pairs")
    several = [str(each)[:20] for each in pairs] if isinstance(pairs, list) and len(pairs) > 1 else []
    pair, period = facts.text("pair"), facts.inner("period")
    return {
        "strategy": voice.name("strategy", facts.text("strategy")),
        "pair": ", ".join(several) or pair,
        "quote": pair.partition("/")[2],
        "timeframe": facts.text("timeframe"),
        "initial": voice.money(facts.number("initialBalance")),
        "begin": _day(period.text("start"), voice),
        "end": _day(period.text("end"), voice, back=1),
    }


def _day(text: str, voice: Voice, back: int = 0) -> str:
    """Write the day of a moment, of the last second before it with `back`."""
    try:
        moment = datetime.fromisoformat(text) - timedelta(seconds=back)
    except (ValueError, OverflowError):
        return text or voice.amount(None)
    return moment.strftime(_DATES[voice.language])


def _outcome(total: Decimal | None, trades: Decimal | None) -> str:
    if not total:
        return "idle" if not trades else "even"
    return "lost" if total < 0 else "gained"


def _params(params: Facts, voice: Voice) -> str:
    return ", ".join(f"{_param(name, voice)} {voice.amount(params.number(name))}" for name in params.data)


def _param(name: str, voice: Voice) -> str:
    key = name.replace("_", "")[:40]
    known = voice.name("param", key)
    return known if known != key else _WORD.sub(" ", name[:40]).lower()


def _metric(name: str, voice: Voice) -> str:
    return voice.name("metric", name)


def _score(value: Decimal | None, metric: str, voice: Voice) -> str:
    return voice.percent(value) if metric in _IN_PERCENT else voice.price(_hundredths(value))


def _hundredths(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 2)


def _chance(value: Decimal, voice: Voice) -> str:
    return voice.share(round(value * 100, 0))


def _rank(value: Decimal | None, metric: str) -> tuple[bool, Decimal]:
    sign = 1 if metric in _LESS_IS_BETTER else -1
    return value is None, sign * (value or Decimal(0))


def _measured(results: Facts, voice: Voice) -> Sequence[str]:
    trades = results.number("totalTrades")
    sharpe, drawdown = _hundredths(results.number("sharpeRatio")), results.number("maxDrawdown")
    return (
        voice.say("run.risk", drawdown=voice.share(drawdown), sharpe=voice.price(sharpe)),
        voice.say("run.trades", trades=voice.whole(trades), wins=voice.share(results.number("winRate")))
        if trades
        else voice.say("run.no_trades"),
    )


def _costs(facts: Facts, fees: Decimal | None, voice: Voice) -> str:
    cost, quote = facts.inner("cost"), facts.text("pair").partition("/")[2]
    fee, slippage = cost.number("feePercent"), cost.number("slippagePercent")
    if fee is None or slippage is None:
        return "" if fees is None else voice.say("run.fees", fees=voice.money(fees), quote=quote)
    rates = {"fee": voice.share(fee), "slippage": voice.share(slippage)}
    if fees is None:
        return voice.say("run.costs_alone", **rates)
    return voice.say("run.costs", fees=voice.money(fees), quote=quote, **rates)


def _bounds(asked: Asked, voice: Voice) -> str:
    given = Facts(asked or {})
    named = [
        voice.say(f"bound.{name}", value=voice.share(value))
        for name in _BOUNDS
        if (value := given.number(name))
    ]
    return voice.say("run.bounds", bounds=", ".join(named)) if named else ""


def _taken(facts: Facts, asked: Asked, voice: Voice) -> str:
    """Say what was taken because nobody said anything else."""
    if asked is None:
        return ""
    words = _words(facts, voice)
    parts = {
        "timeframe": ("timeframe",),
        "span": ("from", "to"),
        "balance": ("initialBalance",) if facts.number("initialBalance") is not None else (),
        "costs": ("feePercent", "slippagePercent"),
    }
    usual = [
        voice.say(f"taken.{part}", **words)
        for part, names in parts.items()
        if names and not any(name in asked for name in names)
    ]
    return voice.say("run.taken", taken=", ".join(usual)) if usual else ""


def _held(validation: Facts, by: str, voice: Voice) -> str:
    share = validation.number("outOfSample")
    if share is None:
        return ""
    return voice.say(
        "grid.held",
        first=voice.share(round((1 - share) * 100, 0)),
        params=_params(validation.inner("params"), voice),
        inside=_score(validation.number("inSampleScore"), by, voice),
        outside=_score(validation.number("outOfSampleScore"), by, voice),
    )


def _compared(place: int, row: Facts, voice: Voice) -> str:
    results = row.inner("results")
    return voice.say(
        "compare.row",
        place=place,
        strategy=voice.name("strategy", row.text("strategy")),
        total=voice.percent(results.number("totalReturn")),
        drawdown=voice.share(results.number("maxDrawdown")),
        sharpe=voice.price(_hundredths(results.number("sharpeRatio"))),
        trades=voice.whole(results.number("totalTrades")),
        wins=voice.share(results.number("winRate")),
    )


def _summary(row: Facts, voice: Voice) -> str:
    told = voice.name("summary", row.text("name"))
    return told if told != row.text("name") else row.text("summary").rstrip(".")
