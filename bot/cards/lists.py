"""Cards of lists: what moves, what is watched, who was let in; and of whatever has no card of its own."""

from collections.abc import Iterator
from typing import Any

from bot.asking import Action
from bot.cards.parts import head, line, lines, source, table
from bot.voice import Voice, plain
from tools.wire import Result

Buttons = tuple[tuple[Action, ...], ...]

MOST_ROWS = 20
MOST_BUTTONS = 5
_DEEPEST = 3


def overview(found: Any, voice: Voice) -> str:
    """Show what rose, fell and traded most."""
    parts = [head(voice.say("card.market"), found.quote)]
    for name in ("gainers", "losers", "most_traded"):
        moved = getattr(found, name)
        if moved:
            parts += [f"**{voice.say(f'card.{name}')}**", table([_moved(each, voice) for each in moved])]
    return lines(*parts, f"_{source(voice, found)} · {voice.time(found.timestamp)}_")


def watched(found: Any, voice: Voice) -> str:
    """Show the pairs that somebody watches."""
    if not found.pairs:
        return voice.say("card.no_watched")
    rows = [_moved(each, voice, whole=True) for each in found.pairs]
    return lines(head(voice.say("card.watchlist")), table(rows), f"_{source(voice, found)}_")


def on_list(found: Any, voice: Voice) -> str:
    """Show that a pair is watched, or not any more."""
    return voice.say("card.is_watched" if found.watched else "card.not_watched", pair=found.pair)


def _moved(found: Any, voice: Voice, whole: bool = False) -> tuple[str, str, str]:
    name = str(found.pair) if whole else found.pair.base
    return name, voice.price(found.price), voice.percent(found.change_24h)


def access(found: Any, voice: Voice) -> str:
    """Show who waits to be let in, and who was."""
    asking = [
        f"- **{plain(each.name)}** · {plain(each.id)} · {line(voice, 'until', voice.time(each.expires_at))}"
        for each in found.requests[:MOST_ROWS]
    ]
    people = [person(each, voice) for each in found.people[:MOST_ROWS]]
    return "\n\n".join(
        "\n".join([head(voice.say(title)), *(rows or [voice.say("card.nobody")])])
        for title, rows in (("card.asking", asking), ("card.people", people))
    )


def access_actions(found: Any, voice: Voice) -> Buttons:
    """Return a button that sends each who waits away; letting in takes the code that they show."""
    return tuple(
        (Action(f"{voice.say('button.deny')}: {each.name[:20]}", "access", f"deny {each.id}", "bad"),)
        for each in found.requests[:MOST_BUTTONS]
    )


def person(found: Any, voice: Voice) -> str:
    """Show somebody and what they may do."""
    role = voice.name("role", found.role) if found.status == "active" else voice.name("person", found.status)
    return f"- **{plain(found.name)}** · {plain(found.id)} · {role}"


def request(found: Any, voice: Voice) -> str:
    """Show who was not let in."""
    return voice.say("card.sent_away", name=plain(found.name))


def anything(found: Result, voice: Voice) -> str:
    """Show an answer that has no card of its own, name by name."""
    rows = list(_flat("", found.model_dump(mode="json"), _DEEPEST))
    shown = [f"{plain(name)}: {plain(str(value))}" for name, value in rows[:MOST_ROWS]]
    return "\n".join(shown) or voice.say("card.done")


def _flat(name: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and depth:
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}" if name else str(key), inner, depth - 1)
    elif isinstance(value, list) and depth:
        for number, inner in enumerate(value, 1):
            yield from _flat(f"{name} {number}", inner, depth - 1)
    elif value is not None:
        yield name, value
