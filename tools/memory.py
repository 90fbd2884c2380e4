"""What the agent remembers of you: found, read, kept, forgotten; the files it stands in are yours."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from memory.edits import MOST_FACT, NothingToKeep
from memory.following import Follower
from memory.inside import Outside, Unreadable
from memory.markdown import lines_of
from memory.memory_index import NO_VECTORS
from memory.notebook import NotForgettable
from memory.passages import Kind, Passage, Query, Source
from memory.workspace import MEMORY
from tools.context import Context
from tools.errors import Forbidden, InvalidParams, NotFound
from tools.forgetting import erase
from tools.market import EVERYWHERE
from tools.memory_views import (
    FoundMemory,
    Memories,
    MemoryAdded,
    MemoryFile,
    MemoryForgotten,
    MemoryList,
    MemorySynced,
    MemoryView,
    Unread,
    found_view,
    view,
)
from tools.own_words import check_said, check_wanted, refuse_unattended
from tools.policy import Scope
from tools.registry import capability
from tools.wire import Flag, NoParams, Params, Since, Until
from trading.errors import UnknownSymbol
from trading.model import Origin
from trading.symbols import parse_symbol

MOST_QUERY = 2_000
MOST_LINES = 2_000
MOST_IDS = 20

A_FILE = "file of these memories"

OFF = "vectors are switched off (embeddings)"
WITHOUT = "found by words alone: {}"
WAITS = "what was forgotten is gone from files and database; its vectors go once this is mended: {}"
"""Said where Chroma does not answer."""


def _some_words(text: str) -> str:
    if not text.strip():
        raise ValueError("say something: this is empty")
    return text


def _storable(path: str) -> str:
    try:
        path.encode()
    except UnicodeEncodeError:
        raise ValueError("no file has such a name") from None
    return path


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _named(value: Any) -> Any:
    """Return a pair in its canonical spelling, or an asset in capitals."""
    if not isinstance(value, str):
        raise ValueError("a pair or an asset is text like BTC/USDT or BTC")
    if value.isalnum() and len(value) <= 5:
        return value.upper()
    try:
        return str(parse_symbol(value[:41]))
    except UnknownSymbol as error:
        if value.isascii() and value.isalnum() and len(value) <= 15:
            return value.upper()
        raise ValueError(str(error)) from None


Id = Annotated[str, Field(min_length=1, max_length=64, pattern="^[A-Za-z0-9_]+$")]
Kinds = Annotated[list[Kind], BeforeValidator(_listed), Field(max_length=len(Kind))]


class Search(Params):
    """What to look for, and among which memories; with `asOf` only those that were known by then."""

    query: Annotated[str, Field(max_length=MOST_QUERY), AfterValidator(_some_words)]
    limit: Annotated[int, Field(ge=1, le=50, strict=True)] = 10
    kind: Kinds = Field(default_factory=list)
    from_: Since | None = None
    to: Until | None = None
    symbol: Annotated[str, BeforeValidator(_named)] | None = None
    as_of: Since | None = None


class OfFile(Params):
    """Which file of yours, by its path such as memory/2026-11-26.md, and which of its lines."""

    path: Annotated[str, Field(min_length=1, max_length=1_000), AfterValidator(_storable)]
    start_line: Annotated[int, Field(ge=1, strict=True)] = 1
    lines: Annotated[int, Field(ge=1, le=MOST_LINES, strict=True)] = MOST_LINES


class Add(Params):
    """A fact about the person; `quote` are their own words that it is from, which a model has to give."""

    text: Annotated[str, Field(max_length=MOST_FACT), AfterValidator(_some_words)]
    quote: Annotated[str, Field(max_length=32_000)] | None = None


class ListMemories(Params):
    """How many, before which memory (its id), and of which kind."""

    limit: Annotated[int, Field(ge=1, le=100, strict=True)] = 20
    before: Id | None = None
    kind: Kinds = Field(default_factory=list)


class Forget(Params):
    """Which memories, by their ids."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_IDS)]


class Sync(Params):
    """Whether all vectors are made anew."""

    rebuild: Flag = False


@capability("memory.search", surfaces=EVERYWHERE, personal=True)
async def search(ctx: Context, params: Search) -> Memories:
    """Search what is remembered of the person, by words and by meaning, in English or German."""
    memories = ctx.services.memories
    query = Query(
        text=params.query,
        limit=params.limit,
        kinds=frozenset(params.kind),
        since=params.from_,
        until=params.to,
        symbol=params.symbol,
        as_of=params.as_of,
    )
    found = await memories.search(ctx.principal.person, query)
    origins = await memories.origins([each.passage for each in found.hits])
    results: list[FoundMemory] = [
        found_view(each.passage, each.score, params.query, origins) for each in found.hits
    ]
    why = memories.index.problem or OFF if found.without == NO_VECTORS else None
    return Memories(results=results, without=found.without, notice=why and WITHOUT.format(why))


@capability("memory.get", surfaces=EVERYWHERE, personal=True)
async def get(ctx: Context, params: OfFile) -> MemoryFile:
    """Read a file of the person's workspace, or some of its lines."""
    with _told(params.path):
        text = await ctx.services.memories.read(ctx.principal.person, params.path)
    lines = lines_of(text)
    if params.start_line > max(len(lines), 1):
        raise InvalidParams(f"startLine: the file has {len(lines)} lines")
    first = params.start_line - 1
    shown = lines[first : first + params.lines]
    whole = len(shown) == len(lines)
    return MemoryFile(
        path=params.path,
        content=text if whole else "\n".join(shown),
        start_line=params.start_line,
        end_line=first + len(shown),
        total_lines=len(lines),
    )


@capability("memory.list", surfaces=EVERYWHERE, personal=True)
async def list_memories(ctx: Context, params: ListMemories) -> MemoryList:
    """List what is remembered of the person, the latest first."""
    found = await ctx.services.memories.recent(
        ctx.principal.person, params.limit + 1, params.before, frozenset(params.kind)
    )
    return MemoryList(memories=await _views(ctx, found[: params.limit]), has_more=len(found) > params.limit)


@capability("memory.add", surfaces=EVERYWHERE, effects=True, personal=True)
async def add(ctx: Context, params: Add) -> MemoryAdded:
    """Keep a fact that the person has stated, in their own words; `quote` is what they typed."""
    refuse_unattended(ctx)
    said = await check_said(ctx, params.text, params.quote) if ctx.origin is Origin.MODEL else None
    try:
        with _told(MEMORY):
            kept = await ctx.services.memories.add(
                ctx.principal.person,
                params.text,
                Source.SAID,
                session_id=ctx.session_id,
                turn_id=said.turn_id if said else None,
            )
    except NothingToKeep as error:
        raise InvalidParams(f"text: {error}") from None
    (memory,) = await _views(ctx, [kept.passage])
    return MemoryAdded(id=memory.id, fresh=kept.fresh, memory=memory)


@capability("memory.forget", surfaces=EVERYWHERE, effects=True, personal=True)
async def forget(ctx: Context, params: Forget) -> MemoryForgotten:
    """Forget memories for good, when the person asks for that: out of their files and the index."""
    await _check_may_drop(ctx)
    person = ctx.principal.person
    async with ctx.services.database.read() as uow:
        known = await uow.passages.by_ids(person, params.ids)
    missing = [each for each in params.ids if each not in known]
    if missing:
        raise NotFound(f"you have no memory {', '.join(missing)}; memory.search finds those you have")
    views = await _views(ctx, list(known.values()))
    try:
        with _told(A_FILE):
            gone = await erase(ctx, list(dict.fromkeys(params.ids)))
    except NotForgettable as error:
        raise Forbidden(str(error)) from None
    ids = {each.id for each in gone}
    return _forgotten(ctx, [each for each in views if each.id in ids])


@capability("memory.undo", surfaces=EVERYWHERE, effects=True, personal=True)
async def undo(ctx: Context, params: NoParams) -> MemoryForgotten:
    """Take back the memory that was added last."""
    await _check_may_drop(ctx)
    with _told(A_FILE):
        gone = await ctx.services.memories.undo(ctx.principal.person)
    if gone is None:
        raise NotFound("nothing was added that could be taken back")
    return _forgotten(ctx, [view(gone, {})])


@capability("memory.sync", effects=True, personal=True)
async def sync(ctx: Context, params: Sync) -> MemorySynced:
    """Look at the files now, and have all vectors made anew where that is asked for (by the owner)."""
    services, person = ctx.services, ctx.principal.person
    index = services.memories.index
    if params.rebuild and not ctx.principal.may(Scope.ADMIN):
        raise Forbidden("vectors are everybody's: only an owner has them made anew")
    changed = await Follower(services.memories, services.database, services.clock).look(person)
    if params.rebuild:
        await index.rebuild()
    async with services.database.read() as uow:
        count = await uow.passages.count(person)
        waiting = await uow.passages.waiting(person)
        marks = await uow.passages.problems()
    return MemorySynced(
        changed=changed,
        memories=count,
        waiting=waiting,
        unread=[
            Unread(path=each.path, problem=each.problem or "") for each in marks if each.person == person
        ],
        problem=index.problem,
    )


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Tell callers what keeps a file from being read or written."""
    try:
        yield
    except Outside as error:
        raise Forbidden(str(error)) from None
    except FileNotFoundError:
        raise NotFound(f"there is no {what[:80]}; memory.search and memory.list tell paths") from None
    except Unreadable as error:
        raise InvalidParams(f"{what[:80]}: {error}") from None


async def _check_may_drop(ctx: Context) -> None:
    refuse_unattended(ctx)
    if ctx.origin is Origin.MODEL:
        await check_wanted(ctx)


async def _views(ctx: Context, passages: Sequence[Passage]) -> list[MemoryView]:
    origins = await ctx.services.memories.origins(passages)
    return [view(each, origins) for each in passages]


def _forgotten(ctx: Context, gone: list[MemoryView]) -> MemoryForgotten:
    problem = ctx.services.memories.index.problem
    return MemoryForgotten(count=len(gone), forgotten=gone, notice=WAITS.format(problem) if problem else None)
