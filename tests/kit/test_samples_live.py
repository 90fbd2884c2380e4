"""Python and shell of both references, as they are printed there, against the whole service."""

import asyncio
import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.kit.test_client_samples import SAMPLE_OF_THE_GATEWAY, SAMPLES, run
from tests.service import running

pytestmark = pytest.mark.xdist_group("ports")


async def test_the_sample_of_the_reference_trades_and_chats(tmp_path: Path) -> None:
    async with running(tmp_path, gateway_port=18799) as service:
        sample = await asyncio.create_subprocess_exec(
            sys.executable, SAMPLES / "reference.txt", stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await asyncio.wait_for(sample.communicate(), 60)
        trades = await service.app.services.portfolio.trades("main")
    assert sample.returncode == 0
    assert re.match(r"Total: \$100,000\.00\n.*BTC/USDT", printed.decode())
    assert [(str(fill.symbol), fill.side.value, fill.exchange) for fill in trades] == [
        ("BTC/USDT", "buy", "binance")
    ]


async def test_the_sample_of_the_gateway_page_trades_with_its_token(tmp_path: Path) -> None:
    async with running(tmp_path, gateway_port=18800, gateway_token="your-token"):
        names = await run(SAMPLE_OF_THE_GATEWAY)
        await names["client"].disconnect()
    assert (names["order"].status, names["order"].pair) == ("filled", "BTC/USDT")
    assert [asset.symbol for asset in names["portfolio"].assets] == ["USDT", "BTC"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
async def test_the_command_of_the_reference_shows_that_all_is_well(tmp_path: Path) -> None:
    async with running(tmp_path / "home", gateway_port=18799):
        sample = await asyncio.create_subprocess_exec(
            "/bin/sh", SAMPLES / "reference_curl.txt", stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await asyncio.wait_for(sample.communicate(), 60)
    assert json.loads(printed)["status"] == "healthy"
