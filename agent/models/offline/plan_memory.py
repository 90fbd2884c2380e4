"""Plans for memories: kept, told, and forgotten once it is clear which one is meant."""

from collections.abc import Sequence

from agent.models.offline.facts import Facts
from agent.models.offline.intents import Intent
from agent.models.offline.memory_words import is_task
from agent.models.offline.steps import Ask, Call, Say, Step, problem
from agent.models.offline.turn import Turn
from agent.models.offline.voice import Voice
from memory.terms import terms
from tools.rule_talk import speaks_of_rules

SHOWN = 8
NEAREST = 3
"""How many are shown that have no word in common with what was asked."""

FORGETTABLE = ["fact", "note"]

_SELF = frozenset({"", "me", "mich", "mir", "myself", "mich alles", "mir alles"})


def plan_remember(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Keep what the person has stated; what is to be done is no fact, and a rule of ours neither."""
    if is_task(intent):
        return Say(voice.say("memory.task"))
    if speaks_of_rules(intent.said):
        return Say(voice.say("memory.rules"))
    if not terms(intent.text):
        return Say(voice.say("memory.remember_what"))
    added = turn.of("memory_add")
    if not added:
        return Ask((Call("memory_add", {"text": intent.text, "quote": intent.said}),))
    if wrong := problem(added[-1], voice):
        return Say(wrong)
    fresh = (added[-1].facts or Facts()).data.get("fresh") is not False
    return Say(voice.say("memory.kept" if fresh else "memory.known"))


def plan_undo(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Take back what was just kept, and nothing else."""
    if not intent.confirmed:
        return Say(voice.say("memory.undo_what"))
    done = turn.of("memory_undo")
    if not done:
        return Ask((Call("memory_undo", {}),))
    return Say(problem(done[-1], voice) or voice.say("memory.undone"))


def plan_recall(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Tell what is known of something, or lately of the person."""
    if not turn.done:
        if intent.rest.strip() in _SELF:
            return Ask((Call("memory_list", {"limit": SHOWN}),))
        return Ask((Call("memory_search", {"query": intent.text, "limit": SHOWN}),))
    if wrong := problem(turn.done[-1], voice):
        return Say(wrong)
    facts = turn.done[-1].facts or Facts()
    listed, found = facts.rows("memories"), facts.rows("results")
    rows = listed or fitting(intent.text, found)
    if not rows:
        return Say(voice.say("memory.nothing"))
    near = not listed and not _sharing(intent.text, rows, least=1)
    lines = [f"• {row.text('snippet')}" for row in rows]
    return Say("\n".join([voice.say("memory.near" if near else "memory.recalled"), *lines]))


def plan_forget(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Show what may be meant and ask, and forget what was chosen then."""
    if not terms(intent.text):
        return Say(voice.say("memory.forget_what"))
    searched, gone = turn.of("memory_search"), turn.of("memory_forget")
    if gone:
        return Say(problem(gone[-1], voice) or voice.say("memory.forgotten"))
    if not searched:
        asked = {"query": intent.text, "limit": SHOWN, "kind": FORGETTABLE}
        return Ask((Call("memory_search", asked),))
    if wrong := problem(searched[-1], voice):
        return Say(wrong)
    rows = (searched[-1].facts or Facts()).rows("results")
    return _chosen(intent.shown, rows, voice) if intent.shown else _offered(intent.text, rows, voice)


def _chosen(shown: str, rows: Sequence[Facts], voice: Voice) -> Step:
    ids = [row.id("id") for row in rows if row.text("snippet") == shown]
    return Ask((Call("memory_forget", {"ids": ids[:1]}),)) if ids else Say(voice.say("memory.gone"))


def _offered(asked: str, rows: Sequence[Facts], voice: Voice) -> Step:
    found = fitting(asked, rows)
    if not found:
        return Say(voice.say("memory.nothing"))
    lines = [f"{place}. {row.text('snippet')}" for place, row in enumerate(found, 1)]
    return Say("\n".join([*lines, voice.say("memory.sure" if len(found) == 1 else "memory.which")]))


def fitting(asked: str, rows: Sequence[Facts]) -> Sequence[Facts]:
    """Return the memories with all the words of a question, else those with one, else the nearest."""
    whole = len(set(terms(asked)))
    return _sharing(asked, rows, whole) or _sharing(asked, rows, 1) or rows[:NEAREST]


def _sharing(asked: str, rows: Sequence[Facts], least: int) -> Sequence[Facts]:
    wanted = set(terms(asked))
    return [
        row
        for row in rows
        if len(wanted & set(terms(f"{row.text('heading')} {row.text('snippet')}"))) >= max(least, 1)
    ]
