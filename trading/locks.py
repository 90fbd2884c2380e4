"""Accounts that may not trade for now, and why: until every reason is gone."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Lock:
    reason: str
    unsure: frozenset[str] | None


class Locks:
    """The reasons why accounts are locked, each under the name of its cause."""

    def __init__(self) -> None:
        self._locks: dict[str, dict[str, _Lock]] = {}

    def put(self, account: str, cause: str, reason: str, unsure: Collection[str] | None = None) -> None:
        """Lock an account for a reason, in the place of what the same cause gave before.

        `unsure` are the assets of which it is not certain how much the account holds, None means all.
        """
        lock = _Lock(reason, None if unsure is None else frozenset(unsure))
        self._locks.setdefault(account, {})[cause] = lock

    def lift(self, account: str, cause: str) -> None:
        """Take a cause away; the account trades again when it was the last one."""
        locks = self._locks.get(account, {})
        locks.pop(cause, None)
        if not locks:
            self._locks.pop(account, None)

    def of(self, account: str, cause: str) -> str | None:
        """Return the reason that one cause gave, None when it gave none."""
        lock = self._locks.get(account, {}).get(cause)
        return None if lock is None else lock.reason

    def why(self, account: str) -> str | None:
        """Return why an account may not trade for now, None when it may."""
        return "; ".join(each.reason for each in self._locks.get(account, {}).values()) or None

    def sure(self, account: str, asset: str) -> bool:
        """Return whether it is certain how much an account holds of an asset."""
        locks = self._locks.get(account, {}).values()
        return all(each.unsure is not None and asset not in each.unsure for each in locks)
