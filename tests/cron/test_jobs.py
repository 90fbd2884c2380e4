"""Jobs as people make, change, run and read them, over a real socket against the whole service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest_asyncio

from agent.models.failover import Failover
from agent.models.port import Completion, ModelRequest, Role, ToolCall
from agent.models.scripted import ScriptedModel
from tests.service import NOON, Running, running
from tests.wire import Wire, wire
from trading.clock import epoch_ms

MINUTE = 60_000
NOW = epoch_ms(NOON)


def talkative(request: ModelRequest) -> Completion:
    """Say what was asked; call a tool where its name comes first."""
    last = request.messages[-1]
    if last.role is Role.USER and last.text.startswith("call "):
        _, tool, name = last.text.split(" ")
        return Completion("", "scripted:model", (ToolCall("1", tool, {"name": name}),))
    return Completion("called" if last.role is Role.TOOL else f"you asked: {last.text}", "scripted:model")


@asynccontextmanager
async def served(home: Path, **more: Any) -> AsyncIterator[tuple[Running, Wire]]:
    model = more.pop("model", None) or ScriptedModel(talkative)
    async with running(home, limits=False, model=model, **more) as service, wire(service.url) as connection:
        yield service, connection


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[tuple[Running, Wire]]:
    async with served(tmp_path) as both:
        yield both


async def ask(connection: Wire, method: str, **params: Any) -> Any:
    answer = await connection.request(method, params)
    return answer["payload"] if answer["ok"] else answer["error"]["code"]


async def ended(service: Running, connection: Wire, name: str) -> list[dict[str, Any]]:
    """Let time pass until every run of a job is settled and its answer delivered; return them."""
    for _ in range(500):
        runs: list[dict[str, Any]] = (await ask(connection, "cron.history", name=name))["runs"]
        ways = [way["status"] for run in runs for way in run["deliveries"]]
        if runs and all(run["completedAt"] for run in runs) and "waiting" not in ways:
            return runs
        await asyncio.sleep(0.005)
        await service.clock.advance(0.1)
    raise AssertionError(f"it never ended: {runs}")


async def test_a_job_runs_at_its_slot_and_tells_its_answer_and_where_it_arrived(
    desk: tuple[Running, Wire],
) -> None:
    service, connection = desk
    made = await ask(connection, "cron.add", name="daily", schedule="10 13 * * *", prompt="how is it?")
    assert made == {
        "job": {
            "id": made["job"]["id"],
            "name": "daily",
            "schedule": "10 13 * * *",
            "prompt": "how is it?",
            "enabled": True,
            "lastRunAt": None,
            "nextRunAt": NOW + 70 * MINUTE,
            "text": "At 13:10 every day (UTC)",
            "timezone": "UTC",
            "session": "isolated",
            "channels": [],
            "missed": "once",
            "jitterSeconds": 0,
            "retries": 2,
            "createdAt": NOW,
            "lastStatus": None,
            "lastDelivery": None,
        },
        "replaced": False,
        "warnings": [],
    }
    await service.advance(70 * 60)
    (run,) = await ended(service, connection, "daily")
    (way,) = run.pop("deliveries")
    assert run == {
        "id": run["id"],
        "status": "success",
        "startedAt": run["startedAt"],
        "completedAt": run["completedAt"],
        "response": "you asked: how is it?",
        "slot": NOW + 70 * MINUTE,
        "attempts": 1,
        "durationMs": run["completedAt"] - run["startedAt"],
        "cost": run["cost"],
    }
    assert way == {
        "channel": "websocket",
        "status": "delivered",
        "deliveredAt": way["deliveredAt"],
        "deliveredAs": "event",
    }
    notice = (await connection.event("notice"))["payload"]
    assert (notice["kind"], notice["text"]) == ("job.result", "you asked: how is it?")
    begun, over = await connection.event("cron.run.start"), await connection.event("cron.run.complete")
    assert begun["payload"]["runId"] == over["payload"]["runId"] == run["id"]
    job = (await ask(connection, "cron.get", name="daily"))["job"]
    assert (job["lastStatus"], job["lastDelivery"]) == ("success", "delivered")
    assert (job["lastRunAt"], job["nextRunAt"]) == (run["startedAt"], NOW + (70 + 1_440) * MINUTE)
    # Nobody's conversation holds it, and what it said to the owner started no turn of its own.
    assert (await ask(connection, "sessions.list"))["sessions"] == []


async def test_a_job_of_the_same_name_takes_the_place_of_the_other(desk: tuple[Running, Wire]) -> None:
    _, connection = desk
    first = await ask(connection, "cron.add", name="one", schedule="every 1h", prompt="a")
    await ask(connection, "cron.add", name="two", schedule="every 2h", prompt="b")
    again = await ask(connection, "cron.add", name="one", schedule="every 3h", prompt="c")
    jobs = (await ask(connection, "cron.list"))["jobs"]
    assert again["replaced"]
    assert [(each["name"], each["prompt"], each["text"]) for each in jobs] == [
        ("one", "c", "Every 3 hours"),
        ("two", "b", "Every 2 hours"),
    ]
    assert jobs[0]["id"] == first["job"]["id"]


async def test_a_template_gives_what_is_left_out(desk: tuple[Running, Wire]) -> None:
    _, connection = desk
    offered = {each["name"]: each for each in (await ask(connection, "cron.templates"))["templates"]}
    assert {"daily_report", "morning_briefing", "weekly_report", "market_overview", "risk_check"} == set(
        offered
    )
    for name, usual in offered.items():
        job = (await ask(connection, "cron.add", name=name, template=name))["job"]
        assert (job["schedule"], job["prompt"]) == (usual["schedule"], usual["prompt"])
    own = await ask(connection, "cron.add", name="x", template="risk_check", schedule="every 5m")
    assert (own["job"]["schedule"], own["job"]["prompt"]) == ("every 5m", offered["risk_check"]["prompt"])


async def test_a_job_changes_only_in_what_is_named(desk: tuple[Running, Wire]) -> None:
    service, connection = desk
    job = (await ask(connection, "cron.add", name="x", schedule="every 1h", prompt="a"))["job"]
    await service.advance(600)
    changed = (await ask(connection, "cron.update", name="x", prompt="b", channels=["websocket"]))["job"]
    assert changed == {**job, "prompt": "b", "channels": ["websocket"]}
    off = (await ask(connection, "cron.update", name="x", enabled=False, channels=None))["job"]
    assert off == {**job, "prompt": "b", "enabled": False, "nextRunAt": None}
    on = (await ask(connection, "cron.update", name="x", enabled=True))["job"]
    assert on == {**job, "prompt": "b"}
    slower = (await ask(connection, "cron.update", name="x", schedule="every 2h"))["job"]
    assert slower["nextRunAt"] == NOW + 130 * MINUTE


async def test_a_job_that_is_off_or_gone_does_not_run(desk: tuple[Running, Wire]) -> None:
    service, connection = desk
    await ask(connection, "cron.add", name="off", schedule="every 1m", prompt="a", enabled=False)
    await ask(connection, "cron.add", name="gone", schedule="every 1m", prompt="b", jitterSeconds=3_600)
    await service.advance(60)
    while not (await ask(connection, "cron.history", name="gone"))["runs"]:
        await service.advance(0.01)
    assert await ask(connection, "cron.remove", name="gone") == {"name": "gone", "removed": True}
    assert await ask(connection, "cron.remove", name="gone") == "NOT_FOUND"
    await service.advance(4_000)
    assert (await ask(connection, "cron.history", name="off"))["runs"] == []
    (run,) = (await ask(connection, "cron.history", name="gone"))["runs"]
    assert (run["status"], run["startedAt"]) == ("skipped", None)


async def test_what_waits_of_a_job_is_skipped_when_another_takes_its_place(
    desk: tuple[Running, Wire],
) -> None:
    service, connection = desk
    one = {"name": "x", "schedule": "every 1h", "jitterSeconds": 3_600}
    await ask(connection, "cron.add", **one, prompt="old")
    await service.advance(3_600)
    while not (await ask(connection, "cron.history", name="x"))["runs"]:
        await service.advance(0.01)
    assert (await ask(connection, "cron.add", **one, prompt="new"))["replaced"]
    (run,) = (await ask(connection, "cron.history", name="x"))["runs"]
    assert (run["status"], run["startedAt"]) == ("skipped", None)


async def test_a_job_runs_when_it_is_asked_to_and_answers_with_its_end(desk: tuple[Running, Wire]) -> None:
    _, connection = desk
    await ask(connection, "cron.add", name="x", schedule="every 1d", prompt="hello", session="main")
    ran = await ask(connection, "cron.run", name="x")
    assert (ran["name"], ran["run"]["status"], ran["run"]["slot"]) == ("x", "success", None)
    assert ran["run"]["response"] == "you asked: hello"
    said = (await ask(connection, "chat.history", sessionId="main"))["messages"]
    assert [each["content"] for each in said] == ["hello", "you asked: hello"]


async def test_a_turn_that_runs_a_job_of_its_own_conversation_does_not_wait_for_it(
    desk: tuple[Running, Wire],
) -> None:
    service, connection = desk
    await ask(connection, "cron.add", name="x", schedule="every 1d", prompt="hello", session="main")
    answer = await ask(connection, "chat.send", message="call cron_run x", sessionId="main")
    assert answer["message"]["content"] == "called"
    (run,) = await ended(service, connection, "x")
    assert (run["status"], run["response"]) == ("success", "you asked: hello")


async def test_a_job_knows_that_nobody_is_there_and_asks_the_model_it_names(tmp_path: Path) -> None:
    first, second = ScriptedModel(talkative, "scripted:one"), ScriptedModel(talkative, "scripted:two")
    async with served(tmp_path, model=Failover([first, second])) as (_, connection):
        await ask(connection, "cron.add", name="x", schedule="every 1d", prompt="hi", model="scripted:two")
        ran = await ask(connection, "cron.run", name="x")
        assert (ran["run"]["response"], len(first.requests), len(second.requests)) == ("you asked: hi", 0, 1)
        assert "NOTHING_TO_REPORT" in second.requests[0].system
        await ask(connection, "chat.send", message="hi")
        assert len(first.requests) == 1
        assert "NOTHING_TO_REPORT" not in first.requests[0].system


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"schedule": None}, "MISSING_PARAMS"),
    ({"prompt": None}, "MISSING_PARAMS"),
    ({"schedule": "0 9 31 2 *"}, "INVALID_PARAMS"),
    ({"schedule": "at 2020-01-01 10:00"}, "INVALID_PARAMS"),
    ({"schedule": "every 10s"}, "INVALID_PARAMS"),
    ({"timezone": "Europe/Atlantis"}, "INVALID_PARAMS"),
    ({"template": "astrology"}, "INVALID_PARAMS"),
    ({"model": "openai:nobody"}, "INVALID_PARAMS"),
    ({"channels": ["pigeon"]}, "INVALID_PARAMS"),
    ({"channels": ["webhook"]}, "INVALID_PARAMS"),
    ({"webhook": "ftp://example.com/"}, "INVALID_PARAMS"),
    ({"name": "../x"}, "INVALID_PARAMS"),
    ({"missed": "twice"}, "INVALID_PARAMS"),
    ({"jitterSeconds": -1}, "INVALID_PARAMS"),
    ({"retries": 11}, "INVALID_PARAMS"),
    ({"prompt": "x" * 4_001}, "INVALID_PARAMS"),
)


async def test_what_makes_no_sense_is_refused(desk: tuple[Running, Wire]) -> None:
    _, connection = desk
    good = {"name": "x", "schedule": "0 9 * * *", "prompt": "hi"}
    answers = [(changes, await ask(connection, "cron.add", **{**good, **changes})) for changes, _ in REFUSED]
    assert answers == list(REFUSED)
    assert (await ask(connection, "cron.list"))["jobs"] == []


async def test_a_channel_that_is_not_connected_is_warned_of(desk: tuple[Running, Wire]) -> None:
    _, connection = desk
    made = await ask(connection, "cron.add", name="x", schedule="every 1h", prompt="a", channels=["telegram"])
    assert len(made["warnings"]) == 1
    ran = await ask(connection, "cron.run", name="x")
    # It ran, and reached nobody: these are two facts.
    (way,) = ran["run"]["deliveries"]
    assert (ran["run"]["status"], way["status"]) == ("success", "undeliverable")


async def test_one_person_has_a_hundred_jobs_at_most(desk: tuple[Running, Wire]) -> None:
    _, connection = desk
    for number in range(100):
        await connection.send(
            {
                "type": "req",
                "id": f"many{number}",
                "method": "cron.add",
                "params": {"name": f"job{number}", "schedule": "every 1h", "prompt": "a"},
            }
        )
    for number in range(100):
        assert (await connection.answer(f"many{number}"))["ok"]
    one = {"schedule": "every 1h", "prompt": "a"}
    assert await ask(connection, "cron.add", name="more", **one) == "CONFLICT"
    assert (await ask(connection, "cron.add", name="job7", **one))["replaced"]


async def test_pages_of_history_follow_each_other(desk: tuple[Running, Wire]) -> None:
    _, connection = desk
    await ask(connection, "cron.add", name="x", schedule="every 1d", prompt="a")
    ids = [(await ask(connection, "cron.run", name="x"))["run"]["id"] for _ in range(3)]
    page = await ask(connection, "cron.history", name="x", limit=2)
    older = await ask(connection, "cron.history", name="x", limit=2, before=ids[1])
    assert ([each["id"] for each in page["runs"]], page["hasMore"]) == ([ids[2], ids[1]], True)
    assert ([each["id"] for each in older["runs"]], older["hasMore"]) == ([ids[0]], False)
