"""Words for runs: as one would be started, as they stand, and what was done about them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from agent.models.offline.facts import Facts, as_number
from agent.models.offline.intents import Intent, Kind
from agent.models.offline.steps import problem
from agent.models.offline.telling_market import HUNDRED
from agent.models.offline.turn import Done
from agent.models.offline.voice import Voice

MOST_ROWS = 15

_DONE: Mapping[Kind, str] = {
    Kind.PAUSE: "runs.paused",
    Kind.RESUME: "runs.resumed",
    Kind.RUN_STOP: "runs.stopped",
}
_STOPPED = ("halted", "reducing")


def proposal(params: Mapping[str, Any], voice: Voice) -> str:
    """Show a run as it would be started, and ask whether it is to be."""
    settings = params["settings"]
    figures = {
        "name": params["name"],
        "strategy": params["strategy"],
        "timeframe": params["timeframe"],
        "pairs": ", ".join(params["pairs"]),
        "capital": voice.money(as_number(params["initialCapital"])),
        "size": voice.money(as_number(params["maxSize"])),
        "stop": _share(settings["stop_loss"], voice),
        "target": _share(settings["take_profit"], voice),
    }
    return "\n".join(voice.say(f"auto.{line}", **figures) for line in ("proposed", "rules", "end", "confirm"))


def _share(fraction: float, voice: Voice) -> str:
    return voice.share(Decimal(str(fraction)) * HUNDRED)


def started(done: Done, voice: Voice) -> str:
    """Tell of the run that was started."""
    wrong = problem(done, voice)
    return wrong or f"{voice.say('auto.started')}\n{line(done.facts or Facts(), voice)}"


def going(run: Facts, voice: Voice) -> str:
    """Tell that something trades by itself already."""
    return f"{voice.say('auto.going')}\n{line(run, voice)}"


def runs(intent: Intent, facts: Facts, voice: Voice) -> str:
    """Tell what trades by itself."""
    return listed(facts, voice)


def listed(facts: Facts, voice: Voice) -> str:
    """Tell the runs of a list."""
    rows = facts.rows("runs")
    if not rows:
        return voice.say("runs.none")
    return "\n".join([voice.say("runs"), *(line(row, voice) for row in rows[:MOST_ROWS])])


def line(run: Facts, voice: Voice) -> str:
    """Tell how a run stands, on one line."""
    pairs = run.data.get("pairs")
    equity = run.number("equity")
    told = voice.say(
        "run.line",
        mode=voice.mode(run),
        name=run.text("name"),
        state=voice.name("run_state", run.text("state")),
        decider=run.text("decider").partition(":")[2],
        pairs=", ".join(str(each) for each in pairs if isinstance(each, str))
        if isinstance(pairs, list)
        else "",
    )
    if equity is None:
        return told
    worth = voice.say(
        "run.worth",
        equity=voice.money(equity),
        pnl=voice.result(run.number("pnl")),
        trades=voice.count("run.trades", run.number("trades")),
        cycles=voice.count("run.cycles", run.number("cycles")),
    )
    return f"{told}, {worth}"


def moved(kind: Kind, done: Done, switch: str, voice: Voice) -> str:
    """Tell which runs were paused, go on or have ended, and what that does not do."""
    rows = (done.facts or Facts()).rows("runs")
    key = _DONE[kind]
    names = ", ".join(row.text("name") for row in rows)
    told = [voice.say(key, names=names) if rows else voice.say(f"{key}_none")]
    if kind is Kind.RESUME and switch in _STOPPED:
        told.append(f"{voice.say(f'switch.{switch}')} {voice.say('resume')}")
    return "\n".join(told)
