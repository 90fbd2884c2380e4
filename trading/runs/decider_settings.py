"""Reads the settings of a decider."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from trading.runs.errors import InvalidRun
from trading.runs.record import Setting

Settings = Mapping[str, Setting]


def number(
    settings: Settings, name: str, default: Decimal | int | None, least: Decimal | int, most: Decimal | int
) -> Decimal | None:
    """Return a figure within inclusive bounds, the default where none is set; raise InvalidRun."""
    given = settings.get(name)
    if given is None:
        return None if default is None else Decimal(default)
    # Through text: what is written as 0.1 is meant as such.
    found = Decimal(str(given)) if isinstance(given, int | float) and not isinstance(given, bool) else None
    if found is None or not (found.is_finite() and least <= found <= most):
        raise InvalidRun(f"{name} is a number from {least} to {most}, not {str(given)[:40]!r}", setting=name)
    return found


def whole(settings: Settings, name: str, default: int, least: int, most: int) -> int:
    """Return a whole number within inclusive bounds; raise InvalidRun."""
    found = number(settings, name, default, least, most)
    if found is None or found % 1:
        raise InvalidRun(f"{name} is a whole number, not {settings.get(name)}", setting=name)
    return int(found)


def text(settings: Settings, name: str) -> str | None:
    """Return a text, None where none is set; raise InvalidRun."""
    given = settings.get(name)
    if given is not None and not isinstance(given, str):
        raise InvalidRun(f"{name} is a text, not {str(given)[:40]!r}", setting=name)
    return given


def flag(settings: Settings, name: str, default: bool) -> bool:
    """Return a yes or no; raise InvalidRun."""
    given = settings.get(name)
    if given is not None and not isinstance(given, bool):
        raise InvalidRun(f"{name} is true or false, not {str(given)[:40]!r}", setting=name)
    return default if given is None else given


def only(settings: Settings, known: Collection[str], who: str) -> None:
    """Raise InvalidRun for a setting that nobody would read."""
    unknown = next((name for name in settings if name not in known), None)
    if unknown is not None:
        says = f"{who} has no setting {unknown[:40]!r}; it has {', '.join(sorted(known)) or 'none'}"
        raise InvalidRun(says, setting=unknown[:40])
