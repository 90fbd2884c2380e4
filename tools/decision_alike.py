"""Decisions like another one: by their meaning, and by their words where there are no vectors."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import Field

from memory.database import UnitOfWork
from memory.decision_records import Decision, DecisionFilter
from memory.decision_views import REASONING_CHARS, decision_text, known_at
from memory.passages import Kind, Query
from memory.terms import terms
from tools.chronicle import run_memory
from tools.context import Context
from tools.decisions import DecisionView, OfDecision, decision_view, memory_of
from tools.errors import NotFound
from tools.registry import capability
from tools.wire import Result

MEANING, WORDS = "meaning", "words"

MOST_RUNS = 20
"""Of how many runs the decisions are looked through by meaning: the newest ones of whoever asks."""

MOST_READ = 300
"""How many decisions, the newest of the same pair, are looked through by their words."""

PLACES = 4


class LikeDecision(OfDecision):
    """Like which decision, and how many."""

    limit: Annotated[int, Field(ge=1, le=50)] = 10


class AlikeDecision(Result):
    """A decision, and how much it is like the other: 1 is the same, 0 has nothing to do with it."""

    similarity: float
    decision: DecisionView


class AlikeDecisions(Result):
    """Decisions like another one, the most alike first.

    `by` is `meaning`, where similarity is the cosine of their vectors, or `words`, where it is the share of
    the words of both that they have in common.
    """

    decision_id: str
    by: str
    similar: list[AlikeDecision]


@capability("decisions.similar", personal=True)
async def similar(ctx: Context, params: LikeDecision) -> AlikeDecisions:
    """Find your decisions that are most like one of them, whichever run or chat they were made in."""
    async with ctx.services.database.read() as uow:
        decision = await uow.decisions.get(ctx.principal.id, params.decision_id)
        if decision is None:
            raise NotFound(f"you have no decision {params.decision_id!r}")
        memories = await _memories(uow, ctx, decision)
    near = await _by_meaning(ctx, decision, memories)
    if near:
        async with ctx.services.database.read() as uow:
            found = await uow.decisions.some(ctx.principal.id, near)
        return _ranked(decision, MEANING, near, found.values(), params.limit)
    async with ctx.services.database.read() as uow:
        symbol = next(iter(decision.symbols), None)
        read = await uow.decisions.of(ctx.principal.id, MOST_READ, DecisionFilter(symbol=symbol))
    # Taking hundreds of texts apart takes longer than others should wait.
    shared = await asyncio.to_thread(_by_words, decision, read)
    return _ranked(decision, WORDS, shared, read, params.limit)


async def _memories(uow: UnitOfWork, ctx: Context, decision: Decision) -> Sequence[str]:
    """Return in whose memories decisions of theirs are: their own, and those of their runs."""
    runs = await uow.runs.of(ctx.principal.id, MOST_RUNS)
    names = [each.id for each in runs if not each.is_baseline]
    return list(dict.fromkeys([memory_of(ctx, decision), ctx.principal.person, *map(run_memory, names)]))


async def _by_meaning(ctx: Context, decision: Decision, memories: Sequence[str]) -> Mapping[str, float]:
    """Return the cosines of decisions by their ids; none where there are no vectors."""
    query = Query(decision_text(known_at(decision, decision.at)), kinds=frozenset({Kind.DECISION}))
    near: dict[str, float] = {}
    for memory in memories:
        for passage, cosine in await ctx.services.memories.index.nearest(memory, query):
            name = PurePosixPath(passage.path).stem
            near[name] = max(cosine, near.get(name, -1.0))
    near.pop(decision.id, None)
    return near


def _by_words(decision: Decision, others: Iterable[Decision]) -> dict[str, float]:
    """Return the share of words of each decision that has any in common."""
    own = _words(decision)
    words = {each.id: _words(each) for each in others if each.id != decision.id}
    return {name: len(own & each) / len(own | each) for name, each in words.items() if own & each}


def _words(decision: Decision) -> frozenset[str]:
    about = " ".join(map(str, decision.symbols))
    return frozenset(terms(f"{decision.action} {about} {decision.reasoning[:REASONING_CHARS]}"))


def _ranked(
    decision: Decision, by: str, near: Mapping[str, float], found: Iterable[Decision], limit: int
) -> AlikeDecisions:
    ranked = sorted(
        (each for each in found if each.id in near), key=lambda each: (-near[each.id], each.at, each.id)
    )
    shown = [
        AlikeDecision(similarity=round(near[each.id], PLACES), decision=decision_view(each))
        for each in ranked[:limit]
    ]
    return AlikeDecisions(decision_id=decision.id, by=by, similar=shown)
