"""A turn of the agent over HTTP, told by server-sent events while it runs."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from agent.models.scripted import ScriptedModel
from tests.service import Running, running
from tests.surfaces.doors import obedient
from tests.wire import wire

MESSAGES = "/api/v2/sessions/main/messages"
STREAM = {"Accept": "text/event-stream"}
STATUS = {"message": json.dumps({"tool": "status", "args": {}})}


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, model=ScriptedModel(obedient)) as service:
        yield service


async def events_of(response: aiohttp.ClientResponse) -> list[tuple[str, Any]]:
    """Return the name and data of every event of a stream."""
    told = []
    for block in (await response.text()).split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in lines:
            told.append((lines["event"], json.loads(lines["data"])))
    return told


async def test_a_turn_is_told_while_it_runs_and_then_as_it_would_be_without(service: Running) -> None:
    async with aiohttp.ClientSession(service.http) as session:
        async with session.post(MESSAGES, json=STATUS, headers=STREAM) as response:
            assert (response.status, response.content_type) == (200, "text/event-stream")
            assert response.headers["X-RateLimit-Limit"] == "10"
            told = await events_of(response)
        names = [name for name, _ in told]
        assert names[0] == "chat.start"
        assert names[-2:] == ["chat.complete", "result"]
        assert names.index("chat.tool_call") < names.index("chat.tool_result")
        result = told[-1][1]
        assert {data["requestId"] for _, data in told} == {result["requestId"]}
        assert result["message"]["content"] == "done"
        async with session.get(MESSAGES) as history:
            assert (await history.json())["messages"][-1] == result["message"]


async def test_a_stream_tells_nothing_of_other_turns(service: Running) -> None:
    async with aiohttp.ClientSession(service.http) as session, wire(service.url) as connection:
        await connection.send(
            json.dumps(
                {
                    "type": "req",
                    "id": "other",
                    "method": "chat.send",
                    "params": {**STATUS, "sessionId": "elsewhere", "stream": True},
                }
            )
        )
        async with session.post(MESSAGES, json=STATUS, headers=STREAM) as response:
            told = await events_of(response)
        assert {data["sessionId"] for _, data in told} == {"main"}


async def test_what_fails_before_it_begins_is_a_plain_refusal(service: Running) -> None:
    async with (
        aiohttp.ClientSession(service.http) as session,
        session.post(MESSAGES, json={"message": " "}, headers=STREAM) as response,
    ):
        assert (response.status, response.content_type) == (400, "application/problem+json")


async def test_a_repeated_request_is_told_only_what_it_came_to(service: Running) -> None:
    headers = {**STREAM, "Idempotency-Key": "turn-1"}
    async with aiohttp.ClientSession(service.http) as session:
        async with session.post(MESSAGES, json=STATUS, headers=headers) as response:
            first = await events_of(response)
        async with session.post(MESSAGES, json=STATUS, headers=headers) as response:
            again = await events_of(response)
    assert again == first[-1:]


async def test_a_reader_that_goes_stops_nothing(service: Running) -> None:
    async with aiohttp.ClientSession(service.http) as session:
        response = await session.post(MESSAGES, json=STATUS, headers=STREAM)
        await response.content.readline()
        response.close()
        async with wire(service.url) as connection:
            await connection.request("chat.send", {"message": STATUS["message"], "queue": True})
            payload = (await connection.request("chat.history"))["payload"]
    assert [each["content"] for each in payload["messages"] if each["role"] == "assistant"] == [
        "done",
        "done",
    ]
