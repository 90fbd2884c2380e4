"""The Python samples of the two K.I.T. references, run as they are printed there."""

import ast
import asyncio
import sys
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from kit import KitClient
from tests.kit.service import Service, served

SAMPLES = Path(__file__).parent / "samples"
SAMPLE_OF_THE_GATEWAY = (SAMPLES / "gateway.txt").read_text("utf-8")

pytestmark = pytest.mark.xdist_group("ports")


async def test_the_sample_of_the_reference_runs_as_printed() -> None:
    service = Service()
    service.answers["portfolio.get"] = lambda params: {"totalValueUsd": 45231.5}
    service.turns = lambda params: ["BTC ", "looks ", "bullish."]
    async with served(service, port=18799):
        sample = await asyncio.create_subprocess_exec(
            sys.executable, SAMPLES / "reference.txt", stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await asyncio.wait_for(sample.communicate(), 30)
    assert (sample.returncode, printed.decode()) == (0, "Total: $45,231.50\nBTC looks bullish.")
    assert service.methods() == ["connect", "portfolio.get", "trade.execute", "chat.send", "disconnect"]
    assert service.asked[2]["params"] == {
        "exchange": "binance",
        "action": "buy",
        "pair": "BTC/USDT",
        "type": "market",
        "amount": 100,
    }


async def test_the_sample_of_the_gateway_page_runs_as_printed() -> None:
    service = Service(token="your-token")
    async with served(service, port=18800):
        names = await run(SAMPLE_OF_THE_GATEWAY)
        await names["client"].disconnect()
    assert isinstance(names["client"], KitClient)
    assert names["order"].method == "trade.execute"
    assert names["order"].params == {"action": "buy", "pair": "BTC/USDT", "amount": 100, "type": "market"}
    assert names["portfolio"].method == "portfolio.snapshot"


async def run(sample: str) -> dict[str, Any]:
    """Run a sample that awaits at its top level, and return its names."""
    code = compile(sample, "sample", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert isinstance(code, CodeType)
    names: dict[str, Any] = {"__name__": "__main__"}
    await eval(code, names)
    return names
