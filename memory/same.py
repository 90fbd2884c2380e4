"""Whether two sentences say the same, so that it is kept once."""

import re

from memory.terms import terms

NEARLY = 0.8
"""How much of their words two sentences share that say the same."""

_NOT = re.compile(
    r"\b(?:not|no|never|none|don'?t|doesn'?t|won'?t|without|nicht|kein\w*|nie|niemals|ohne)\b", re.IGNORECASE
)
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
