"""What somebody may have meant by a name that does not exist."""

from collections.abc import Iterable, Sequence


def near(name: str, known: Iterable[str]) -> Sequence[str]:
    """Return the known names that look like this one, the likeliest first."""
    from difflib import get_close_matches

    return get_close_matches(name, sorted(known), n=3)


def question(found: Sequence[str]) -> str:
    """Return what to ask after a sentence about a name that does not exist; nothing where nothing is near."""
    return f"; did you mean {' or '.join(found)}?" if found else ""
