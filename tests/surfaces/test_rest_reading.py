"""Reading over HTTP: what has not changed is not sent twice, and a list goes on where its page ends."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from tests.service import Running, running


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, limits=False) as service:
        yield service


@pytest.fixture
async def session(service: Running) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(service.http) as session:
        yield session


async def post(session: aiohttp.ClientSession, path: str, **body: Any) -> None:
    async with session.post(f"/api/v2{path}", json=body) as response:
        assert response.status in (200, 201), await response.text()


async def get(session: aiohttp.ClientSession, path: str, tag: str | None = None) -> tuple[int, str, bytes]:
    """Return the status, the ETag and the body."""
    headers = {} if tag is None else {"If-None-Match": tag}
    async with session.get(path, headers=headers) as response:
        assert response.headers["Cache-Control"] == "private, no-cache"
        return response.status, response.headers["ETag"], await response.read()


ALERT = {"type": "price", "pair": "BTC/USDT", "condition": "above", "value": 99_000}


async def test_what_a_reader_has_is_not_sent_again_until_it_changes(session: aiohttp.ClientSession) -> None:
    status, tag, body = await get(session, "/api/v2/alerts")
    assert (status, body) == (200, b'{"alerts":[]}')
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        assert await get(session, "/api/v2/alerts", known) == (304, tag, b"")
    assert (await get(session, "/api/v2/alerts", '"other"'))[:2] == (200, tag)
    await post(session, "/alerts", **ALERT)
    status, newer, _ = await get(session, "/api/v2/alerts", tag)
    assert status == 200
    assert newer != tag


async def test_what_changes_something_has_no_tag(session: aiohttp.ClientSession) -> None:
    async with session.post("/api/v2/alerts", json=ALERT, headers={"If-None-Match": "*"}) as response:
        assert (response.status, response.headers["Cache-Control"]) == (201, "no-store")
        assert "ETag" not in response.headers


async def pages(session: aiohttp.ClientSession, path: str, listed: str) -> list[list[str]]:
    """Return the names of what is on each page, following the links."""
    found: list[list[str]] = []
    url: URL | None = URL(path)
    while url is not None:
        async with session.get(url) as response:
            assert response.status == 200, await response.text()
            found.append([each["id"] for each in (await response.json())[listed]])
            following = response.links.get("next")
            url = None if following is None else URL(following["url"])
    return found


async def test_a_link_leads_to_each_next_page_until_the_last(session: aiohttp.ClientSession) -> None:
    for number in range(5):
        await post(session, "/memories", text=f"my lucky number {number} is {number}")
    whole = await pages(session, "/api/v2/memories?limit=100", "memories")
    assert len(whole[0]) >= 5
    found = await pages(session, "/api/v2/memories?limit=2", "memories")
    assert [name for page in found for name in page] == whole[0]
    assert [len(page) for page in found[:2]] == [2, 2]


async def test_a_conversation_is_read_back_from_its_end(session: aiohttp.ClientSession) -> None:
    for text in ("hello", "help"):
        await post(session, "/sessions/main/messages", message=text)
    whole = await pages(session, "/api/v2/sessions/main/messages?limit=100", "messages")
    found = await pages(session, "/api/v2/sessions/main/messages?limit=1", "messages")
    assert [name for page in reversed(found) for name in page] == whole[0]
    assert len(found) == 4


async def test_trades_are_read_back_fill_by_fill(session: aiohttp.ClientSession) -> None:
    for action in ("buy", "sell", "buy"):
        order = {"action": action, "pair": "BTC/USDT", "type": "market", "amount": 0.01, "amountType": "base"}
        await post(session, "/orders", **order)
    whole = await pages(session, "/api/v2/trades?limit=100", "trades")
    assert len(whole[0]) >= 3
    found = await pages(session, "/api/v2/trades?limit=1", "trades")
    assert [name for page in found for name in page] == whole[0]
    async with session.get("/api/v2/trades?before=fill_of_nobody") as response:
        assert (await response.json())["trades"] == []
