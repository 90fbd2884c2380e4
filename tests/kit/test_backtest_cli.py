"""`kit backtest` as a person types it."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kit.cli import app
from tests.kit.commands import executed, kit
from tests.service import Running, running
from tools.context import Context
from tools.policy import LOCAL_OWNER

ASKED = ("backtest", "ma_crossover", "BTC/USDT", "--from", "2026-10-01", "--to", "2026-10-31")


async def typed(service: Running, *words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, app, [*words, "--url", service.url])


async def test_a_backtest_is_told_as_a_card_and_as_the_answer(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        options = (*ASKED, "--param", "fast=5", "--param", "slowPeriod=30", "--fee", "0.2")
        shown = await typed(service, *options, "--json")
        assert shown.exit_code == 0, shown.output
        answer = json.loads(shown.stdout)
        context = Context(LOCAL_OWNER, service.app.services, service.app.registry)
        asked = {
            "strategy": "ma_crossover",
            "pair": "BTC/USDT",
            "from": "2026-10-01",
            "to": "2026-10-31",
            "params": {"fastPeriod": 5, "slowPeriod": 30},
            "feePercent": 0.2,
        }
        other = (await service.app.registry.call("backtest.run", asked, context)).model_dump(mode="json")
        assert {**answer, "backtestId": ""} == {**other, "backtestId": ""}
        card = await typed(service, *options)
        assert card.exit_code == 0, card.output
    lines, results = card.stdout.splitlines(), answer["results"]
    assert lines[0] == (
        "ma_crossover (fastPeriod 5, slowPeriod 30) on BTC/USDT 1h, 2026-10-01 00:00 to 2026-11-01 00:00 UTC"
    )
    assert lines[1] == "744 candles of simulated (simulated), 30 before them to warm up, 0 missing"
    hold = results["buyAndHold"]
    assert f"return         {results['totalReturn']:+,.2f} %, buy & hold {hold:+,.2f} %" in lines
    assert f"balance        {results['finalBalance']:,.2f} USDT of 10,000.00" in lines
    assert any(each.startswith(f"trades         {results['totalTrades']}, ") for each in lines)
    assert lines[-1].startswith("Kept as bt_")


async def test_what_is_still_open_is_told(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        card = await typed(service, "backtest", "hold", *ASKED[2:])
    (line,) = (each for each in card.stdout.splitlines() if each.startswith("still open"))
    assert line.startswith("still open     long 0.1")
    assert " since 2026-10-01 01:00, last " in line


async def test_a_backtest_needs_no_service_that_runs(tmp_path: Path) -> None:
    ran = await executed(
        tmp_path / "home", *ASKED[:3], "--from", "2025-03-01", "--to", "2025-03-05", KIT_GATEWAY_PORT="0"
    )
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[1].startswith("120 candles of simulated (simulated), ")


@pytest.mark.parametrize("wrong", [["fast"], ["=3"], ["fast="], ["fast=3", "fast=4"]], ids=str)
def test_a_parameter_is_a_name_and_a_value_and_given_once(wrong: list[str]) -> None:
    words = [word for each in wrong for word in ("--param", each)]
    assert CliRunner().invoke(app, [*ASKED, *words]).exit_code == 2


async def test_what_the_service_refuses_is_said_with_its_code(tmp_path: Path) -> None:
    words = (*ASKED, "--param", "fast=many")
    ran = await kit(tmp_path / "home", *words, KIT_GATEWAY_PORT="0")
    assert (ran.code, ran.out, "INVALID_PARAMS" in ran.err) == (1, "", True)
