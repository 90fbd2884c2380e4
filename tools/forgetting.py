"""Forgetting: a memory, and all that was written down about it in passing, are no longer anywhere."""

from collections.abc import Mapping, Sequence

from memory.database import UnitOfWork
from memory.edits import said_in
from memory.passages import Origin, Passage
from tools.acting import KEY
from tools.context import Context
from tools.own_words import is_about
from tools.policy import LOCAL_OWNER, Role

LOOKED_THROUGH = 2_000
"""Messages of a conversation among which those are looked for that a memory was distilled from."""


async def erase(ctx: Context, ids: Sequence[str]) -> Sequence[Passage]:
    """Forget memories of the caller by their ids, and return those that there were.

    The conversation in which each came up loses those of its messages; elsewhere its text is struck out.
    Raises NotForgettable.
    """
    memories, database, person = ctx.services.memories, ctx.services.database, ctx.principal.person
    found = await memories.some(person, ids)
    if not found:
        return ()
    origins = await memories.origins(found)
    texts = [said_in(each.text) for each in found]
    people = await _principals(ctx)
    async with database.read() as uow:
        turns = {each.turn_id for each in origins.values() if each.turn_id is not None}
        turns |= await uow.erasing.turns(people, texts)
        turns |= await _distilled_from(uow, people, found, origins)
        sessions = await uow.erasing.sessions(people, sorted(turns), texts)
        changes = await uow.erasing.found(people, texts, sorted(turns))
    # First what was said in passing: should this end here, the memory is still there to be forgotten again.
    async with database.transact() as uow:
        await uow.erasing.apply(changes, people, sessions)
    return await memories.forget(person, ids)


async def _distilled_from(
    uow: UnitOfWork, people: Sequence[str], found: Sequence[Passage], origins: Mapping[str, Origin]
) -> set[str]:
    """Return the turns whose messages memories were distilled from, in whatever words a model put them."""
    turns: set[str] = set()
    for each in found:
        origin = origins.get(each.id)
        if origin is None or origin.session_id is None or origin.turn_id is not None:
            continue
        fact = said_in(each.text)
        for principal in people:
            said = await uow.messages.recent(principal, origin.session_id, LOOKED_THROUGH)
            turns |= {one.turn_id for one in said if one.turn_id is not None and is_about(fact, one.content)}
    return turns


async def _principals(ctx: Context) -> Sequence[str]:
    """Return everybody whose memories are those of the caller."""
    if ctx.principal.role is not Role.OWNER:
        return [ctx.principal.id]
    async with ctx.services.database.read() as uow:
        people = [each.id for each in await uow.people.all() if each.role == Role.OWNER]
        keys = [f"{KEY}{each.id}" for each in await uow.keys.all() if each.role == Role.OWNER]
    return sorted({LOCAL_OWNER.id, ctx.principal.id, *people, *keys})
