"""What a run that ended, and a cycle of the arena, look like as messages."""

from collections.abc import Sequence

from bot.cards.parts import head, lines, result_of
from bot.voice import Voice, plain
from tools.contests.noticing import MOST_NAMED, CycleTold, Moved, RunEnded
from tools.contests.singles import CURRENCY


def cycle(found: CycleTold, voice: Voice) -> str:
    """Show a cycle in one line: who leads, and what was opened and closed."""
    led = (
        voice.say("cycle.nobody")
        if found.leader is None or found.total_return is None
        else voice.say("cycle.leads", name=plain(found.leader), made=voice.percent(found.total_return * 100))
    )
    parts = [
        voice.say("cycle.number", number=found.number),
        led,
        _listed("opened", [_opened(each, voice) for each in found.opened], voice),
        _listed("closed", [_closed(each, voice) for each in found.closed], voice),
    ]
    return " · ".join(part for part in parts if part)


def _opened(found: Moved, voice: Voice) -> str:
    return f"{plain(found.name)} {voice.name('side', found.side)} {found.pair}"


def _closed(found: Moved, voice: Voice) -> str:
    return f"{plain(found.name)} {found.pair} {voice.money(found.pnl, signed=True)}"


def _listed(name: str, rows: Sequence[str], voice: Voice) -> str:
    if not rows:
        return ""
    more = len(rows) - MOST_NAMED
    shown = [*rows[:MOST_NAMED], *([f"+{more}"] if more > 0 else [])]
    return voice.say(f"cycle.{name}", listed=", ".join(shown))


def ended(found: RunEnded, voice: Voice) -> str:
    """Show that a run has come to its end, and what it was worth then."""
    worth = None if found.equity is None else f"{voice.money(found.equity)} {CURRENCY}"
    made = None if found.pnl is None else result_of(voice, found.pnl, CURRENCY)
    return lines(
        head(plain(found.name), voice.name("run_state", found.state)),
        " · ".join(each for each in (worth, made) if each),
        plain(found.reason) if found.reason else None,
    )
