"""Cards of backtests and strategies."""

from typing import Any

from bot.cards.parts import head, line, lines, table
from bot.reading.backtests import spoken
from bot.voice import Voice, plain
from tools.backtest import CompareReport, JobList
from tools.backtest_reports import BacktestReport, OptimizeReport, Period, Results
from tools.chart_words import spaced
from tools.strategies import StrategyList
from tools.words.trial_params import NOT_SHOWN

MOST_ROWS = 10
MOST_WARNINGS = 4


def ran(found: BacktestReport, voice: Voice) -> str:
    """Show what a strategy would have made."""
    results = found.results
    quote = found.pair.partition("/")[2]
    more = f" +{len(found.pairs) - 1}" if len(found.pairs) > 1 else ""
    return lines(
        head(f"Backtest {plain(spoken(found.strategy))}", f"{found.pair}{more} {found.timeframe}"),
        _given(found.params, voice),
        line(voice, "period", _between(found.period)),
        line(voice, "return", f"**{voice.percent(results.total_return)}**"),
        line(voice, "held", voice.percent(results.buy_and_hold))
        if results.buy_and_hold is not None
        else None,
        line(
            voice,
            "balance",
            f"{voice.money(found.initial_balance)} → {voice.money(results.final_balance)} {quote}",
        ),
        *_figures(results, voice),
        _cost(found.cost, voice),
        *_warnings(found.warnings),
        voice.say("card.past"),
    )


def optimized(found: OptimizeReport, voice: Voice) -> str:
    """Show the best parameters that were found, and how far to trust them."""
    best, unseen = found.best, found.validation
    metric = spaced(found.metric)
    return lines(
        head(
            voice.say("card.optimized", strategy=plain(spoken(found.strategy))),
            f"{found.pair} {found.timeframe}",
        ),
        line(voice, "period", _between(found.period)),
        line(voice, "combinations", voice.figure(found.combinations, 0)),
        line(voice, "best", _given(best.params, voice) or "") if best else voice.say("card.no_best"),
        line(voice, "score", f"{metric} {voice.figure(best.score)}") if best else None,
        *(_figures(best.results, voice) if best else ()),
        line(voice, "unseen", f"{metric} {voice.figure(unseen.out_of_sample_score)}") if unseen else None,
        line(voice, "better_than_luck", voice.percent(found.deflated_sharpe * 100, signed=False))
        if found.deflated_sharpe is not None
        else None,
        _cost(found.cost, voice),
        *_warnings(found.warnings),
        voice.say("card.past"),
    )


def compared(found: CompareReport, voice: Voice) -> str:
    """Show strategies side by side, the best first."""
    rows = [
        (
            spoken(each.strategy)[:13],
            voice.percent(each.results.total_return),
            voice.figure(each.results.sharpe_ratio),
        )
        for each in found.strategies[:MOST_ROWS]
    ]
    names = (voice.say("column.strategy"), voice.say("column.return"), "Sharpe")
    return lines(
        head(voice.say("card.compared"), f"{found.pair} {found.timeframe}"),
        line(voice, "period", _between(found.period)),
        table([names, *rows]),
        line(voice, "held", voice.percent(found.buy_and_hold)),
        _cost(found.cost, voice),
        *_warnings(found.warnings),
        voice.say("card.past"),
    )


def listing(found: JobList, voice: Voice) -> str:
    """Show the newest backtests."""
    if not found.backtests:
        return voice.say("card.no_backtests")
    rows = []
    for each in found.backtests:
        named = each.request.get("strategy") or ", ".join(each.request.get("strategies", ()))
        asked = f"{plain(spoken(str(named)))} {plain(str(each.request.get('pair', '')))}"
        rows.append(f"- {asked} · {voice.name('job', each.status)} · {voice.time(each.created_at)}")
    return "\n".join([head(voice.say("card.backtests")), *rows])


def strategies(found: StrategyList, voice: Voice) -> str:
    """Show which strategies can be tried."""
    rows = [
        f"- **{plain(each.name)}** {plain(each.summary)}"
        for each in found.strategies
        if each.name != NOT_SHOWN
    ]
    return "\n".join([head(voice.say("card.strategies")), *rows])


def _figures(results: Results, voice: Voice) -> list[str]:
    return [
        line(voice, "drawdown", voice.percent(results.max_drawdown, signed=False)),
        line(voice, "sharpe", voice.figure(results.sharpe_ratio)),
        line(voice, "win_rate", voice.percent(results.win_rate, signed=False)),
        line(voice, "trades", voice.figure(results.total_trades, 0)),
    ]


def _given(params: dict[str, Any], voice: Voice) -> str | None:
    return ", ".join(f"{plain(spaced(name))} {voice.amount(value)}" for name, value in params.items()) or None


def _between(period: Period) -> str:
    return f"{period.start[:10]} – {period.end[:10]}"


def _cost(cost: Any, voice: Voice) -> str | None:
    if cost is None:
        return None
    fee, slippage = cost.fee_percent, cost.slippage_percent
    return line(
        voice, "per_fill", f"{voice.percent(fee, signed=False)} + {voice.percent(slippage, signed=False)}"
    )


def _warnings(warnings: list[str]) -> list[str]:
    return [f"- {plain(each)}" for each in warnings[:MOST_WARNINGS]]
