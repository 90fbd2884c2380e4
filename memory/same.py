"""Whether two sentences say the same, so that it is kept once."""

import re

from memory.glossary import widened
from memory.terms import terms

NEARLY = 0.8
"""How much of their words two sentences share that say the same."""

NOTHING_NEW = 0.75
"""How much of its words a sentence shares, in either language, with one that says as much or more."""

_NOT = re.compile(
    r"\b(?:not|no|never|none|don'?t|doesn'?t|won'?t|without|nicht|kein\w*|nie|niemals|ohne)\b", re.IGNORECASE
)
_SPELLED = {
    word: str(number)
    for number, words in enumerate(
        (
            "two zwei",
            "three drei",
            "four vier",
            "five fünf",
            "six sechs",
            "seven sieben",
            "eight acht",
            "nine neun",
            "ten zehn",
            "eleven elf",
            "twelve zwölf",
        ),
        start=2,
    )
    for word in words.split()
}
_WORD = re.compile(r"\w+")
_FIGURE = re.compile(r"\d")


def same(one: str, other: str) -> bool:
    """Tell whether two facts say the same: nearly the same words, the same figures, denied alike."""
    if one.casefold() == other.casefold():
        return True
    mine, yours = set(terms(one)), set(terms(other))
    if not mine or not yours or bool(_NOT.search(one)) != bool(_NOT.search(other)):
        return False
    if {each for each in mine if _FIGURE.search(each)} != {each for each in yours if _FIGURE.search(each)}:
        return False
    return len(mine & yours) / len(mine | yours) >= NEARLY


def adds_nothing(new: str, old: str) -> bool:
    """Tell whether a fact is told by another one, in English or German: no figure and few words are new."""
    if same(new, old):
        return True
    mine, yours = set(terms(_in_figures(new))), set(terms(_in_figures(old)))
    if len(mine) < 2 or bool(_NOT.search(new)) != bool(_NOT.search(old)):
        return False
    if not {each for each in mine if _FIGURE.search(each)} <= yours:
        return False
    known = widened(yours).keys()
    return sum(each in known for each in mine) / len(mine) >= NOTHING_NEW


def _in_figures(text: str) -> str:
    return _WORD.sub(lambda found: _SPELLED.get(found[0].casefold(), found[0]), text)
