"""Plans for the arena: who leads, and why somebody in it decided as it did."""

import re
from collections.abc import Sequence, Set

from agent.models.offline import telling_arena as telling
from agent.models.offline.facts import Facts
from agent.models.offline.intents import Intent
from agent.models.offline.steps import Ask, Call, Say, Step, problem
from agent.models.offline.turn import Done, Turn
from agent.models.offline.voice import Voice
from tools.words.language import fold
from tools.words.lists import split_words

DECISIONS = 100
TRADES = 20
MOST_WORDS = 8

_PASSED = frozenset(split_words("of by from von vom the der die das den dem model modell account konto"))
"""What may stand before a name."""


def plan_leaderboard(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Tell the leaderboard, and have its picture drawn where that can be."""
    board = turn.of("arena_leaderboard")
    if not board:
        drawn = [Call("chart_leaderboard", {})] if turn.offers("chart_leaderboard") else []
        return Ask((Call("arena_leaderboard", {}), *drawn))
    return Say(problem(board[0], voice) or telling.leaderboard(board[0].facts or Facts(), voice))


def plan_why(intent: Intent, turn: Turn, voice: Voice) -> Step:
    """Find out who is meant, and tell the decision that is asked about in its own words."""
    board = turn.of("arena_leaderboard")
    if not board:
        return Ask((Call("arena_leaderboard", {}),))
    if wrong := problem(board[0], voice):
        return Say(wrong)
    lines = (board[0].facts or Facts()).rows("lines")
    words = re.findall(r"[^\W_]+", fold(intent.rest))
    meant = _meant(words, lines)
    if words and len(meant) != 1:
        return Say(telling.who(meant or lines, bool(meant), voice))
    decided = turn.of("arena_decisions")
    if not decided:
        who = {"name": meant[0].id("name")} if meant else {}
        return Ask(
            (
                Call("arena_decisions", {**who, "limit": DECISIONS}),
                Call("arena_trades", {**who, "limit": TRADES}),
            )
        )
    if wrong := problem(decided[0], voice):
        return Say(wrong)
    # Where nobody is named it is about those who compete, and not about what they are held against.
    names = {each.id("name") for each in meant or lines if meant or each.data.get("baseline") is not True}
    decisions = _of(names, decided, "decisions")
    return Say(telling.why(words, decisions, _of(names, turn.of("arena_trades"), "trades"), voice))


def _of(names: Set[str], done: Sequence[Done], key: str) -> Sequence[Facts]:
    """Return the rows of some accounts, none where they could not be had."""
    rows = (done[0].facts or Facts()).rows(key) if done and not done[0].failed else ()
    return [row for row in rows if row.id("name") in names]


def _meant(words: Sequence[str], lines: Sequence[Facts]) -> Sequence[Facts]:
    """Return whom the first words name: by name, its last part, model or vendor; the longest name first."""
    start = next((place for place, word in enumerate(words) if word not in _PASSED), len(words))
    said = words[start : start + MOST_WORDS]
    for count in range(len(said), 0, -1):
        phrase = " ".join(said[:count])
        for names in (_own_names, _model_names):
            if found := [each for each in lines if phrase in names(each)]:
                return found
    return ()


def _own_names(line: Facts) -> frozenset[str]:
    words = _words(line.id("name"))
    return frozenset({" ".join(words), *words[-1:]})


def _model_names(line: Facts) -> frozenset[str]:
    """Return the vendor, the model, its beginnings, and the words in it."""
    model = _words(line.id("model").rpartition(":")[2])
    begun = {" ".join(model[: count + 1]) for count in range(len(model))}
    spoken = {word for word in model if word.isalpha() and len(word) > 1}
    return frozenset({*begun, *spoken, " ".join(_words(line.id("provider")))})


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(text))
