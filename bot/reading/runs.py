"""Runs by their numbers, ids or names: shown, paused, resumed, stopped; or all of them at once."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from bot.asking import Call, Misread, Plan, Question
from bot.reading.words import Words, misread
from bot.voice import plain
from tools.contests.views import RunList, RunView
from tools.wire import Result
from tools.words.language import fold

MOST_ROWS = 10

STOP = Question("card.confirm", "button.end", "button.leave", "bad")

_LISTS = frozenset({"", "list", "liste", "show", "zeig", "zeige"})
_ALL = frozenset({"", "all", "alle", "everything", "alles"})
_VERBS: Mapping[str, str] = {
    **dict.fromkeys(("pause", "pausiere", "pausieren"), "pause"),
    **dict.fromkeys(("resume", "continue", "fortsetzen", "weiter"), "resume"),
    **dict.fromkeys(("stop", "end", "stopp", "stoppe", "beende", "beenden"), "stop"),
    **dict.fromkeys(("show", "get", "zeig", "zeige"), "get"),
}
_PLACE = re.compile(r"[0-9]{1,3}")
_LIST = Call("runs.list", {"limit": MOST_ROWS})


def runs(words: Words) -> Plan | Misread:
    """Read what becomes of which run: pause 1, stop momentum, resume; nothing lists them."""
    said = words.raw.split()
    if fold(words.raw.strip()) in _LISTS:
        return Plan((_LIST,))
    verb = _VERBS.get(fold(said[0]), "")
    named = " ".join(said[1:] if verb else said)
    verb = verb or "get"
    if verb != "get" and fold(named) in _ALL:
        return _doing(words, verb, None)
    return Plan((_LIST,), _of_run(words, verb, named))


def _of_run(words: Words, verb: str, named: str) -> Callable[[Sequence[Result]], Plan | Misread]:
    def then(answers: Sequence[Result]) -> Plan | Misread:
        found = cast(RunList, answers[0]).runs
        run = _run(found, named)
        if run is None:
            return misread(words.voice, "misread.which_run" if found else "runs.none")
        return _doing(words, verb, run)

    return then


def _doing(words: Words, verb: str, run: RunView | None) -> Plan:
    params = {} if run is None else {"name": run.run_id}
    call = Call(f"runs.{verb}", params)
    if verb != "stop":
        return Plan((call,))
    sure = (
        words.voice.say("sure.stop_all")
        if run is None
        else words.voice.say("sure.stop_run", name=plain(run.name))
    )
    return Plan((call,), sure=sure, question=STOP)


def _run(found: Sequence[RunView], named: str) -> RunView | None:
    """Return a run by its id, its place in the list, or its name."""
    by_id = next((each for each in found if each.run_id == named.lower()), None)
    if by_id is None and _PLACE.fullmatch(named):
        return found[int(named) - 1] if 1 <= int(named) <= len(found) else None
    return by_id or next((each for each in found if fold(each.name) == fold(named)), None)
