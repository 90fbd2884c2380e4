"""Memories at the door: found, read, kept, forgotten; each person their own, and nothing outside."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.service import Running, running
from tests.wire import wire
from tools.context import Context
from tools.errors import CallError
from tools.policy import LOCAL_OWNER, Principal, Role
from trading.model import Origin

# One service for all of these: whoever writes files does so in a folder of the test's own.
pytestmark = pytest.mark.asyncio(loop_scope="module")

ADA = Principal("key_ada", Role.TRADER)
BOB = Principal("key_bob", Role.VIEWER)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with running(tmp_path_factory.mktemp("home"), limits=False) as service:
        yield service


def context(service: Running, who: Principal = LOCAL_OWNER, **more: Any) -> Context:
    return replace(Context(who, service.app.services, service.app.registry), **more)


async def call(service: Running, name: str, who: Principal = LOCAL_OWNER, **params: Any) -> dict[str, Any]:
    """Call a capability of memory by somebody and return its answer as on the wire."""
    named = {key.rstrip("_"): value for key, value in params.items()}
    answer = await service.app.registry.call(f"memory.{name}", named, context(service, who))
    return answer.model_dump(mode="json")


async def code_of(service: Running, name: str, who: Principal = LOCAL_OWNER, **params: Any) -> str:
    with pytest.raises(CallError) as failed:
        await call(service, name, who, **params)
    return failed.value.reason.value


def folder(service: Running, who: Principal = LOCAL_OWNER) -> Path:
    """Return where somebody's files lie."""
    found = service.app.services.memories.workspace.of(who.person)
    found.mkdir(parents=True, exist_ok=True)
    return found


async def test_a_fact_is_kept_once_found_with_where_it_stands_and_forgotten_for_good(
    service: Running,
) -> None:
    first = await call(service, "add", ADA, text="I never hold DOGE over the weekend")
    again = await call(service, "add", ADA, text="i never hold DOGE over the weekend.")
    assert (first["fresh"], again["fresh"], again["id"]) == (True, False, first["id"])
    found = await call(service, "search", ADA, query="doge weekend")
    (hit,) = found["results"]
    assert (found["without"], bool(found["notice"])) == ("vectors", True)
    line = (folder(service, ADA) / "MEMORY.md").read_text().splitlines()[hit["startLine"] - 1]
    assert line == "- 2026-11-20: I never hold DOGE over the weekend"
    assert hit == {
        "id": first["id"],
        "path": "MEMORY.md",
        "snippet": "I never hold DOGE over the weekend",
        "score": hit["score"],
        "startLine": hit["startLine"],
        "endLine": hit["startLine"],
        "kind": "fact",
        "heading": "MEMORY › Facts",
        "at": 1_795_132_800_000,
        "knownAt": first["memory"]["knownAt"],
        "source": "said",
        "sessionId": None,
    }
    gone = await call(service, "forget", ADA, ids=[first["id"]])
    assert (gone["count"], [each["snippet"] for each in gone["forgotten"]]) == (1, [hit["snippet"]])
    assert (await call(service, "search", ADA, query="doge weekend"))["results"] == []
    assert "DOGE" not in (folder(service, ADA) / "MEMORY.md").read_text()
    assert await code_of(service, "forget", ADA, ids=[first["id"]]) == "NOT_FOUND"


async def test_what_was_added_last_is_taken_back_and_then_nothing_is(service: Running) -> None:
    eve = Principal("key_eve", Role.TRADER)
    await call(service, "add", eve, text="My broker is in Zurich")
    kept = await call(service, "add", eve, text="I sleep until nine")
    undone = await call(service, "undo", eve)
    assert [each["id"] for each in undone["forgotten"]] == [kept["id"]]
    left = await call(service, "list", eve)
    assert [each["snippet"] for each in left["memories"]] == ["My broker is in Zurich"]
    await call(service, "undo", eve)
    assert await code_of(service, "undo", eve) == "NOT_FOUND"


async def test_no_record_of_a_call_keeps_what_was_kept_or_forgotten(service: Running) -> None:
    secret = "My lucky number is quixotry"
    async with wire(service.url) as connection:
        kept = await connection.request("memory.add", {"text": secret}, "same")
        again = await connection.request("memory.add", {"text": secret}, "same")
        assert kept["payload"]["memory"]["snippet"] == secret
        assert again["payload"] == {**kept["payload"], "memory": None}
        ids = {"ids": [kept["payload"]["id"]]}
        gone = await connection.request("memory.forget", ids, "gone")
        twice = await connection.request("memory.forget", ids, "gone")
        assert gone["payload"]["forgotten"][0]["snippet"] == secret
        assert twice["payload"] == {"count": 1, "forgotten": [], "notice": None}
    data = service.app.services.memories.workspace.folder.parent
    holding = [each for each in data.rglob("*") if each.is_file() and b"quixotry" in each.read_bytes()]
    assert holding == []


async def test_nobody_finds_reads_or_forgets_what_is_somebody_elses(service: Running) -> None:
    mine = await call(service, "add", ADA, text="I own a boat called Marlin")
    for other in (BOB, LOCAL_OWNER):
        assert (await call(service, "search", other, query="boat Marlin"))["results"] == []
        assert await code_of(service, "forget", other, ids=[mine["id"]]) == "NOT_FOUND"
        seen = (await call(service, "list", other))["memories"]
        assert mine["id"] not in [each["id"] for each in seen]
    theirs = folder(service, ADA).relative_to(folder(service))
    assert await code_of(service, "get", LOCAL_OWNER, path=f"{theirs}/MEMORY.md") == "FORBIDDEN"
    assert await code_of(service, "get", BOB, path=f"../{folder(service, ADA).name}/MEMORY.md") == "FORBIDDEN"
    assert await code_of(service, "get", BOB, path="MEMORY.md") == "NOT_FOUND"
    assert "Marlin" in (await call(service, "get", ADA, path="MEMORY.md"))["content"]


async def test_lines_of_a_file_are_read_and_counted(service: Running) -> None:
    (folder(service) / "plan.md").write_text("# Plan\n\none\ntwo\nthree\n")
    whole = await call(service, "get", path="plan.md")
    assert whole == {
        "path": "plan.md",
        "content": "# Plan\n\none\ntwo\nthree\n",
        "startLine": 1,
        "endLine": 5,
        "totalLines": 5,
    }
    part = await call(service, "get", path="plan.md", startLine=4, lines=1)
    assert (part["content"], part["startLine"], part["endLine"]) == ("two", 4, 4)
    assert (await call(service, "get", path="plan.md", startLine=5, lines=2_000))["endLine"] == 5
    for wrong in ({"startLine": 6}, {"startLine": 0}, {"lines": 0}, {"lines": 2_001}, {"lines": True}):
        assert await code_of(service, "get", path="plan.md", **wrong) == "INVALID_PARAMS"
    (folder(service) / "empty.md").write_text("")
    assert (await call(service, "get", path="empty.md"))["totalLines"] == 0


@pytest.fixture
def traps(service: Running, tmp_path: Path) -> Path:
    """Lay files that lead outside or are no text, and return where the secret is."""
    home, secret = folder(service), tmp_path / "secret.md"
    secret.write_text("the secret")
    for made in ("link.md", "out", "pipe.md", "folder.md", "binary.md", "latin.md", "huge.md"):
        path = home / made
        if path.is_symlink() or path.is_file() or path.is_fifo():
            path.unlink()
    (home / "link.md").symlink_to(secret)
    (home / "out").symlink_to(tmp_path)
    os.mkfifo(home / "pipe.md")
    (home / "folder.md").mkdir(exist_ok=True)
    (home / "binary.md").write_bytes(b"MZ\0\1")
    (home / "latin.md").write_bytes(b"gr\xfc\xdfe")
    (home / "huge.md").write_text("x" * 2_000_000)
    return secret


async def test_no_path_leads_outside_the_workspace(service: Running, traps: Path) -> None:
    outside = ("../config.toml", "memory/../../config.toml", "/etc/passwd", str(traps), "~/x", "a\0.md", "..")
    for path in (*outside, "a\\..\\b", "link.md", "out/secret.md", "/".join("abcdefghij"), " ", "x" * 300):
        assert await code_of(service, "get", path=path) == "FORBIDDEN", path
    for path in ("pipe.md", "folder.md", "binary.md", "latin.md", "huge.md", "\ud800.md", "", "y" * 1_001):
        assert await code_of(service, "get", path=path) == "INVALID_PARAMS", path
    for path in ("none.md", "memory/none.md", "plan.md/more"):
        assert await code_of(service, "get", path=path) == "NOT_FOUND", path


async def test_a_look_at_the_files_tells_what_is_not_read_and_why(service: Running, traps: Path) -> None:
    told = await call(service, "sync")
    unread = {each["path"] for each in told["unread"]}
    assert {"binary.md", "latin.md", "huge.md"} <= unread
    assert unread.isdisjoint({"link.md", "pipe.md", "out/secret.md"})
    problems = await service.app.services.system.notices()
    assert any("memory" in each for each in problems)
    for name in ("binary.md", "latin.md", "huge.md"):
        (folder(service) / name).unlink()
    assert (await call(service, "sync"))["unread"] == []
    assert await service.app.services.system.notices() == []
    assert await code_of(service, "sync", ADA, rebuild=True) == "FORBIDDEN"
    assert (await call(service, "sync", rebuild=True))["problem"] is None


async def test_queries_are_bounded_and_filters_hold(service: Running) -> None:
    note = folder(service) / "memory/2026-10-02.md"
    note.parent.mkdir(exist_ok=True)
    filler = "and the market went on as it had before " * 20
    note.write_text(
        f"# 2026-10-02\n\n## Trades\n\nSold ETH/USDT. {filler} The zeppelin rule held. {filler}\n"
    )
    await call(service, "sync")
    await call(service, "add", text="The zeppelin rule is mine")

    async def found(**filters: Any) -> list[str]:
        answer = await call(service, "search", query="zeppelin", **filters)
        return sorted(each["kind"] for each in answer["results"])

    assert await found() == ["fact", "note"]
    assert await found(limit=1) in (["fact"], ["note"])
    assert await found(kind="note") == ["note"]
    assert await found(kind=["fact", "trade"]) == ["fact"]
    assert await found(symbol="eth") == await found(symbol="ethusdt") == ["note"]
    assert await found(symbol="SOL") == []
    assert await found(from_="2026-10-02", to="2026-10-02") == ["note"]
    assert await found(from_="2026-10-03") == ["fact"]
    assert await found(asOf="2026-11-01") == []
    (shown,) = (await call(service, "search", query="zeppelin", kind="note"))["results"]
    assert "zeppelin" in shown["snippet"]
    assert len(shown["snippet"]) <= 400
    wrongs: tuple[dict[str, Any], ...] = (
        {"query": "x" * 2_001},
        {"query": "x" * 1_000_000},
        {"query": "   "},
        {"limit": 0},
        {"limit": 51},
        {"kind": "secret"},
        {"from_": "yesterday"},
        {"symbol": "not a pair at all"},
    )
    for wrong in wrongs:
        assert await code_of(service, "search", **{"query": "x", **wrong}) == "INVALID_PARAMS", list(wrong)
    assert await code_of(service, "search") == "MISSING_PARAMS"


async def test_a_list_goes_on_before_the_last_one_shown(service: Running) -> None:
    dan = Principal("key_dan", Role.TRADER)
    facts = ["Owns a red bicycle", "Lives in Lisbon", "Drinks green tea", "Trades at dawn"]
    for text in facts:
        await call(service, "add", dan, text=text)
    first = await call(service, "list", dan, limit=3)
    assert [each["snippet"] for each in first["memories"]] == facts[:0:-1]
    rest = await call(service, "list", dan, limit=3, before=first["memories"][-1]["id"])
    assert ([each["snippet"] for each in rest["memories"]], rest["hasMore"]) == (facts[:1], False)
    assert (first["hasMore"], (await call(service, "list", dan, kind="note"))["memories"]) == (True, [])


async def test_what_is_no_fact_is_not_kept(service: Running) -> None:
    for text in ("", " \n ", "###", "…!?", "x" * 501):
        assert await code_of(service, "add", ADA, text=text) == "INVALID_PARAMS", text
    assert await code_of(service, "forget", ADA, ids=[]) == "INVALID_PARAMS"
    assert await code_of(service, "forget", ADA, ids=["a"] * 21) == "INVALID_PARAMS"
    assert await code_of(service, "forget", ADA, ids=["a\0b"]) == "INVALID_PARAMS"


@pytest.mark.parametrize("more", [{"origin": Origin.JOB}, {"origin": Origin.ALERT}, {"late": True}])
async def test_nothing_is_kept_or_dropped_while_nobody_is_there(
    service: Running, more: dict[str, Any]
) -> None:
    calls: tuple[tuple[str, dict[str, Any]], ...] = (
        ("add", {"text": "I like oranges"}),
        ("forget", {"ids": ["mem_x"]}),
        ("undo", {}),
    )
    for name, params in calls:
        with pytest.raises(CallError) as refused:
            await service.app.registry.call(f"memory.{name}", params, context(service, **more))
        assert refused.value.reason.value == "FORBIDDEN"


async def test_where_others_read_along_nothing_is_told(service: Running) -> None:
    for name, params in (("search", {"query": "boat"}), ("list", {}), ("get", {"path": "MEMORY.md"})):
        with pytest.raises(CallError) as refused:
            await service.app.registry.call(f"memory.{name}", params, context(service, shared=True))
        assert refused.value.reason.value == "FORBIDDEN"
