"""Texts that are too long, made shorter with a mark where something is missing."""

MARK = "…"
GAP = " […] "


def clipped(text: str, most: int) -> str:
    """Return the beginning of a text, at most `most` characters with the mark."""
    return text if len(text) <= most else text[: most - len(MARK)] + MARK


def one_line(text: str, most: int) -> str:
    """Return the beginning of a text on one line."""
    return clipped(" ".join(text.split()), most)


def shortened(text: str, most: int) -> str:
    """Return the beginning and the end of a text."""
    half = (most - len(GAP)) // 2
    return text if len(text) <= most else f"{text[:half]}{GAP}{text[-half:]}"
