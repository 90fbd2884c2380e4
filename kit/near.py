"""What somebody may have meant by a name that does not exist."""

from collections.abc import Iterable


def near(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the known names that look like this one, the likeliest first."""
    from difflib import get_close_matches

    return tuple(get_close_matches(name, sorted(known), n=3))


def meant(name: str, known: Iterable[str]) -> str:
    """Return a question after the known names that look like this one; nothing where none does."""
    found = near(name, known)
    return f"; did you mean {' or '.join(found)}?" if found else ""
