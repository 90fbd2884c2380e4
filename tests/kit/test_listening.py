"""The ports of a service: which are chosen, and that each answers as the others do."""

from pathlib import Path

import aiohttp
import pytest

from kit.errors import CannotStart
from kit.settings import load
from tests.kit.test_commands import free_port
from tests.service import running
from tools.memory import MOST_QUERY


@pytest.mark.parametrize(
    ("environment", "ports"),
    [
        ({}, (18799, 18800)),
        ({"KIT_GATEWAY_PORT": "1"}, (1,)),
        ({"API_PORT": "2"}, (2,)),
        ({"KIT_GATEWAY_PORT": "1", "API_PORT": "2"}, (1,)),
        ({"KIT_EXTRA_PORTS": "8080, 8000"}, (18799, 18800, 8080, 8000)),
        ({"API_PORT": "2", "KIT_EXTRA_PORTS": "8000"}, (2, 8000)),
    ],
)
def test_a_port_that_is_set_takes_the_place_of_the_documented_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], ports: tuple[int, ...]
) -> None:
    for name in ("KIT_GATEWAY_PORT", "API_PORT", "KIT_EXTRA_PORTS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert load(tmp_path).ports == ports


async def test_every_port_answers_for_the_same_service(tmp_path: Path) -> None:
    extra = [free_port(), free_port()]
    async with running(tmp_path, extra_ports=extra) as service, aiohttp.ClientSession() as session:
        ports = service.app.listening.ports
        assert list(ports[1:]) == extra
        ids = set()
        for port in ports:
            async with session.ws_connect(f"ws://127.0.0.1:{port}/kit") as socket:
                await socket.send_json({"type": "req", "id": "1", "method": "connect"})
                ids.add((await socket.receive_json(timeout=20))["payload"]["gatewayId"])
            async with session.get(f"http://127.0.0.1:{port}/llm/market/prices") as response:
                assert response.status == 200
        assert len(ids) == 1


async def test_an_extra_port_that_is_taken_keeps_a_service_from_starting(tmp_path: Path) -> None:
    async with running(tmp_path / "first") as first:
        taken = first.app.listening.ports[0]
        with pytest.raises(CannotStart):
            async with running(tmp_path / "second", extra_ports=[taken]):
                raise AssertionError("it has started")


async def test_the_longest_text_that_a_query_may_hold_is_read_however_it_is_escaped(tmp_path: Path) -> None:
    async with running(tmp_path) as service, aiohttp.ClientSession() as session:
        address = f"{service.http}/api/v2/memories/search"
        for letters, code in ((MOST_QUERY, None), (MOST_QUERY + 1, "INVALID_PARAMS")):
            async with session.get(address, params={"query": "\U0001f4c8" * letters}) as response:
                assert (await response.json(content_type=None)).get("code") == code
