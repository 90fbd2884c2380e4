"""Cards of runs: what trades by itself for somebody, how it stands, and what can be done about it."""

from bot.asking import Action
from bot.cards.parts import head, line, lines, more, result_of
from bot.voice import Voice, plain
from tools.contests.singles import CURRENCY
from tools.contests.views import RunList, RunPosition, RunShown, RunView
from trading.runs.record import RunState

MOST_RUNS = 10
MOST_BUTTONS = 5
MOST_POSITIONS = 10
_ENDED = frozenset({RunState.COMPLETED, RunState.STOPPED, RunState.FAILED, RunState.IDLE})

Buttons = tuple[tuple[Action, ...], ...]


def listing(found: RunList, voice: Voice) -> str:
    """Show runs by their numbers."""
    if not found.runs:
        return voice.say("runs.none")
    rows = [f"{number}. {brief(each, voice)}" for number, each in enumerate(found.runs[:MOST_RUNS], 1)]
    rest = more(voice, len(found.runs) - MOST_RUNS)
    return "\n\n".join([head(voice.say("runs.title")), *rows, *([rest] if rest else [])])


def changed(found: RunList, voice: Voice) -> str:
    """Show the runs that were just paused, resumed or stopped."""
    return "\n\n".join(brief(each, voice) for each in found.runs) or voice.say("runs.unchanged")


def shown(found: RunShown, voice: Voice) -> str:
    """Show one run with its open positions."""
    held = found.account.positions if found.account is not None else []
    return lines(brief(found.run, voice), *(_position(each, voice) for each in held[:MOST_POSITIONS]))


def brief(found: RunView, voice: Voice) -> str:
    """Show how a run stands: what decides, on what, what came of it, and what comes next."""
    state = voice.say("runs.safe_mode") if found.safe_mode else ""
    settings = [
        plain(found.decider.partition(":")[2]),
        ", ".join(str(each) for each in found.pairs),
        voice.say("runs.every", minutes=voice.amount(found.interval_minutes)),
    ]
    return lines(
        head(plain(found.name), voice.name("run_state", found.state), voice.name("mode", found.mode), state),
        " · ".join(settings),
        _worth(found, voice),
        line(voice, "next_run", voice.time(found.next_at)) if found.next_at else None,
        plain(found.reason) if found.reason else None,
    )


def _worth(found: RunView, voice: Voice) -> str:
    done = voice.say("runs.done", cycles=found.cycles, trades=found.trades, won=found.won)
    if found.equity is None:
        return voice.say("runs.begins", money=f"{voice.money(found.initial)} {CURRENCY}")
    return f"{voice.money(found.equity)} {CURRENCY} · {result_of(voice, found.pnl, CURRENCY)} · {done}"


def _position(found: RunPosition, voice: Voice) -> str:
    side = voice.name("side", found.side)
    result = result_of(voice, found.unrealized, CURRENCY, found.unrealized_fraction * 100)
    return f"- {side} {voice.amount(found.amount)} {found.pair} · {result}"


def run_actions(found: RunView, voice: Voice, number: str = "") -> tuple[Action, ...]:
    """Return what can be done about a run: nothing about one that has ended."""
    if found.state in _ENDED:
        return ()
    label = f"{number} " if number else ""
    verb = "resume" if found.state == RunState.PAUSED else "pause"
    return (
        Action(f"{label}{voice.say(f'button.{verb}')}", "runs", f"{verb} {found.run_id}"),
        Action(f"{label}{voice.say('button.end')}", "runs", f"stop {found.run_id}", "bad"),
    )


def of_one(found: RunShown, voice: Voice) -> Buttons:
    """Return the buttons under one run."""
    row = run_actions(found.run, voice)
    return (row,) if row else ()


def of_listing(found: RunList, voice: Voice) -> Buttons:
    """Return a row of buttons for each of the first runs that have not ended."""
    rows = (run_actions(each, voice, str(number)) for number, each in enumerate(found.runs[:MOST_BUTTONS], 1))
    return tuple(row for row in rows if row)
