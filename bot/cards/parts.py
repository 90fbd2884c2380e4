"""What cards are put together from: heads, lines and narrow tables."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bot.voice import Figure, Voice, exact, plain

WIDTH = 30
"""Characters of a table that a phone shows on one line."""


def head(title: str, *beside: str) -> str:
    """Return the first line of a card: its title, and what it has to be read with."""
    return " · ".join([f"**{title}**", *(each for each in beside if each)])


def mode(voice: Voice, result: Any) -> str:
    """Return PAPER or LIVE, empty where a result does not say."""
    return voice.name("mode", result.mode) if getattr(result, "mode", None) else ""


def source(voice: Voice, found: Any) -> str:
    """Say where prices come from: that they are simulated, or which exchange they are of."""
    if found.source == "simulated":
        return voice.say("source.simulated")
    return plain(getattr(found, "exchange", found.source))


def line(voice: Voice, name: str, value: str) -> str:
    """Return a figure with its name."""
    return voice.say(f"line.{name}", value=value)


def lines(*parts: str | None) -> str:
    """Return lines, leaving out what there is nothing to say about."""
    return "\n".join(part for part in parts if part)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows in columns of equal letters, the first column to the left and figures to the right."""
    if not rows:
        return ""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    shown = [
        " ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join(["```", *(row.replace("`", "'") for row in shown), "```"])


def result_of(voice: Voice, value: Figure, quote: str, percent: Figure = None) -> str:
    """Return a profit or loss with its sign, in quote and perhaps in percent."""
    if exact(value) is None:
        return voice.money(None)
    share = f" ({voice.percent(percent)})" if exact(percent) is not None else ""
    return f"{voice.money(value, signed=True)} {quote}{share}"


def fitting(voice: Voice, value: Decimal | None, room: int = 11) -> str:
    """Return an amount for a table: exact where it fits, else to as many places as do."""
    shown = voice.amount(value)
    if value is None or len(shown) <= room:
        return shown
    whole = len(voice.figure(value, 0))
    return voice.figure(value, max(0, min(8, room - whole - 1)))


def more(voice: Voice, count: int) -> str:
    """Say that there are more rows than are shown."""
    return voice.say("card.more", count=count) if count > 0 else ""


def code(text: str) -> str:
    """Return a text of somebody else's on one line, as it is typed."""
    return f"`{' '.join(text.replace('`', chr(39)).split())[:200]}`"
