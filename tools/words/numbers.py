"""Numbers as people type them."""

import re
from decimal import Decimal

from tools.words.language import Language

MULTIPLIERS = {
    "k": Decimal(1_000),
    "tsd": Decimal(1_000),
    "thousand": Decimal(1_000),
    "tausend": Decimal(1_000),
    "m": Decimal(1_000_000),
    "mio": Decimal(1_000_000),
    "million": Decimal(1_000_000),
    "millionen": Decimal(1_000_000),
}

MAX_LENGTH = 30

_SHAPE = re.compile(r"(-?)([0-9][0-9.,]*)([a-z]*)")
_GROUPED = {mark: re.compile(rf"[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}})+") for mark in ".,"}
_THOUSANDS = {Language.EN: ",", Language.DE: "."}


def parse_number(text: str, language: Language) -> Decimal | None:
    """Read 500, -5, 5k, 1.5m, 1,000.50 or 1.000,50; None when it is no number.

    With both marks the last one is the decimal mark. A single mark before exactly three digits groups
    thousands only where the language does so: 1.000 is a thousand in German and one in English, 1,000 the
    other way round. Anywhere else a single mark is the decimal mark, so 0,5 is a half in both.
    """
    shape = _SHAPE.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if shape is None:
        return None
    sign, digits, suffix = shape.groups()
    plain = _plain(digits, language)
    if plain is None or (suffix and suffix not in MULTIPLIERS):
        return None
    value = Decimal(plain) * MULTIPLIERS.get(suffix, Decimal(1))
    return -value if sign else value


def _plain(digits: str, language: Language) -> str | None:
    marks = {mark for mark in ".," if mark in digits}
    if len(marks) == 2:
        decimal = max(marks, key=digits.rindex)
        return _split(digits, decimal, grouping="," if decimal == "." else ".")
    if not marks:
        return digits
    mark = marks.pop()
    if digits.count(mark) > 1 or mark == _THOUSANDS[language]:
        if _GROUPED[mark].fullmatch(digits):
            return digits.replace(mark, "")
        if digits.count(mark) > 1:
            return None
    return _split(digits, mark, grouping="")


def _split(digits: str, decimal: str, grouping: str) -> str | None:
    whole, _, fraction = digits.rpartition(decimal)
    if not fraction.isdigit():
        return None
    if grouping:
        if not _GROUPED[grouping].fullmatch(whole):
            return None
        whole = whole.replace(grouping, "")
    return f"{whole}.{fraction}"
