"""`kit runs`: strategies and models that trade by themselves."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.columns import columns
from kit.keys_cli import Run, Url

if TYPE_CHECKING:
    from kit.client import KitClient

Name = Annotated[str, typer.Argument(help="The name of a run, as `kit runs list` shows it.")]
AnyName = Annotated[str | None, typer.Argument(help="The name of a run; all of yours without one.")]
Pairs = Annotated[list[str] | None, typer.Option("--pair", help="A pair it trades; give several.")]
Strategy = Annotated[str | None, typer.Option(help="A strategy of the house.")]
Model = Annotated[str | None, typer.Option(help="A model that answers here, as vendor:model.")]
Timeframe = Annotated[str, typer.Option(help="The candles it decides by.")]
Capital = Annotated[float | None, typer.Option(help="Paper money it begins with.")]
Minutes = Annotated[float | None, typer.Option(help="How often it decides.")]
Live = Annotated[
    bool, typer.Option("--live", help="With real money: each order asks, or a budget does once.")
]
Bound = Annotated[float | None, typer.Option(min=0, help="Part of a budget, which needs all three.")]

RUNS = ("name", "decider", "pairs", "mode", "state", "equity", "P&L", "trades", "cycles")


class Positions(StrEnum):
    """What becomes of open positions."""

    CLOSE = "close"
    KEEP = "keep"


def commands(run: Run) -> typer.Typer:
    """Return the group of commands; `run` is how they reach a service."""
    runs = typer.Typer(help="Strategies and models that trade by themselves.", no_args_is_help=True)
    _add_looks(runs, run)
    _add_start(runs, run)
    _add_moves(runs, run)
    return runs


def _ask(run: Run, url: str | None, method: str, **params: Any) -> None:
    async def call(client: "KitClient") -> int:
        given = {name: value for name, value in params.items() if value is not None}
        told = await client.call(method, given)
        changed = told.get("runs", [told])
        print("\n".join(map(standing, changed)) or "there is no run for that")
        return 0

    raise typer.Exit(run(url, call))


def _add_looks(runs: typer.Typer, run: Run) -> None:
    @runs.command("list")
    def show_all(arena: bool = False, url: Url = None) -> None:
        """List what trades by itself, the newest first."""

        async def look(client: "KitClient") -> int:
            told = await client.call("runs.list", {"arena": arena})
            print(columns([RUNS, *map(_row, told["runs"])]))
            return 0

        raise typer.Exit(run(url, look))

    @runs.command()
    def show(name: Name, url: Url = None) -> None:
        """Show how a run stands."""

        async def look(client: "KitClient") -> int:
            print(standing((await client.call("runs.get", {"name": name}))["run"]))
            return 0

        raise typer.Exit(run(url, look))


def _add_start(runs: typer.Typer, run: Run) -> None:
    @runs.command()
    def start(
        name: Name,
        strategy: Strategy = None,
        model: Model = None,
        pair: Pairs = None,
        timeframe: Timeframe = "5m",
        minutes: Minutes = None,
        capital: Capital = None,
        live: Live = False,
        per_order: Bound = None,
        per_day: Bound = None,
        loss: Bound = None,
        url: Url = None,
    ) -> None:
        """Have a strategy or a model trade from now on; without either an idle run is started again."""
        given: dict[str, Any] = {"timeframe": timeframe} if strategy or model else {}
        bounds = {"perOrder": per_order, "perDay": per_day, "loss": loss}
        if any(each is not None for each in bounds.values()):
            given["budget"] = {name: each for name, each in bounds.items() if each is not None}
        _ask(
            run,
            url,
            "runs.start",
            name=name,
            strategy=strategy,
            model=model,
            pairs=pair,
            intervalMinutes=minutes,
            initialCapital=capital,
            mode="live" if live else None,
            **given,
        )


def _add_moves(runs: typer.Typer, run: Run) -> None:
    @runs.command()
    def pause(name: AnyName = None, url: Url = None) -> None:
        """Have a run, or all of yours, decide nothing until resumed."""
        _ask(run, url, "runs.pause", name=name)

    @runs.command()
    def resume(name: AnyName = None, url: Url = None) -> None:
        """Have a paused run, or all that are paused, go on."""
        _ask(run, url, "runs.resume", name=name)

    @runs.command()
    def stop(name: Name, positions: Positions = Positions.CLOSE, url: Url = None) -> None:
        """End a run, and close its positions unless they are to be kept."""
        _ask(run, url, "runs.stop", name=name, positions=positions.value)

    @runs.command()
    def reset(name: Name, url: Url = None) -> None:
        """Make an ended run idle again."""
        _ask(run, url, "runs.reset", name=name)


def standing(run: Mapping[str, Any]) -> str:
    """Return how a run stands, in a line."""
    worth = "" if run["equity"] is None else f", worth {run['equity']:.2f} ({run['pnl']:+.2f})"
    safe = ", in safe mode" if run["safeMode"] else ""
    return (
        f"{run['name']} is {run['state']}{safe}: {run['decider']} on {', '.join(run['pairs'])}, "
        f"{run['mode']}, {run['cycles']} cycles, {run['trades']} trades{worth}"
    )


def _row(run: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        run["name"],
        run["decider"],
        ", ".join(run["pairs"]),
        run["mode"],
        run["state"],
        "" if run["equity"] is None else f"{run['equity']:.2f}",
        "" if run["pnl"] is None else f"{run['pnl']:+.2f}",
        str(run["trades"]),
        str(run["cycles"]),
    )
