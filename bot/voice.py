"""Saying things in chat, in a language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from bot import (
    automation_phrases,
    card_phrases_de,
    card_phrases_en,
    memory_phrases,
    phrases_de,
    phrases_en,
    run_phrases,
    talk_phrases,
)
from tools.words.language import Language
from tools.words.render import format_amount, format_money, format_number, format_percent, format_price

PHRASES: Mapping[Language, Mapping[str, str]] = {
    Language.EN: {
        **phrases_en.PHRASES,
        **card_phrases_en.PHRASES,
        **talk_phrases.EN,
        **automation_phrases.EN,
        **memory_phrases.EN,
        **run_phrases.EN,
    },
    Language.DE: {
        **phrases_de.PHRASES,
        **card_phrases_de.PHRASES,
        **talk_phrases.DE,
        **automation_phrases.DE,
        **memory_phrases.DE,
        **run_phrases.DE,
    },
}
_DATES = {Language.EN: "%b %d %H:%M UTC", Language.DE: "%d.%m. %H:%M UTC"}
_MARKUP = re.compile(r"([\\`*_\[\]<>#~|])")
_LONGEST = 600
_CENTS = 2
_COUNTING = 8
_MOST = Decimal("1e15")

Figure = Decimal | float | int | None


@dataclass(frozen=True, slots=True)
class Voice:
    """A language, with the phrases and figures of it."""

    language: Language

    @classmethod
    def of(cls, language: str | None) -> "Voice":
        """Return the voice of a language tag such as de or de-AT: English unless it is German."""
        return cls(Language.DE if (language or "").lower().startswith("de") else Language.EN)

    def say(self, key: str, **values: object) -> str:
        """Return a phrase with its values filled in."""
        return PHRASES[self.language][key].format(**values)

    def name(self, table: str, value: str) -> str:
        """Return a word of the service in this language, or as it is when nobody has translated it."""
        return PHRASES[self.language].get(f"{table}.{value.lower()}") or plain(value)

    def price(self, value: Figure) -> str:
        """Write a price with all its digits; of a mean price no more than eight that count."""
        known = exact(value)
        if known is None or not 1 <= abs(known) <= _MOST:
            return format_price(known, self.language)
        kept = round(known, max(_CENTS, _COUNTING - 1 - known.adjusted())).normalize()
        exponent = kept.as_tuple().exponent
        places = max(_CENTS, -exponent) if isinstance(exponent, int) else _CENTS
        return format_number(kept, self.language, places)

    def amount(self, value: Figure) -> str:
        """Write a quantity of a coin."""
        return format_amount(exact(value), self.language)

    def money(self, value: Figure, signed: bool = False) -> str:
        """Write a sum of money."""
        known = exact(value)
        return (
            f"{'+' if signed and known is not None and known > 0 else ''}{format_money(known, self.language)}"
        )

    def dollars(self, value: Figure, signed: bool = False) -> str:
        """Write a sum of US dollars with its sign."""
        known = exact(value)
        if known is None:
            return self.money(None)
        sign = "-" if known < 0 else "+" if signed and known > 0 else ""
        written = format_money(abs(known), self.language)
        return f"{sign}{written} $" if self.language is Language.DE else f"{sign}${written}"

    def percent(self, value: Figure, signed: bool = True) -> str:
        """Write a figure that is in percent."""
        return format_percent(exact(value), self.language, signed)

    def figure(self, value: Figure, places: int = 2) -> str:
        """Write a plain figure with so many decimals."""
        known = exact(value)
        return (
            format_price(None, self.language)
            if known is None
            else format_number(known, self.language, places)
        )

    def time(self, moment: datetime) -> str:
        """Write a moment."""
        return moment.astimezone(UTC).strftime(_DATES[self.language])


def exact(value: Figure) -> Decimal | None:
    """Return a figure as a decimal number; None for one that is not known or not finite."""
    known = value if isinstance(value, Decimal) or value is None else Decimal(str(value))
    return known if known is not None and known.is_finite() else None


def plain(text: str) -> str:
    """Return a text of somebody else's as Markdown that shows it as it is, on one line and not endless."""
    shown = "".join(char if char.isprintable() else " " for char in text[: 2 * _LONGEST])
    line = " ".join(shown.split())
    return _MARKUP.sub(r"\\\1", line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…")
