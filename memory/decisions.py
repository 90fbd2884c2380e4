"""Decisions of models on disk: what was decided, why, and how it came out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, update

from memory import schema_decisions as schema
from memory.decision_figures import figures_of
from memory.decision_filters import conditions
from memory.decision_records import (
    Decision,
    DecisionBasis,
    DecisionFigures,
    DecisionFilter,
    ModelStatistics,
    PnlStatistics,
)
from memory.decision_views import is_closed, known_at
from memory.link import Link
from memory.rows import Shape, changing
from memory.sql import inserting

DECISION = Shape(schema.decisions, Decision)
BASIS = Shape(schema.decision_bases, DecisionBasis)

_D, _B = schema.decisions.c, schema.decision_bases.c
_LAST = schema.decision_revision.c.last
REVISE = update(schema.decision_revision).values(last=_LAST + 1).returning(_LAST)
THERE = select(_D.id).where(_D.id == bindparam("this"))
INSERT = inserting(
    schema.decisions, lambda insert: insert.on_conflict_do_nothing(index_elements=["id"]).returning(_D.id)
)
INSERT_BASIS = schema.decision_bases.insert()
CHANGE = update(schema.decisions).where(_D.id == bindparam("this"), _D.revision == bindparam("seen"))
POSTPONE = CHANGE.values(due_at=bindparam("next", type_=_D.due_at.type))
ONE = DECISION.query.where(_D.principal == bindparam("who"), _D.id == bindparam("this"))
BASIS_OF = BASIS.query.where(_B.id == bindparam("this"))
OF_TURN = DECISION.query.where(_D.turn_id == bindparam("turn")).order_by(_D.at, _D.id)
DUE = DECISION.query.where(_D.due_at <= bindparam("now")).order_by(_D.due_at, _D.id).limit(bindparam("most"))
CHANGED = (
    DECISION.query.where(_D.revision > bindparam("after")).order_by(_D.revision).limit(bindparam("most"))
)
OWN = DECISION.query.where(_D.principal == bindparam("who"))
ANY = DecisionFilter()
FIXED = ("id", "principal", "at", "turn_id", "call_id")


class Decisions:
    """Everybody's decisions. What is stored stays: it is the record of who decided what, and on what."""

    def __init__(self, connection: Link) -> None:
        self._connection = connection

    async def add(self, decision: Decision, basis: DecisionBasis) -> bool:
        """Store a decision with the next revision; return False, and change nothing, when its id is taken."""
        if await self._connection.scalar(THERE, {"this": decision.id}) is not None:
            return False
        fresh = replace(decision, revision=await self._revise())
        insert = INSERT[self._connection.dialect.name]
        stored = (await self._connection.execute(insert, DECISION.values(fresh))).scalar()
        if stored is not None:
            await self._connection.execute(INSERT_BASIS, BASIS.values(replace(basis, id=decision.id)))
        return stored is not None

    async def change(self, decision: Decision) -> bool:
        """Store a changed decision with the next revision.

        Returns False, and changes nothing, when it is no longer at the revision it has here.
        """
        fresh = replace(decision, revision=await self._revise())
        values = changing(DECISION.values(fresh), *FIXED)
        values |= {"this": decision.id, "seen": decision.revision}
        return (await self._connection.execute(CHANGE, values)).rowcount == 1

    async def postpone(self, decision: Decision, due_at: datetime | None) -> bool:
        """Store when a decision is looked at next; False as for `change`. Its revision stays."""
        values = {"this": decision.id, "seen": decision.revision, "next": due_at}
        return (await self._connection.execute(POSTPONE, values)).rowcount == 1

    async def get(self, principal: str, decision_id: str, as_of: datetime | None = None) -> Decision | None:
        """Return one decision of somebody; with `as_of` as it was known then, None when it was made later."""
        found = await self._connection.execute(ONE, {"who": principal, "this": decision_id})
        return next(iter(_known(DECISION.read_all(found), as_of)), None)

    async def basis(self, decision_id: str) -> DecisionBasis | None:
        """Return what a decision rests on; whose it is has been looked at before."""
        found = await self._connection.execute(BASIS_OF, {"this": decision_id})
        return BASIS.read(found.one_or_none())

    async def some(
        self, principal: str, ids: Collection[str], as_of: datetime | None = None
    ) -> Mapping[str, Decision]:
        """Return those of these decisions that are somebody's, by id; `as_of` as for `get`."""
        query = OWN.where(_D.id.in_(sorted(ids)))
        found = DECISION.read_all(await self._connection.execute(query, {"who": principal}))
        return {each.id: each for each in _known(found, as_of)}

    async def of(
        self,
        principal: str,
        limit: int,
        which: DecisionFilter = ANY,
        *,
        before: str | None = None,
        offset: int = 0,
        as_of: datetime | None = None,
    ) -> Sequence[Decision]:
        """Return somebody's decisions, newest first, as they were known at `as_of`.

        `before` is the id of one, after which the page goes on; `offset` are how many more to leave out.
        Which result they have is looked at as it is known now.
        """
        query = OWN.where(*conditions(which))
        if as_of is not None:
            query = query.where(_D.at <= as_of)
        if before is not None:
            query = query.where(await self._older(principal, before))
        newest = query.order_by(_D.at.desc(), _D.id.desc()).limit(limit).offset(offset)
        found = DECISION.read_all(await self._connection.execute(newest, {"who": principal}))
        return _known(found, as_of)

    async def contexts(self, ids: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
        """Return what was shown with each of these decisions; whose they are has been looked at before."""
        query = select(_B.id, _B.context).where(_B.id.in_(sorted(ids)))
        return {name: context for name, context in await self._connection.execute(query)}

    async def figures(self, principal: str, which: DecisionFilter = ANY) -> DecisionFigures:
        """Return what somebody's decisions come to."""
        return await figures_of(self._connection, principal, which)

    async def of_turn(self, turn_id: str) -> Sequence[Decision]:
        """Return the decisions of a turn, oldest first."""
        return DECISION.read_all(await self._connection.execute(OF_TURN, {"turn": turn_id}))

    async def due(self, now: datetime, limit: int) -> Sequence[Decision]:
        """Return decisions whose outcome is to be looked at, the one that has waited longest first."""
        return DECISION.read_all(await self._connection.execute(DUE, {"now": now, "most": limit}))

    async def changed_since(self, revision: int, limit: int) -> Sequence[Decision]:
        """Return the decisions of everybody that were made or changed after a revision, in that order.

        Revisions are committed in their order: who has seen one has seen all before it.
        """
        return DECISION.read_all(await self._connection.execute(CHANGED, {"after": revision, "most": limit}))

    async def statistics(
        self, principal: str, as_of: datetime | None = None, run: str | None = None
    ) -> Sequence[ModelStatistics]:
        """Return how somebody's decisions ended, by model in the order of their names.

        A decision counts as won when its P&L is above zero. Each counts by itself: what opens a position and
        what closes it are two, and both may bear the P&L of that trade.
        """
        query = OWN if run is None else OWN.where(_D.run == run)
        found = DECISION.read_all(await self._connection.execute(query, {"who": principal}))
        by_model: dict[str, list[Decision]] = {}
        for each in _known(found, as_of):
            by_model.setdefault(each.model, []).append(each)
        return [
            ModelStatistics(model, len(each), _by_currency(each)) for model, each in sorted(by_model.items())
        ]

    async def _revise(self) -> int:
        """Take the next revision; until this transaction ends nobody else gets one."""
        return int(await self._connection.scalar(REVISE) or 0)

    async def _older(self, principal: str, mark: str) -> ColumnElement[bool]:
        found = await self._connection.execute(ONE, {"who": principal, "this": mark})
        last = DECISION.read(found.one_or_none())
        # A page after one that is not theirs is empty.
        return _D.id == "" if last is None else or_(_D.at < last.at, and_(_D.at == last.at, _D.id < last.id))


def _known(found: Iterable[Decision], as_of: datetime | None) -> list[Decision]:
    if as_of is None:
        return list(found)
    return [known_at(each, as_of) for each in found if each.at <= as_of]


def _by_currency(decisions: Iterable[Decision]) -> tuple[PnlStatistics, ...]:
    ended: dict[str, list[Decimal]] = {}
    for each in decisions:
        if each.pnl is not None and each.pnl_currency is not None and is_closed(each):
            ended.setdefault(each.pnl_currency, []).append(each.pnl)
    return tuple(_statistics(currency, pnls) for currency, pnls in sorted(ended.items()))


def _statistics(currency: str, pnls: Sequence[Decimal]) -> PnlStatistics:
    wins, total = sum(each > 0 for each in pnls), sum(pnls, Decimal(0))
    count = len(pnls)
    return PnlStatistics(currency, count, wins, Decimal(wins) / count, total / count, total)
