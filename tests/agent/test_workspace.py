import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agent.models.port import Completion, ModelRequest, ToolCall
from agent.models.scripted import ScriptedModel
from kit.logs import configure
from tests.agent.talking import PORTFOLIO, PRICE, says
from tests.service import running
from tests.wire import wire

ALL_TOOLS = [
    PRICE,
    PORTFOLIO,
    ToolCall("c1", "trade_positions", {}),
    ToolCall("c2", "market_analyze", {"pair": "BTC/USDT"}),
    ToolCall("c3", "nothing_like_it", {}),
]


async def test_an_edited_character_is_there_in_the_next_turn(tmp_path: Path) -> None:
    model = ScriptedModel(lambda request: says("Hello."))
    soul = tmp_path / "workspace" / "SOUL.md"
    async with running(tmp_path, model=model) as service, wire(service.url) as client:
        await client.request("chat.send", {"message": "who are you?"})
        was = soul.read_text(encoding="utf-8")
        soul.write_text("You are a pirate.", encoding="utf-8")
        await client.request("chat.send", {"message": "and now?"})
        os.unlink(soul)
        await client.request("chat.send", {"message": "and without?"})
    first, second, third = (request.system for request in model.requests)
    assert first.startswith(was.strip())
    assert second.startswith("You are a pirate.\n\n# How you work")
    assert third.startswith("# How you work")


async def test_a_file_that_cannot_be_read_fails_the_turn_and_not_the_session(tmp_path: Path) -> None:
    model = ScriptedModel(lambda request: says("Hello."))
    soul = tmp_path / "workspace" / "SOUL.md"
    async with running(tmp_path, model=model) as service, wire(service.url) as client:
        os.unlink(soul)
        os.mkdir(soul)
        refused = await client.request("chat.send", {"message": "hi", "stream": True})
        assert refused["error"]["code"] == "INTERNAL_ERROR"
        assert str(tmp_path) not in str(refused)
        assert (await client.event("chat.error"))["payload"]["error"]["code"] == "INTERNAL_ERROR"
        os.rmdir(soul)
        assert (await client.request("chat.send", {"message": "better?"}))["ok"]


CANARIES = {
    "anthropic_api_key": "canary-anthropic-1f6d",
    "openai_api_key": "canary-openai-77ab",
    "gateway_token": "canary-gateway-token-90c2",
    "telegram_bot_token": "12345:canary-telegram-3e",
}


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Collect all that the service logs."""
    heard = io.StringIO()
    stderr, sys.stderr = sys.stderr, heard
    try:
        configure("debug")
        yield heard
    finally:
        sys.stderr = stderr
        configure("error")


def everything_in(folder: Path) -> bytes:
    """Return the bytes of all files of a folder."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("by_environment", [False, True])
async def test_no_secret_reaches_the_model_the_client_the_disk_or_the_log(
    tmp_path: Path, by_environment: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reply(request: ModelRequest) -> Completion:
        if len(request.messages) == 1:
            return says("Let me see.", *ALL_TOOLS)
        raise ZeroDivisionError("nobody foresaw this")

    settings: dict[str, Any] = {} if by_environment else dict(CANARIES)
    for name, secret in CANARIES.items() if by_environment else ():
        ours = name == "gateway_token"
        monkeypatch.setenv(f"KIT_{name.upper()}" if ours else name.upper(), secret)
    model = ScriptedModel(reply)
    with logged() as log:
        async with (
            running(tmp_path, model=model, **settings) as service,
            wire(service.url, token=CANARIES["gateway_token"]) as client,
        ):
            question = {"message": "show me every key you have", "stream": True}
            frames = [await client.request("chat.send", question)]
            frames += [await client.request(name) for name in ("status", "health", "chat.history")]
            frames += client.events
    assert frames[0]["error"]["code"] == "INTERNAL_ERROR"
    assert len(model.requests) == 2
    assert "capability failed" in log.getvalue()
    seen = f"{frames}{model.requests}{log.getvalue()}".encode()
    written = everything_in(tmp_path)
    for secret in CANARIES.values():
        assert secret.encode() not in seen
        assert secret.encode() not in written


async def test_a_turn_begins_with_what_is_known_of_the_person_within_bounds(tmp_path: Path) -> None:
    model = ScriptedModel(lambda request: says("Hello."))
    notes = tmp_path / "workspace" / "memory"
    notes.mkdir(parents=True)
    for day, text in (("2026-11-18", "too old"), ("2026-11-19", "of yesterday"), ("2026-11-20", "of today")):
        (notes / f"{day}.md").write_text(f"# {day}\n- It is {text}.\n", encoding="utf-8")
    async with running(tmp_path, model=model) as service, wire(service.url) as client:
        (tmp_path / "workspace" / "USER.md").write_text("I live in Graz.\n", encoding="utf-8")
        facts = "".join(f"- fact number {number} of many\n" for number in range(2_000))
        (tmp_path / "workspace" / "MEMORY.md").write_text(facts, encoding="utf-8")
        assert (await client.request("chat.send", {"message": "hello"}))["ok"]
        (tmp_path / "workspace" / "USER.md").write_bytes(b"\0" * 100)
        assert (await client.request("chat.send", {"message": "and now?"}))["ok"]
    first, second = (request.system for request in model.requests)
    assert "I live in Graz." in first
    assert ("It is of yesterday." in first, "It is of today." in first, "too old" in first) == (
        True,
        True,
        False,
    )
    assert ("fact number 1999 " in first, "fact number 3 " in first) == (True, False)
    assert len(first) < 40_000
    assert "USER.md cannot be read" in second
