"""Accounts that may not trade for now, and why: until every reason is gone."""


class Locks:
    """The reasons why accounts are locked, each under the name of its cause."""

    def __init__(self) -> None:
        self._reasons: dict[str, dict[str, str]] = {}

    def put(self, account: str, cause: str, reason: str) -> None:
        """Lock an account for a reason, in the place of what the same cause gave before."""
        self._reasons.setdefault(account, {})[cause] = reason

    def lift(self, account: str, cause: str) -> None:
        """Take a cause away; the account trades again when it was the last one."""
        reasons = self._reasons.get(account, {})
        reasons.pop(cause, None)
        if not reasons:
            self._reasons.pop(account, None)

    def of(self, account: str, cause: str) -> str | None:
        """Return the reason that one cause gave, None when it gave none."""
        return self._reasons.get(account, {}).get(cause)

    def why(self, account: str) -> str | None:
        """Return why an account may not trade for now, None when it may."""
        return "; ".join(self._reasons.get(account, {}).values()) or None
