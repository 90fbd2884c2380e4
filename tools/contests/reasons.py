"""What deciders said when they sent their orders, at hand: what was said once is never said otherwise."""

from collections.abc import Collection, Mapping

from memory.database import UnitOfWork

MOST = 20_000
"""How many are kept at hand."""


class Reasons:
    """Finds what was said of orders; only those that were not asked about before are looked for on disk."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}

    async def of(self, uow: UnitOfWork, run_id: str, order_ids: Collection[str]) -> Mapping[str, str]:
        """Return what a run said when it sent each of these orders, by the order's id."""
        known = {each: self._known[run_id, each] for each in order_ids if (run_id, each) in self._known}
        missing = [each for each in order_ids if each not in known]
        found = await uow.entries.reasons(run_id, missing) if missing else {}
        self._known |= {(run_id, each): said for each, said in found.items()}
        while len(self._known) > MOST:
            del self._known[next(iter(self._known))]
        return {**known, **found}
