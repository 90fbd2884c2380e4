"""Memories: listed, searched, and forgotten by the button under them."""

import re
from collections.abc import Mapping

from bot.asking import Call, Misread, Plan, Question
from bot.reading.words import Words, misread
from bot.voice import plain
from tools.words.language import fold

MOST_ROWS = 8

FORGET = Question("card.confirm", "button.forget", "button.leave", "bad")

_LISTS = frozenset({"", "list", "liste", "show", "zeig", "zeige", "all", "alle", "alles"})
_VERBS: Mapping[str, str] = {
    **dict.fromkeys(("search", "find", "suche", "such", "finde"), "search"),
    **dict.fromkeys(("forget", "delete", "vergiss", "loesche"), "forget"),
}
_UNDO = frozenset({"undo", "zurueck", "rueckgaengig"})
_ID = re.compile(r"mem_[0-9a-z]{4,40}")


def memory(words: Words) -> Plan | Misread:
    """Read what to look for; what is to be forgotten and has no button yet is looked for first."""
    said = words.raw.split()
    if fold(words.raw.strip()) in _LISTS:
        return Plan((Call("memory.list", {"limit": MOST_ROWS}),))
    if fold(words.raw.strip()) in _UNDO:
        return Plan((Call("memory.undo", {}),))
    verb = _VERBS.get(fold(said[0]))
    rest = " ".join(said[1:] if verb else said)
    if not rest:
        return misread(words.voice, "misread.automation", words=plain(words.raw[:80]))
    if verb == "forget" and _ID.fullmatch(rest):
        sure = words.voice.say("sure.forget")
        return Plan((Call("memory.forget", {"ids": [rest]}),), sure=sure, question=FORGET)
    return Plan((Call("memory.search", {"query": rest, "limit": MOST_ROWS}),))
