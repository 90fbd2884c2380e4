"""Cards of memories: each with the day it tells of and where it stands."""

from collections.abc import Sequence

from bot.asking import Action
from bot.cards.parts import code, head, lines
from bot.voice import Voice, plain
from memory.passages import Kind
from tools.memory_views import Memories, MemoryForgotten, MemoryList, MemoryView

MOST_SHOWN = 200
MOST_BUTTONS = 5
FORGETTABLE = (Kind.FACT, Kind.NOTE)

Buttons = tuple[tuple[Action, ...], ...]


def listing(found: MemoryList, voice: Voice) -> str:
    """Show memories by their numbers, the latest first."""
    if not found.memories:
        return voice.say("card.no_memory")
    return lines(head(voice.say("card.memory")), *_rows(found.memories, voice))


def results(found: Memories, voice: Voice) -> str:
    """Show memories that were found."""
    if not found.results:
        return voice.say("card.memory_none")
    words = f"_{voice.say('card.memory_words')}_" if found.without else None
    return lines(head(voice.say("card.memory")), *_rows(found.results, voice), words)


def forgotten(found: MemoryForgotten, voice: Voice) -> str:
    """Show how many memories are gone; what they were is not said again."""
    return voice.say("card.memory_gone", count=found.count)


def of_listing(found: MemoryList, voice: Voice) -> Buttons:
    """Return a button under the first memories that forgets each."""
    return _buttons(found.memories, voice)


def of_results(found: Memories, voice: Voice) -> Buttons:
    """Return a button under the first memories that forgets each."""
    return _buttons(found.results, voice)


def _rows(memories: Sequence[MemoryView], voice: Voice) -> list[str]:
    return [
        f"{number}. {each.at:%Y-%m-%d} · {plain(' '.join(each.snippet.split())[:MOST_SHOWN])} · "
        f"{code(f'{each.path}:{each.start_line}')}"
        for number, each in enumerate(memories, 1)
    ]


def _buttons(memories: Sequence[MemoryView], voice: Voice) -> Buttons:
    label = voice.say("button.forget")
    return tuple(
        (Action(f"{number} {label}", "memory", f"forget {each.id}", "bad"),)
        for number, each in enumerate(memories, 1)
        if each.kind in FORGETTABLE
    )[:MOST_BUTTONS]
