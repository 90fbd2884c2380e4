"""What a trading person's words are in the other language, so that a question finds both by its words."""

from collections.abc import Iterable, Mapping

from memory.terms import terms

TRANSLATED = 0.5
"""What a translated term counts beside one that was asked itself."""

# Each line is one meaning; a word may have several.
_MEANINGS = """
loss verlust
profit gewinn
tax steuer
limit grenze obergrenze
"""


def _read(meanings: str) -> dict[str, tuple[str, ...]]:
    known: dict[str, dict[str, None]] = {}
    for line in meanings.strip().splitlines():
        words = terms(line)
        for word in words:
            known.setdefault(word, {}).update(dict.fromkeys(other for other in words if other != word))
    return {word: tuple(others) for word, others in known.items()}


_OTHERS = _read(_MEANINGS)


def widened(asked: Iterable[str]) -> Mapping[str, float]:
    """Return the terms of a question and their translations, with what each counts (1 or less)."""
    weights = dict.fromkeys(asked, 1.0)
    for term in list(weights):
        for other in _OTHERS.get(term, ()):
            weights.setdefault(other, TRANSLATED)
    return weights
