"""The JavaScript client, in Node, against the whole service."""

import asyncio
import json
import os
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from kit.client import KitClient
from kit.javascript import MODULE
from kit.namespaces import DEFAULTS, Namespace
from kit.repeats import JOURNALED, READS
from tests.peers.npm import NODE
from tests.service import running
from tools.catalog import CATALOG
from tools.policy import Surface

HERE = Path(__file__).parent
SAMPLES = HERE / "samples"
WALK = HERE / "js" / "walk.mjs"
TOKEN = "right-token-of-the-owner-0123456789"
SECONDS = 60


def package(home: Path) -> Path:
    """Put the client where Node finds it by the name that the references' samples import."""
    found = home / "node_modules" / "@binaryfaster" / "kit"
    found.mkdir(parents=True)
    (found / "kit.js").write_bytes(MODULE.read_bytes())
    (found / "package.json").write_text(
        '{"name": "@binaryfaster/kit", "type": "module", "exports": "./kit.js"}'
    )
    return home


async def node(script: Path, *arguments: str) -> str:
    """Run a script and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        NODE, script, *arguments, env=dict(os.environ), stdout=asyncio.subprocess.PIPE
    )
    try:
        printed, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0
    return printed.decode()


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return asyncio.run(walk(package(tmp_path_factory.mktemp("javascript"))))


async def walk(home: Path) -> dict[str, Any]:
    script = home / "walk.mjs"
    script.write_bytes(WALK.read_bytes())
    async with running(home / "home", gateway_token=TOKEN) as service:
        found: dict[str, Any] = json.loads(await node(script, service.url, TOKEN))
        return found


def test_calls_by_name_and_by_namespace_have_their_answers(walked: dict[str, Any]) -> None:
    assert walked["hello"] == ["000", "001"]
    assert walked["order"] == "filled"
    assert walked["assets"] == ["USDT", "BTC"]
    assert walked["price"] == "BTC/USDT"
    assert set(walked["balance"]["exchanges"]["simulated"]) == {"USDT", "BTC"}


def test_an_event_is_heard_by_either_separator(walked: dict[str, Any]) -> None:
    assert walked["heard"] == [["BTC/USDT"], ["BTC/USDT"], []]


def test_a_turn_is_iterated_called_back_and_awaited_alike(walked: dict[str, Any]) -> None:
    told = walked["chat"]
    assert "BTC" in told["iterated"]
    assert told["iterated"] == told["calledBack"] == told["awaited"]
    assert told["events"][0] == "chat.start"
    assert told["events"][-1] == "chat.complete"


def test_a_refusal_has_a_code_and_tells_whether_to_try_again(walked: dict[str, Any]) -> None:
    assert walked["refused"] == ["KitError", "UNKNOWN_METHOD", False, None]
    assert walked["unauthorized"] == "AUTH_INVALID"
    assert walked["limited"]["code"] == "RATE_LIMITED"
    assert walked["limited"]["retryable"] is True
    assert walked["limited"]["retryAfterMs"] > 0


def test_after_a_cut_events_go_on_without_loss_or_repetition(walked: dict[str, Any]) -> None:
    assert walked["resumed"]["cuts"] == 1
    assert walked["resumed"]["missed"] == ["ETH/USDT", "BTC/USDT"]


def test_a_read_whose_answer_a_cut_took_is_asked_again_and_a_change_is_not(walked: dict[str, Any]) -> None:
    assert walked["cut"] == {"read": "BTC/USDT", "listed": True, "changed": "ANSWER_LOST"}


def test_a_call_after_the_goodbye_says_that_nobody_is_connected(walked: dict[str, Any]) -> None:
    assert walked["after"] == "NOT_CONNECTED"


def test_the_clients_have_a_namespace_for_every_group_of_the_catalog() -> None:
    named = [each.name for each in CATALOG if Surface.WIRE in each.surfaces]
    groups = {name.partition(".")[0] for name in named if "." in name}
    client = KitClient()
    assert groups - set(DEFAULTS) <= {"chat"}
    assert {group for group in groups if not isinstance(getattr(client, group, None), Namespace)} == set()


def test_the_javascript_client_has_what_the_python_client_has() -> None:
    source = MODULE.read_text("utf-8")
    table = re.search(r"const NAMESPACES = \{(.*?)\};", source, re.DOTALL)
    repeated = re.search(r"const JOURNALED = new Set\(\[(.*?)\]\)", source, re.DOTALL)
    reads = re.search(r"const READS = new Set\(\[(.*?)\]\)", source, re.DOTALL)
    assert table is not None
    assert repeated is not None
    assert reads is not None
    assert dict(re.findall(r'(\w+): "(\w+)"', table[1])) == DEFAULTS
    assert set(re.findall(r'"([\w.]+)"', repeated[1])) == JOURNALED
    assert set(re.findall(r'"([\w.]+)"', reads[1])) == READS


FETCHED = """
const [url, socket] = process.argv.slice(2);
const answer = await fetch(url);
const { KitClient } = await import(`data:text/javascript,${encodeURIComponent(await answer.text())}`);
const client = new KitClient({ url: socket });
await client.connect();
console.log(answer.headers.get("content-type"), (await client.market.price({ pair: "BTC/USDT" })).pair);
await client.disconnect();
"""


async def test_the_service_hands_out_the_module_to_pages_of_anywhere(tmp_path: Path) -> None:
    script = tmp_path / "fetched.mjs"
    script.write_text(FETCHED, "utf-8")
    foreign = {"Origin": "https://elsewhere.example"}
    async with running(tmp_path / "home") as service, aiohttp.ClientSession() as session:
        url = f"{service.http}/kit.js"
        assert (await node(script, url, service.url)).split() == ["text/javascript", "BTC/USDT"]
        async with session.get(url, headers=foreign) as got:
            assert await got.read() == MODULE.read_bytes()
            assert got.headers["Access-Control-Allow-Origin"] == "*"
            assert got.headers["X-Content-Type-Options"] == "nosniff"
        async with session.get(url, headers={"If-None-Match": got.headers["ETag"]}) as again:
            assert again.status == 304
