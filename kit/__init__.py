"""K.I.T. for programs: `from kit import KitClient, KitError`. Names are loaded when they are first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kit.answers import Answer, KitError
    from kit.client import KitClient

__all__ = ["Answer", "KitClient", "KitError"]

_HOMES = {"Answer": "kit.answers", "KitClient": "kit.client", "KitError": "kit.answers"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
