"""Sessions, transcripts and turns, on both databases."""

from dataclasses import replace
from decimal import Decimal

import pytest

from memory.database import Database
from memory.errors import AlreadyStored, MissingReference
from memory.records import MessageRole, SessionMode, TurnStatus
from tests.memory.samples import later, message, session, turn


@pytest.fixture
async def db(database: Database) -> Database:
    async with database.transact() as uow:
        await uow.sessions.create(session())
    return database


async def test_everybody_has_a_session_of_the_same_name(db: Database) -> None:
    theirs = session(principal="bob", name="Bob's", mode=SessionMode.READONLY)
    async with db.transact() as uow:
        await uow.sessions.create(theirs)
    async with db.read() as uow:
        assert await uow.sessions.get("ada", "main") == session()
        assert await uow.sessions.get("bob", "main") == theirs
        assert await uow.sessions.get("bob", "other") is None
        assert await uow.sessions.list("bob") == [theirs]
    with pytest.raises(AlreadyStored):
        async with db.transact() as uow:
            await uow.sessions.create(session())


async def test_ensuring_a_session_leaves_the_one_that_is_there(db: Database) -> None:
    async with db.transact() as uow:
        assert await uow.sessions.ensure(session(created_at=later(5))) == session()
        assert await uow.sessions.ensure(session("second")) == session("second")


async def test_the_session_used_last_comes_first(db: Database) -> None:
    async with db.transact() as uow:
        await uow.sessions.create(session("old", updated_at=later(-10)))
        await uow.sessions.create(session("new", updated_at=later(10)))
        await uow.sessions.touch("ada", "old", later(20))
    async with db.read() as uow:
        assert [each.id for each in await uow.sessions.list("ada")] == ["old", "new", "main"]
        assert await uow.sessions.get("ada", "old") == session("old", updated_at=later(20))


async def test_touching_what_is_not_there_is_refused(db: Database) -> None:
    with pytest.raises(MissingReference):
        async with db.transact() as uow:
            await uow.sessions.touch("bob", "main", later(1))


async def test_a_message_counts_in_its_session(db: Database) -> None:
    said = message(
        "m1",
        role=MessageRole.TOOL,
        created_at=later(3),
        turn_id="t1",
        data={"name": "market_price", "arguments": {"symbol": "BTC/USDT", "n": [1, 2.5, None]}},
    )
    async with db.transact() as uow:
        await uow.messages.append(said)
        await uow.messages.append(message("m2", created_at=later(4)))
    async with db.read() as uow:
        assert await uow.messages.recent("ada", "main", 10) == [said, message("m2", created_at=later(4))]
        assert await uow.sessions.get("ada", "main") == session(updated_at=later(4), message_count=2)


async def test_a_message_needs_a_session_and_a_new_id(db: Database) -> None:
    with pytest.raises(MissingReference):
        async with db.transact() as uow:
            await uow.messages.append(message("m1", session_id="nowhere"))
    async with db.transact() as uow:
        await uow.messages.append(message("m1"))
    with pytest.raises(AlreadyStored):
        async with db.transact() as uow:
            await uow.messages.append(message("m1"))
    async with db.read() as uow:
        assert await uow.sessions.get("ada", "main") == session(message_count=1)


async def test_a_transcript_is_paged_backwards(db: Database) -> None:
    async with db.transact() as uow:
        await uow.sessions.create(session("other"))
        for place in range(5):
            # The same moment: the order is that of saying, not of clocks or ids.
            await uow.messages.append(message(f"m{9 - place}"))
            await uow.messages.append(message(f"x{place}", session_id="other"))

    async def page(limit: int, before: str | None = None) -> tuple[list[str], bool]:
        async with db.read() as uow:
            messages, more = await uow.messages.page("ada", "main", limit, before)
        return [each.id for each in messages], more

    assert await page(2) == (["m6", "m5"], True)
    assert await page(2, "m6") == (["m8", "m7"], True)
    assert await page(2, "m8") == (["m9"], False)
    assert await page(2, "m9") == ([], False)
    assert await page(5) == (["m9", "m8", "m7", "m6", "m5"], False)
    assert await page(2, "unknown") == (["m6", "m5"], True)
    assert await page(2, "x0") == (["m6", "m5"], True)


async def test_what_one_person_says_stays_in_their_own_session_of_that_name(db: Database) -> None:
    async with db.transact() as uow:
        await uow.sessions.create(session(principal="bob"))
        await uow.messages.append(message("a1"))
        await uow.messages.append(message("b1", principal="bob"))
        await uow.messages.append(message("a2"))
        await uow.turns.start(turn("t1", principal="bob"))
    async with db.read() as uow:
        assert await uow.messages.page("ada", "main", 5) == ([message("a1"), message("a2")], False)
        assert await uow.messages.recent("bob", "main", 5) == [message("b1", principal="bob")]
        # Another person's message is no place in one's own transcript.
        assert await uow.messages.page("ada", "main", 5, "b1") == ([message("a1"), message("a2")], False)
        assert await uow.turns.running("ada", "main") is None
        assert await uow.turns.running("bob", "main") == turn("t1", principal="bob")


async def test_text_that_a_database_cannot_hold_loses_only_what_it_cannot_hold(db: Database) -> None:
    said = message("m1", content="a\0b \ud800 Kurs: 5 € 🚀", data={"text": "\0 \udfff", "\ud800": ["🚀"]})
    async with db.transact() as uow:
        await uow.messages.append(said)
    async with db.read() as uow:
        (kept,) = await uow.messages.recent("ada", "main", 1)
    assert kept.content == "a\ufffdb \ufffd Kurs: 5 € 🚀"
    assert kept.data == {"text": "\0 \ufffd", "\ufffd": ["🚀"]}


async def test_a_turn_runs_until_it_is_finished(db: Database) -> None:
    done = replace(
        turn(),
        status=TurnStatus.COMPLETE,
        model="anthropic:opus",
        input_tokens=1_200,
        output_tokens=80,
        cached_tokens=1_000,
        cost=Decimal("0.004215"),
        finished_at=later(2),
    )
    async with db.transact() as uow:
        await uow.turns.start(turn())
        assert await uow.turns.running("ada", "main") == turn()
        assert await uow.turns.running("ada", "other") is None
    async with db.transact() as uow:
        await uow.turns.finish(done)
    async with db.read() as uow:
        assert await uow.turns.running("ada", "main") is None
        assert await uow.turns.get("t1") == done
        assert await uow.turns.get("t2") is None


async def test_a_turn_that_never_started_cannot_finish(db: Database) -> None:
    with pytest.raises(MissingReference):
        async with db.transact() as uow:
            await uow.turns.finish(replace(turn(), status=TurnStatus.FAILED, error_code="TIMEOUT"))


async def test_turns_that_a_crash_cut_are_interrupted_once(db: Database) -> None:
    ended = turn("t0", status=TurnStatus.ABORTED, finished_at=later(1))
    cut = [
        replace(each, status=TurnStatus.INTERRUPTED, finished_at=later(60))
        for each in (turn("t1"), turn("t2", started_at=later(1)))
    ]
    async with db.transact() as uow:
        for each in (turn("t2", started_at=later(1)), turn("t1"), ended):
            await uow.turns.start(each)
    async with db.transact() as uow:
        assert await uow.turns.interrupt_running(later(60)) == cut
        assert await uow.turns.interrupt_running(later(61)) == []
        assert await uow.turns.get("t1") == cut[0]
        assert await uow.turns.get("t0") == ended
