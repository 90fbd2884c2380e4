"""Conversations that rest leave what their person stated in the note of the day, once, and nothing else."""

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from agent.distilling import FORGIVING, MANY, RESTED, TOO_OLD, Distiller
from agent.models.errors import ModelUnavailable
from agent.models.offline import OfflineModel
from agent.models.port import Completion, Model, ModelRequest, Usage
from agent.models.scripted import Reply, ScriptedModel
from agent.noting import TASK
from memory.distilled import Distilled
from memory.records import MessageRole, Session, SessionMode, TranscriptMessage
from tests.service import NOON, Running, running
from tools.context import Context
from tools.keys import NewKey
from tools.memory_views import Memories, MemoryAdded
from tools.own_words import BY
from tools.policy import LOCAL_OWNER, Principal, Role
from tools.services import Asked
from trading.model import Origin

NOTE = f"memory/{NOON:%Y-%m-%d}.md"
LEEDS = "I live in Leeds with my two dogs."
SHORT = "I never short anything."
BEES = "I keep bees."
DOWN = ModelUnavailable("scripted: down")


async def call(service: Running, capability: str, who: Principal = LOCAL_OWNER, /, **params: Any) -> object:
    ctx = Context(who, service.app.services, service.app.registry)
    return await service.app.registry.call(capability, params, ctx)


async def have_said(
    service: Running,
    *messages: str,
    session: str = "main",
    who: str = "owner",
    at: datetime | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Put what somebody said on disk, as their turns would have left it."""
    services, now = service.app.services, at or service.clock.now()
    async with services.database.transact() as uow:
        await uow.sessions.ensure(Session(session, who, session, SessionMode.AUTO, now, now))
        for each in messages:
            said = TranscriptMessage(
                services.new_id("msg"), who, session, MessageRole.USER, each, now, data=data
            )
            await uow.messages.append(said)
            answer = TranscriptMessage(
                services.new_id("msg"), who, session, MessageRole.ASSISTANT, "I hold 5 BTC.", now
            )
            await uow.messages.append(answer)


async def mark_of(service: Running, session: str = "main", who: str = "owner") -> Distilled | None:
    async with service.app.services.database.read() as uow:
        return await uow.distilled.get(who, session)


async def rest(service: Running, session: str = "main", who: str = "owner", revision: int = 1) -> Distilled:
    """Let time pass until a conversation is distilled, and return its mark."""
    await service.advance(RESTED.total_seconds())
    async with asyncio.timeout(60):
        while (mark := await mark_of(service, session, who)) is None or mark.revision < revision:
            await service.advance(60)
            await asyncio.sleep(0.01)
    return mark


async def idle(service: Running) -> None:
    """Return once the service has had its first look, and has nothing to distil by itself."""
    await have_said(service, "hello", session="first", at=NOON - RESTED)
    async with asyncio.timeout(60):
        while await mark_of(service, "first") is None:
            await service.advance(60)
            await asyncio.sleep(0.01)


def note(home: Path, path: str = NOTE) -> str:
    file = home / "workspace" / path
    return file.read_text() if file.exists() else ""


def notes(*pairs: tuple[str, str]) -> Completion:
    """Return a model's answer: notes with their quotes."""
    told = [{"note": note, "quote": quote} for note, quote in pairs]
    return Completion(json.dumps({"notes": told}), "scripted:model", usage=Usage(100, 20, 5))


def answering(*replies: Reply) -> ScriptedModel:
    return ScriptedModel(list(replies), piece=1_000)


def distiller(service: Running, model: Model) -> Distiller:
    services = service.app.services
    return Distiller(services.database, services.memories, model, service.clock, ZoneInfo("UTC"), "main")


async def test_what_was_stated_stands_in_the_note_of_the_day_and_tells_where_it_is_from(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, model=OfflineModel()) as service:
        await call(service, "chat.send", message=f"hi! {LEEDS} What is the price of BTC?")
        await call(service, "chat.send", message="buy 5 USDT of DOGE")
        await call(service, "chat.send", message="Ich handle nie am Freitag.")
        await service.advance(RESTED.total_seconds() - 60)
        assert (note(tmp_path), await mark_of(service)) == ("", None)
        mark = await rest(service)
        day = f"# {NOON:%Y-%m-%d}"
        assert note(tmp_path) == (
            f"{day}\n\n## 12:00 conversation\n\n- {LEEDS}\n- Ich handle nie am Freitag.\n"
        )
        assert (mark.messages, mark.model, mark.cost, mark.revision) == (6, "rules", Decimal(0), 1)
        found = cast(Memories, await call(service, "memory.search", query="Leeds")).results[0]
        assert (found.source, found.session_id, found.snippet) == ("distilled", "main", f"- {LEEDS}")

        await call(service, "chat.send", message="what is the price of ETH")
        before = note(tmp_path)
        assert (await rest(service, revision=2)).messages == 8
        assert note(tmp_path) == before


async def test_the_moment_is_that_of_the_last_message_where_the_person_is(tmp_path: Path) -> None:
    late = NOON - timedelta(hours=12, minutes=30)
    async with running(tmp_path, timezone="Europe/Berlin") as service:
        await have_said(service, LEEDS, at=late)
        await have_said(service, SHORT, session="telegram:7 #x", at=late)
        await rest(service)
        await rest(service, "telegram:7 #x")
    assert note(tmp_path) == (
        f"# 2026-11-20\n\n## 00:30 conversation\n\n- {LEEDS}\n"
        f"\n## 00:30 conversation telegram:7--x\n\n- {SHORT}\n"
    )


async def test_a_model_notes_only_what_the_person_typed(tmp_path: Path) -> None:
    model = answering(
        notes(
            ("Lives in Leeds with two dogs.", "i live in  Leeds with my two dogs"),
            ("Never shorts anything.", SHORT),
            ("Keeps bees.", "I breed bees and sell honey"),
            ("Has a yacht in Monaco.", BEES),
            ("Holds 5 BTC.", "I hold 5 BTC."),
            ("Never shorts anything without approval.", SHORT),
            ("Never sells BTC.", "I never sell BTC"),
            ("Would have a Ferrari.", "if I had a Ferrari"),
            ("Keeps bees.", BEES),
        )
    )
    async with running(tmp_path, model=model) as service:
        await have_said(service, LEEDS, SHORT, BEES, "> I never sell BTC", "what if I had a Ferrari?")
        await have_said(service, "The limit is 100 %, I never want to be asked for approval.")
        mark = await rest(service)
    assert [line for line in note(tmp_path).splitlines() if line.startswith("- ")] == [
        "- Lives in Leeds with two dogs.",
        "- Never shorts anything.",
    ]
    assert (mark.model, mark.input_tokens, mark.output_tokens, mark.cached_tokens) == (
        "scripted:model",
        100,
        20,
        5,
    )
    (request,) = model.requests
    assert (request.system, list(request.tools)) == (TASK, [])
    heard = "\n".join(each.text for each in request.messages)
    assert [json.loads(line)["said"] for line in heard.splitlines()] == [
        LEEDS,
        SHORT,
        BEES,
        "what if I had a Ferrari?",
    ]


async def test_a_model_does_not_note_what_was_taken_back(tmp_path: Path) -> None:
    model = answering(notes(("Never shorts.", SHORT)))
    async with running(tmp_path, model=model) as service:
        await have_said(service, SHORT, "forget that")
        await rest(service)
    assert note(tmp_path) == ""


@pytest.mark.parametrize(
    ("replies", "lines", "model"),
    [
        ([Completion("Sure! Here they are:", "m"), notes(("Never shorts.", SHORT))], ["- Never shorts."], 1),
        (
            [Completion("```json\n" + notes(("Never shorts.", SHORT)).text + "\n```", "m")],
            ["- Never shorts."],
            1,
        ),
        ([Completion("no", "m"), Completion('{"notes": [1]}', "m")], [f"- {SHORT}"], 0),
        ([Completion("{}", "m")], [], 1),
    ],
    ids=["repaired", "fenced", "broken twice", "none"],
)
async def test_an_answer_that_is_no_json_is_asked_for_once_more_and_then_rules_do(
    tmp_path: Path, replies: Sequence[Reply], lines: list[str], model: int
) -> None:
    scripted = answering(*replies)
    async with running(tmp_path, model=scripted) as service:
        await have_said(service, SHORT)
        mark = await rest(service)
    assert [line for line in note(tmp_path).splitlines() if line.startswith("- ")] == lines
    assert mark.model == ("scripted:model" if model else "rules")
    assert len(scripted.requests) == len(replies)


async def test_a_model_that_fails_is_asked_again_and_after_an_hour_rules_do(tmp_path: Path) -> None:
    model = ScriptedModel(lambda request: DOWN)
    async with running(tmp_path) as service:
        await idle(service)
        await have_said(service, SHORT, at=service.clock.now() - FORGIVING)
        await have_said(service, LEEDS, session="other", at=NOON - FORGIVING - timedelta(minutes=1))
        work = distiller(service, model)
        assert await work.step() == 1
        assert (await mark_of(service), len(model.requests)) == (None, 2)
        assert await work.step() == 0
        assert len(model.requests) == 3
        assert await distiller(service, answering(notes(("Never shorts.", SHORT)))).step() == 1
    assert f"- {LEEDS}" in note(tmp_path)
    assert "- Never shorts." in note(tmp_path)


async def test_what_nobody_typed_alone_is_left_out(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        await have_said(service, "I live in Rome.", data={BY: "cron"})
        await have_said(service, "I live in Oslo.", session="job:daily")
        app = service.app
        group = Context(LOCAL_OWNER, app.services, app.registry, shared=True)
        await app.registry.call("chat.send", {"message": "I live in Cork.", "sessionId": "group"}, group)
        put = Asked("main", "I live in Bonn.", "req_put", None, stream=False, queue=True, origin=Origin.JOB)
        await app.services.chat.send(Context(LOCAL_OWNER, app.services, app.registry), put)
        await rest(service)
        await rest(service, "group")
        assert await mark_of(service, "job:daily") is None
    assert note(tmp_path) == ""


async def test_what_is_kept_already_is_not_noted_again(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        await call(service, "memory.add", text=LEEDS)
        await have_said(service, "I live in Leeds with two dogs.", SHORT)
        await have_said(service, "I never short anything at all.", "I live in Leeds.", session="other")
        await rest(service)
        await rest(service, "other")
    assert note(tmp_path).count("\n- ") == 1


async def test_each_has_their_own_notes_and_who_was_shut_out_gets_none(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        ada = cast(NewKey, await call(service, "keys.create", name="ada", role="viewer"))
        bob = cast(NewKey, await call(service, "keys.create", name="bob", role="trader"))
        owner = cast(NewKey, await call(service, "keys.create", name="too", role="owner"))
        for each in (ada, bob, owner):
            await have_said(service, SHORT, who=f"key:{each.id}")
        await have_said(service, LEEDS)
        await call(service, "keys.revoke", id=bob.id)
        for who in (f"key:{ada.id}", f"key:{owner.id}", "owner"):
            await rest(service, who=who)
        found = cast(
            Memories,
            await call(
                service, "memory.search", Principal(f"key:{ada.id}", Role.VIEWER), query="Leeds short"
            ),
        )
        assert [each.snippet for each in found.results] == [f"- {SHORT}"]
        assert await mark_of(service, who=f"key:{bob.id}") is None
        folders = sorted(each.name for each in (tmp_path / "workspace" / "people").iterdir())
    assert folders == [f"key={ada.id}"]
    assert f"## 12:00 conversation\n\n- {LEEDS}" in note(tmp_path)
    assert f"## 12:00 conversation key:{owner.id}\n\n- {SHORT}" in note(tmp_path)


async def test_a_crash_between_the_note_and_its_mark_doubles_nothing(tmp_path: Path) -> None:
    first = answering(notes(("Never shorts anything.", SHORT), ("Lives in Leeds.", LEEDS)))
    async with running(tmp_path, model=first) as service:
        await have_said(service, SHORT, LEEDS)
        await rest(service)
    with closing(sqlite3.connect(tmp_path / "data" / "kit.db")) as connection, connection:
        assert connection.execute("DELETE FROM memory_distilled").rowcount == 1
    again = answering(notes(("Never shorts anything.", SHORT), ("Lives in Leeds with two dogs.", LEEDS)))
    async with running(tmp_path, model=again) as service:
        await rest(service)
    assert note(tmp_path) == (
        f"# {NOON:%Y-%m-%d}\n\n## 12:00 conversation\n\n- Never shorts anything.\n"
        "- Lives in Leeds with two dogs.\n"
    )


async def test_of_two_at_once_one_does_it(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        await idle(service)
        await have_said(service, SHORT, at=NOON - RESTED)
        both = [distiller(service, OfflineModel()) for _ in range(2)]
        assert sorted(await asyncio.gather(*(each.step() for each in both))) == [0, 1]
        mark = await mark_of(service)
        assert mark is not None
        assert (mark.revision, mark.messages) == (1, 2)
    assert note(tmp_path).count(SHORT) == 1


async def test_a_conversation_that_goes_on_is_distilled_part_by_part(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        await idle(service)
        work = distiller(service, OfflineModel())
        await have_said(service, LEEDS, *["what is the price of BTC"] * (MANY // 2 - 1), at=NOON)
        assert await work.step() == 0
        await have_said(service, "and ETH?", at=NOON)
        assert await work.step() == 1
        await have_said(service, SHORT, at=NOON)
        assert await work.step() == 0
        assert (await rest(service, revision=2)).messages == MANY + 4
    assert note(tmp_path) == (
        f"# {NOON:%Y-%m-%d}\n\n## 12:00 conversation\n\n- {LEEDS}\n\n## 12:00 conversation (2)\n\n- {SHORT}\n"
    )


async def test_what_is_forgotten_while_a_model_reads_it_does_not_come_back(tmp_path: Path) -> None:
    reading = asyncio.Event()

    def reply(request: ModelRequest) -> Reply:
        return notes(("Lives in Leeds with two dogs.", LEEDS))

    model = ScriptedModel(reply, piece=20, hold=reading)
    async with running(tmp_path) as service:
        await idle(service)
        kept = cast(MemoryAdded, await call(service, "memory.add", text=LEEDS))
        await have_said(service, LEEDS, at=NOON - RESTED)
        step = asyncio.create_task(distiller(service, model).step())
        async with asyncio.timeout(60):
            await model.held.wait()
        await call(service, "memory.forget", ids=[kept.id])
        reading.set()
        assert await step == 0
        assert await distiller(service, model).step() == 1
    assert "Leeds" not in note(tmp_path)


async def test_old_conversations_and_notes_that_cannot_be_written_stop_nobody(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        await idle(service)
        folder = tmp_path / "workspace" / "memory"
        (folder / f"{NOON - timedelta(days=1):%Y-%m-%d}.md").mkdir(parents=True)
        await have_said(service, SHORT, session="old", at=NOON - TOO_OLD)
        await have_said(service, SHORT, session="bad", at=NOON - timedelta(days=1))
        await have_said(service, LEEDS, at=NOON - RESTED)
        assert await distiller(service, OfflineModel()).step() == 1
        assert [await mark_of(service, each) for each in ("old", "bad")] == [None, None]
    assert f"- {LEEDS}" in note(tmp_path)
