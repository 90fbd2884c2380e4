"""`kit arena`: who is ahead, cycle by cycle, and reckoning it all again."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kit.columns import columns
from kit.keys_cli import Run, Url

if TYPE_CHECKING:
    from kit.client import KitClient

Name = Annotated[str | None, typer.Argument(help="An account such as LLM-A; all when left out.")]
Limit = Annotated[int, typer.Option(help="How many, the newest first.")]

BOARD = ("#", "name", "model", "return", "95 %", "drawdown", "Sharpe", "trades", "won", "fees", "spent", "")
ACCOUNTS = ("name", "model", "equity", "balance", "margin", "P&L", "trades", "state")
DECISIONS = ("cycle", "name", "decision", "outcome", "why")
REASONING = 100
REPLAY_SECONDS = 3_600.0

Words = Callable[[Mapping[str, Any]], str]
Show = Callable[..., None]


def commands(run: Run) -> typer.Typer:
    """Return the group of commands; `run` is how they reach a service."""
    arena = typer.Typer(help="Models that compete with paper money.", no_args_is_help=True)
    show = partial(_show, run)
    _add_looks(arena, show)
    _add_acts(arena, show)
    return arena


def _show(
    run: Run, url: str | None, method: str, words: Words, seconds: float | None = None, **params: Any
) -> None:
    async def look(client: "KitClient") -> int:
        given = {name: value for name, value in params.items() if value is not None}
        told = await client.call(method, given, timeout=seconds)
        print(words(told))
        return 1 if told.get("equal") is False else 0

    raise typer.Exit(run(url, look))


def _add_looks(arena: typer.Typer, show: Show) -> None:
    @arena.command()
    def status(url: Url = None) -> None:
        """Show whether the arena is on, and when its next cycle is."""
        show(url, "arena.status", standing)

    @arena.command()
    def leaderboard(url: Url = None) -> None:
        """Show who is ahead, by how much, and whether that means anything."""
        show(url, "arena.leaderboard", board)

    @arena.command()
    def accounts(name: Name = None, url: Url = None) -> None:
        """Show every account, as of the last cycle."""
        show(url, "arena.accounts", holdings, name=name)

    @arena.command()
    def decisions(name: Name = None, limit: Limit = 20, url: Url = None) -> None:
        """Show what was decided, why, and what came of it."""
        show(url, "arena.decisions", decided, name=name, limit=limit)


def _add_acts(arena: typer.Typer, show: Show) -> None:
    @arena.command()
    def trigger(url: Url = None) -> None:
        """Begin a cycle now."""
        show(url, "arena.trigger", lambda told: f"cycle {told['cycleId']} has begun")

    @arena.command()
    def pause(url: Url = None) -> None:
        """Begin no more cycles until `kit arena resume`."""
        show(url, "arena.pause", lambda told: f"paused at {told['pausedAt']}")

    @arena.command()
    def resume(url: Url = None) -> None:
        """Go on with the next slot."""
        show(url, "arena.resume", lambda told: f"the next cycle is at {told['nextAt']}")

    @arena.command()
    def season(url: Url = None) -> None:
        """End the season, and begin the next with fresh accounts."""
        show(url, "arena.season", standing)

    @arena.command()
    def replay(url: Url = None) -> None:
        """Reckon every curve again from the stored markets and decisions; exit code 1 for a difference."""
        show(url, "arena.replay", replayed, REPLAY_SECONDS)


def standing(told: Mapping[str, Any]) -> str:
    """Return how the arena stands, in lines."""
    if told["state"] == "off":
        return "The arena is off here: the setting `arena` switches it on."
    lines = [
        f"Season {told['season']} is {told['state']}: {told['entrants']} entrants on "
        f"{', '.join(told['pairs'])}, every {told['intervalMinutes']:g} minutes, {told['source']} prices.",
        f"{told['cycles']} cycles so far, {told['failed']} without a market or cut off, "
        f"{told['errors']} answers that were no decision.",
    ]
    last = told["last"]
    if last is not None:
        lines.append(f"The last one, {last['number']}, took {last['seconds']:.1f} s and is {last['status']}.")
    return "\n".join(lines)


def board(told: Mapping[str, Any]) -> str:
    """Return a leaderboard as a table, after what it means in words."""
    head = f"Season {told['season']}, {told['cycles']} cycles, {told['source']} prices. {told['says']}"
    return f"{head}\n\n{columns([BOARD, *map(_line, told['lines'])])}"


def _line(line: Mapping[str, Any]) -> tuple[str, ...]:
    span, cost = line["interval"], line["modelCost"]
    marks = [line["finding"] if line["verdict"] == "distinguishable" else line["verdict"] or "baseline"]
    marks += ["safe mode"] if line["safeMode"] else []
    marks += [line["state"]] if line["state"] != "running" else []
    return (
        str(line["rank"]),
        line["name"],
        line["model"],
        f"{line['totalReturn']:+.2%}",
        "" if span is None else f"{span['low']:+.1%} to {span['high']:+.1%}",
        f"{line['maxDrawdown']:.2%}",
        f"{line['sharpe']:.2f}",
        str(line["trades"]),
        f"{line['winRate']:.0%}",
        f"{line['fees']:.2f}",
        "unknown" if cost is None else f"${cost:.2f}",
        ", ".join(marks).replace("_", " "),
    )


def holdings(told: Mapping[str, Any]) -> str:
    """Return accounts as a table, each with its open positions below it."""
    rows: list[Sequence[str]] = [ACCOUNTS]
    below: list[str] = []
    for each in told["accounts"]:
        rows.append(
            (
                each["name"],
                each["model"],
                f"{each['equity']:.2f}",
                f"{each['balance']:.2f}",
                f"{each['margin']:.2f}",
                f"{each['pnl']:+.2f}",
                str(each["trades"]),
                each["state"],
            )
        )
        below += [_position(position) for position in each["positions"]]
    return "\n".join([columns(rows), *(["", *below] if below else [])])


def _position(each: Mapping[str, Any]) -> str:
    return (
        f"{each['name']}: {each['side']} {each['amount']:g} {each['pair']} at {each['entryPrice']:g}, "
        f"{each['leverage']:g}x, now {each['currentPrice']:g}, P&L {each['unrealized']:+.2f}"
    )


def decided(told: Mapping[str, Any]) -> str:
    """Return decisions as a table."""
    return columns([DECISIONS, *map(_decision, told["decisions"])])


def _decision(each: Mapping[str, Any]) -> tuple[str, ...]:
    what = " ".join(str(part) for part in (each["action"], each["pair"]) if part is not None)
    size = "" if each["size"] is None else f" {each['size']:g}"
    why = each["reason"] or each["reasoning"]
    return str(each["number"]), each["name"], f"{what or '-'}{size}", each["outcome"], why[:REASONING]


def replayed(told: Mapping[str, Any]) -> str:
    """Return what came of a replay."""
    head = f"{told['cycles']} cycles, {told['points']} points reckoned again: "
    if told["equal"]:
        return head + "all equal to the last digit."
    first = told["difference"]
    return (
        f"{head}cycle {first['number']} differs, {first['name']} {first['what']}: stored {first['stored']}, "
        f"reckoned {first['replayed']}."
    )
