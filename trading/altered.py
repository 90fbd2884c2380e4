"""Copies of frozen rows with other values, several times faster than those of `dataclasses.replace`."""

from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["altered"]

T = TypeVar("T")

if TYPE_CHECKING:
    # Checked field by field, as that is.
    from dataclasses import replace as altered
else:

    def altered(row: T, /, **changes: Any) -> T:
        """Return a copy of a row without slots, with some values changed; raise TypeError for an unknown one.

        No `__init__` and no `__post_init__` runs for it.
        """
        new = object.__new__(type(row))
        values = new.__dict__
        values.update(row.__dict__)
        values.update(changes)
        if len(values) != len(row.__dict__):
            raise TypeError(f"{type(row).__name__} has no {sorted(set(changes) - set(row.__dict__))}")
        return new
