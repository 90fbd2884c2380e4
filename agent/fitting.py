"""Which skills a request is for, by the phrases they are known by and the words they are described with."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise

from tools.skillbook import Skill
from tools.words.language import fold

MOST = 2
"""How many skills one request may be for."""

FLOOR = 3
"""What a request has to score: one phrase, or three words of a description."""

PHRASE = 3
NEAR = 0.6
"""How much of the best score the second one needs."""

READ_CHARS = 2_000
"""How much of a request is looked at."""

GAP = "..."
GAP_WORDS = 6
"""How many words may stand in the gap of a phrase such as `sag mir ... wenn`."""

_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"\.\.\.|…|[^\W_]+")
# Words of both languages that say nothing of a subject.
_COMMON = frozenset(
    fold(
        "about after again also and any are auch auf aus been before bei bis can could das dass dein "
        "deine dem den der des die diese does doch each ein eine einem einen einer eines every for from "
        "fuer gegen give has hat have hier ihr into ist its jede kann know make mehr mein mit nach nicht "
        "nur oder ohne only other over shall should sich sie sind that the them then there these they "
        "this thing things time tells told ueber und unter use used uses using very von was watch watches "
        "welche wenn wer were what when where which who will wird with without would you your zum zur"
    ).split()
)
_SHORTEST = 4


def fitting(request: str, skills: Sequence[Skill]) -> tuple[Skill, ...]:
    """Return the loaded skills that a request is for, best first: at most two, and none for small talk."""
    words = tuple(_WORD.findall(fold(request[:READ_CHARS])))
    there = frozenset(words)
    scored = [(_score(skill, words, there), skill) for skill in skills if skill.loaded]
    # What a person has made for themselves goes before what everybody has.
    scored.sort(key=lambda each: (-each[0], not each[1].own, each[1].id))
    best = scored[0][0] if scored else 0
    return tuple(skill for score, skill in scored[:MOST] if score >= max(FLOOR, NEAR * best))


def _score(skill: Skill, words: Sequence[str], there: Collection[str]) -> int:
    if skill.sheet is None:
        return 0
    phrases = [_phrase(phrase) for phrase in skill.sheet.when]
    said = [_weight(phrase) for phrase in phrases if _says(phrase, words, there)]
    # Several phrases often say the same in more words: the longest counts, the others a little.
    by_phrases = max(said) + min(len(said) - 1, PHRASE) if said else 0
    return by_phrases + len(_subject(skill.sheet.description) & set(there))


def _weight(phrase: Sequence[str]) -> int:
    return PHRASE - 1 + sum(part != GAP for part in phrase)


def _says(phrase: Sequence[str], words: Sequence[str], there: Collection[str]) -> bool:
    """Tell whether a phrase stands in some words, whole and in its order."""
    if not phrase or any(part not in there for part in phrase if part != GAP):
        return False
    places = {at for at, word in enumerate(words) if word == phrase[0]}
    for before, part in pairwise(phrase):
        if part != GAP:
            reach = GAP_WORDS if before == GAP else 0
            after = {at for place in places for at in range(place + 1, place + 2 + reach)}
            places = {at for at in after if at < len(words) and words[at] == part}
    return bool(places)


@lru_cache(4_096)
def _phrase(phrase: str) -> tuple[str, ...]:
    """Return the words and gaps of a phrase; gaps at its ends say nothing."""
    parts = [GAP if part == "…" else part for part in _PART.findall(fold(phrase))]
    while parts and parts[-1] == GAP:
        parts.pop()
    while parts and parts[0] == GAP:
        parts.pop(0)
    return tuple(parts)


@lru_cache(256)
def _subject(description: str) -> frozenset[str]:
    words = _WORD.findall(fold(description))
    return frozenset(word for word in words if len(word) >= _SHORTEST and word not in _COMMON)
