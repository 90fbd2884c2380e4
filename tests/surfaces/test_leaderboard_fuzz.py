"""Whatever is asked of the leaderboard's API, the answer is one that the description names."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from gateway.dialects.llm_trading.routes import LLM_TRADING
from gateway.rest.outcomes import statuses
from gateway.rest.table import Route
from tests.service import Running, running
from tools.catalog import build_registry

pytestmark = pytest.mark.asyncio(loop_scope="module")

REGISTRY = build_registry()
TEXTS = st.one_of(
    st.sampled_from(
        ["LLM-A", "llm-b", "Cash", "ETHUSDT", "ETH/USDT", "BTCUSDT", "7q", "1H", "%00", "..", "9" * 40]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
)
NAMES = ("limit", "interval", "name", "pairs", "exchange", "baselines", "llm_id", "symbol", "deep")


@st.composite
def requests(draw: st.DrawFn) -> tuple[Route, str]:
    """Return a route and an address of it, with anything in its path and query."""
    route = draw(st.sampled_from(LLM_TRADING.routes))
    path = route.path.format(**{name: quote(draw(TEXTS), safe="") for name in route.in_path})
    query = draw(st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=2))
    return route, "&".join([f"{path}?", *(f"{name}={quote(text)}" for name, text in query.items())])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with running(tmp_path_factory.mktemp("home"), arena=True, embeddings="off") as service:
        await service.advance(2)
        await service.app.services.contests.keeper.settled()
        yield service


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(asked=requests())
async def test_every_answer_is_one_of_those_described(service: Running, asked: tuple[Route, str]) -> None:
    route, address = asked
    async with (
        aiohttp.ClientSession(service.http) as session,
        session.request(route.method, URL(address, encoded=True)) as response,
    ):
        body = await response.json()
    allowed = {200, *statuses(LLM_TRADING, route, REGISTRY.find(route.capability))} - {500}
    assert response.status in allowed, (route.label, address, body)
    if response.status != 200:
        assert {"error", "message", "timestamp"} <= set(body), (address, body)
