"""The two languages, and how words are folded in both."""

import unicodedata
from enum import StrEnum


class Language(StrEnum):
    """A language that questions are understood and answered in."""

    EN = "en"
    DE = "de"


_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def fold(text: str) -> str:
    """Return lower case without accents; umlauts become two letters, so Schließe is schliesse."""
    # Only accents are taken apart: in the wider forms 5² would become 52.
    composed = unicodedata.normalize("NFC", text).lower().translate(_FOLDED)
    spread = unicodedata.normalize("NFD", composed)
    return "".join(char for char in spread if not unicodedata.combining(char))
