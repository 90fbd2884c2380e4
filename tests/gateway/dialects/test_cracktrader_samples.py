"""The samples of the runner reference, as they are printed there, against the whole service."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.dialects.scripts import sample
from tests.peers.npm import NODE
from tests.service import Running, running
from tools.policy import LOCAL_OWNER

SHIMS = Path(__file__).parent / "shims"
TOKEN = "right-token-of-the-owner-0123456789"
SECONDS = 60

PYTHON = """\
from cracktrader import CrackTraderAPI

api = CrackTraderAPI(api_key="your_key")
balance = api.get_balance()
"""
JAVASCRIPT = """\
import CrackTrader from 'cracktrader-js';

const api = new CrackTrader({apiKey: 'your_key'});
const balance = await api.getBalance();
"""


async def printed(service: Running, *command: str | Path, **environment: str) -> Any:
    """Run a sample, and return what it has printed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "CRACKTRADER_URL": service.http, **environment},
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    assert process.returncode == 0
    return json.loads(told)


def in_python(home: Path, key: str) -> tuple[tuple[str | Path, ...], dict[str, str]]:
    sample = home / "sample.py"
    told = PYTHON.replace("your_key", key)
    sample.write_text(f"{told}\nimport json\nprint(json.dumps(balance))\n", encoding="utf-8")
    return (sys.executable, sample), {"PYTHONPATH": str(SHIMS)}


def in_javascript(home: Path, key: str) -> tuple[tuple[str | Path, ...], dict[str, str]]:
    package = home / "node_modules" / "cracktrader-js"
    package.mkdir(parents=True)
    (package / "index.mjs").write_bytes((SHIMS / "cracktrader-js.mjs").read_bytes())
    (package / "package.json").write_text('{"name": "cracktrader-js", "exports": "./index.mjs"}')
    sample = home / "sample.mjs"
    told = JAVASCRIPT.replace("your_key", key)
    sample.write_text(f"{told}\nconsole.log(JSON.stringify(balance));\n", encoding="utf-8")
    return (NODE, sample), {}


@pytest.mark.parametrize("written", [in_python, in_javascript])
@pytest.mark.parametrize("token", [None, TOKEN], ids=["open", "closed"])
async def test_a_sample_gets_the_balance(tmp_path: Path, written: Any, token: str | None) -> None:
    # Where no key is asked for, any is as good as none.
    command, environment = written(tmp_path, token or "your_key")
    async with running(tmp_path / "home", gateway_token=token) as service:
        balance = await printed(service, *command, **environment)
    assert balance["total_balance"] == 100_000
    assert balance["exchanges"] == {name: {"USDT": 100_000} for name in balance["exchanges"]}
    assert len(balance["exchanges"]) == 1


async def sent(service: Running, name: str) -> list[tuple[int, Any]]:
    """Send the requests of a sample letter by letter, each with what makes it HTTP; return the answers."""
    head, _, body = sample(name).rstrip("\n").partition("\n\n")
    requests = [[line] for line in head.split("\n")]
    if body:
        # One request with a body, whose other lines are headers.
        requests = [[*head.split("\n"), f"Content-Length: {len(body.encode())}"]]
    return [await _sent(service, lines, body) for lines in requests]


async def _sent(service: Running, lines: list[str], body: str) -> tuple[int, Any]:
    reader, writer = await asyncio.open_connection("127.0.0.1", service.app.listening.ports[0])
    named = [f"{lines[0]} HTTP/1.1", "Host: localhost", "Connection: close", *lines[1:]]
    writer.write(("\r\n".join(named) + "\r\n\r\n" + body).encode())
    answer = await asyncio.wait_for(reader.read(), SECONDS)
    writer.close()
    head, _, told = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(told)


async def test_the_printed_requests_run_a_backtest_then_trade_on_paper_and_end(tmp_path: Path) -> None:
    async with running(tmp_path / "home") as service:
        services = service.app.services
        ((status, begun),) = await sent(service, "cracktrader_backtest")
        assert (status, sorted(begun)) == (200, ["message", "run_id", "status"])
        done = await services.backtests.finish(LOCAL_OWNER, begun["run_id"])
        assert done.request["strategy"]
        ((status, trading),) = await sent(service, "cracktrader_paper")
        assert (status, trading["status"]) == (200, "running")
        (stopped, put_away) = await sent(service, "cracktrader_end")
    assert (stopped[0], stopped[1]["run_id"], stopped[1]["status"]) == (200, trading["run_id"], "stopped")
    assert (put_away[0], put_away[1]["status"]) == (200, "idle")
