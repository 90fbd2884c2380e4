"""`kit backtest`: run a strategy over candles of the past, and print what came of it as a card."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.keys_cli import Run, Url

if TYPE_CHECKING:
    from kit.client import KitClient

Strategy = Annotated[str, typer.Argument(help="A strategy such as ma_crossover; see strategies.list.")]
Pair = Annotated[str, typer.Argument(help="A pair such as BTC/USDT.")]
Length = Annotated[str, typer.Option("--timeframe", help="How long a candle lasts.")]
From = Annotated[str | None, typer.Option("--from", help="The first day, or moment, UTC; else a year ago.")]
To = Annotated[str | None, typer.Option("--to", help="The last day, or moment, UTC; else now.")]
Given = Annotated[
    list[str] | None, typer.Option("--param", help="A parameter as NAME=VALUE, as often as needed.")
]
Balance = Annotated[float | None, typer.Option(help="What it begins with, in quote; else 10,000.")]
Fee = Annotated[float | None, typer.Option(help="The fee of each side, in percent; else 0.1.")]
Slippage = Annotated[float | None, typer.Option(help="The slippage of each side, in percent; else 0.05.")]
StopLoss = Annotated[float | None, typer.Option(help="A stop so many percent from the entry.")]
TakeProfit = Annotated[float | None, typer.Option(help="A target so many percent from the entry.")]
TrailingStop = Annotated[float | None, typer.Option(help="A stop so many percent behind the best price.")]
Direction = Annotated[str | None, typer.Option(help="long, short or both; else long.")]
Exchange = Annotated[str | None, typer.Option(help="Whose candles; else those of the settings.")]
Dataset = Annotated[str | None, typer.Option(help="A file of candles in the data folder instead.")]
Json = Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")]

WIDTH = 14


def register(app: typer.Typer, run: Run) -> None:
    """Add the command; `run` is how it reaches a service."""

    @app.command()
    def backtest(
        strategy: Strategy,
        pair: Pair,
        timeframe: Length = "1h",
        begin: From = None,
        end: To = None,
        param: Given = None,
        balance: Balance = None,
        fee: Fee = None,
        slippage: Slippage = None,
        stop_loss: StopLoss = None,
        take_profit: TakeProfit = None,
        trailing_stop: TrailingStop = None,
        direction: Direction = None,
        exchange: Exchange = None,
        dataset: Dataset = None,
        as_json: Json = False,
        url: Url = None,
    ) -> None:
        """Run a strategy over candles of the past."""
        asked = {
            "strategy": strategy,
            "pair": pair,
            "timeframe": timeframe,
            "from": begin,
            "to": end,
            "params": parameters(param or []),
            "initialBalance": balance,
            "feePercent": fee,
            "slippagePercent": slippage,
            "stopLossPercent": stop_loss,
            "takeProfitPercent": take_profit,
            "trailingStopPercent": trailing_stop,
            "direction": direction,
            "exchange": exchange,
            "dataset": dataset,
        }
        given = {name: value for name, value in asked.items() if value is not None}

        async def show(client: "KitClient") -> int:
            from kit.research import BACKTEST_SECONDS

            answer = await client.call("backtest.run", given, timeout=BACKTEST_SECONDS)
            print(json.dumps(answer, indent=2, ensure_ascii=False) if as_json else "\n".join(card(answer)))
            return 0

        raise typer.Exit(run(url, show))


def parameters(given: Sequence[str]) -> dict[str, Any]:
    """Return parameters by name; raise BadParameter for what is not NAME=VALUE, each name once."""
    found: dict[str, Any] = {}
    for each in given:
        name, equals, value = (part.strip() for part in each.partition("="))
        if not (name and equals and value):
            raise typer.BadParameter(f"{each!r} is not NAME=VALUE", param_hint="--param")
        if name in found:
            raise typer.BadParameter(f"{name} is given twice", param_hint="--param")
        try:
            found[name] = json.loads(value)
        except json.JSONDecodeError:
            found[name] = value
    return found


def card(answer: Mapping[str, Any]) -> Iterator[str]:
    """Return the lines that tell of a backtest."""
    results, quote = answer["results"], answer["pair"].partition("/")[2]
    params = ", ".join(f"{name} {value:g}" for name, value in answer["params"].items())
    yield (
        f"{answer['strategy']}{f' ({params})' if params else ''} on {answer['pair']} {answer['timeframe']},"
        f" {_day(answer['period']['start'])} to {_day(answer['period']['end'])} UTC"
    )
    for data in answer["data"]:
        yield (
            f"{data['bars']:,} candles of {data['exchange']} ({data['source']}), {data['warmUp']} before them"
            f" to warm up, {data['missing']} missing"
        )
    yield ""
    held = "" if results["buyAndHold"] is None else f", buy & hold {results['buyAndHold']:+,.2f} %"
    yield _line("return", f"{results['totalReturn']:+,.2f} %{held}")
    yield _line("balance", f"{results['finalBalance']:,.2f} {quote} of {answer['initialBalance']:,.2f}")
    yield _line("max drawdown", f"{results['maxDrawdown']:,.2f} %")
    ratios = ("sharpeRatio", "Sharpe"), ("sortinoRatio", "Sortino"), ("calmarRatio", "Calmar")
    yield _line("ratios", ", ".join(f"{name} {_figure(results[key])}" for key, name in ratios))
    yield _line(
        "trades",
        f"{results['totalTrades']:,}, {results['winRate']:.1f} % won,"
        f" profit factor {_figure(results['profitFactor'])}, {results['expectancy']:+,.2f} {quote} each",
    )
    yield _line("fees", f"{results['fees']:,.2f} {quote}")
    yield _line("in the market", f"{results['exposure']:.1f} % of the time")
    for each in answer["openPositions"]:
        yield _line("still open", _open(each))
    yield ""
    for warning in answer["warnings"]:
        yield f"Mind: {warning}."
    yield f"Kept as {answer['backtestId']}."


def _open(position: Mapping[str, Any]) -> str:
    base, _, quote = position["pair"].partition("/")
    return (
        f"{position['side']} {position['amount']:.8g} {base} at {position['entryPrice']:,.8g} since"
        f" {datetime.fromtimestamp(position['openedAt'] / 1000, UTC):%Y-%m-%d %H:%M}, last"
        f" {position['lastPrice']:,.8g}: {position['unrealizedPnl']:+,.2f} {quote} unrealized"
    )


def _line(name: str, value: str) -> str:
    return f"{name:<{WIDTH}} {value}"


def _day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment):%Y-%m-%d %H:%M}"


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:,.2f}"
