"""The samples of the runner reference, as they are printed there, against the whole service."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.peers.npm import NODE
from tests.service import Running, running

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
