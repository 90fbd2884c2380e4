"""The JavaScript samples of both references, as they are printed there, against the whole service."""

import re
from pathlib import Path

import pytest

from tests.kit.test_client_javascript import SAMPLES, node, package
from tests.service import running

pytestmark = pytest.mark.xdist_group("ports")

# The sample leaves its connection open: it ends once it has told of one more order.
AFTER = """
const told = new Promise((done) =>
  client.on('trade.executed', (trade) => trade.pair === 'ETH/USDT' && done()));
await client.trade({ action: 'buy', pair: 'ETH/USDT', amount: 100, type: 'market' });
await told;
await client.disconnect();
"""


def written(home: Path, name: str, after: str = "") -> Path:
    sample = package(home) / "sample.mjs"
    sample.write_text((SAMPLES / name).read_text("utf-8") + after, "utf-8")
    return sample


async def test_the_sample_of_the_reference_trades_and_chats(tmp_path: Path) -> None:
    sample = written(tmp_path, "reference_javascript.txt")
    async with running(tmp_path / "home", gateway_port=18799) as service:
        printed = await node(sample)
        trades = await service.app.services.portfolio.trades("main")
    assert re.match(r"Total: 100000\n.*BTC/USDT", printed)
    assert [(str(fill.symbol), fill.side.value, fill.exchange) for fill in trades] == [
        ("BTC/USDT", "buy", "binance")
    ]


async def test_the_sample_of_the_gateway_page_trades_and_hears_of_trades(tmp_path: Path) -> None:
    sample = written(tmp_path, "gateway_javascript.txt", AFTER)
    async with running(tmp_path / "home", gateway_port=18800, gateway_token="your-token") as service:
        printed = await node(sample)
        trades = await service.app.services.portfolio.trades("main")
    assert printed.startswith("Trade executed:")
    assert sorted(str(fill.symbol) for fill in trades) == ["BTC/USDT", "ETH/USDT"]
