"""The commands that keep a person in charge, as they are typed against a running service."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agent.models.port import Completion, ModelRequest, TextDelta
from agent.models.scripted import ScriptedModel
from kit.cli import app
from tests.agent.talking import BUY, says
from tests.kit.test_chat_prompt import terminal
from tests.service import NOON, Running, running
from tools.context import Context
from tools.policy import LOCAL_OWNER
from tools.trade import OrderReport
from trading.clock import ManualClock
from trading.exchanges.scripted_exchange import ScriptedExchange
from trading.mandates import Terms
from trading.model import OrderRequest, OrderType, Origin, Side
from trading.symbols import parse_symbol


async def typed(service: Running, *words: str) -> list[str]:
    """Return the lines that a command prints; it must end well."""
    ran = await run(service, *words)
    assert ran.exit_code == 0, ran.output
    return ran.stdout.splitlines()


async def run(service: Running, *words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, app, [*words, "--url", service.url])


async def wanted_by_the_model(service: Running) -> str:
    """Let the model want an order that waits, and return its approval."""
    door = service.app.registry
    person = Context(LOCAL_OWNER, service.app.services, door)
    await door.call("risk.set", {"askOnPaper": True}, person)
    held = await door.call("trade.execute", BUY.arguments, replace(person, origin=Origin.MODEL))
    assert isinstance(held, OrderReport)
    assert held.approval_id is not None
    return held.approval_id


async def test_what_waits_is_shown_exactly_and_approved_once(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        assert await typed(service, "approvals") == ["Nothing waits for approval."]
        approval = await wanted_by_the_model(service)
        await service.advance(20)
        order, limits, last = await typed(service, "approvals")
        assert order == (
            "PAPER: buy 0.00727 BTC at the market, about 499.5520886 USDT and a fee of 0.49955208"
        )
        assert limits.startswith("  for the model, account main on simulated; price when asked 68,714.165; ")
        assert limits.endswith(
            "limits: order 0.004996 of 0.2, position 0.004996 of 0.25, exposure 0.004996 of 0.8, "
            "daily loss 0 of 0.05"
        )
        assert last == f"  100 s left, {approval}"

        first, filled = await typed(service, "approve", approval)
        assert first == "Approved."
        assert filled.startswith("PAPER: buy 0.00727 BTC at the market: filled")
        again = await run(service, "approve", approval)
        assert again.exit_code == 1
        assert await typed(service, "approvals") == ["Nothing waits for approval."]


async def test_what_is_denied_is_not_sent(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        approval = await wanted_by_the_model(service)
        denied = await typed(service, "deny", approval, "--reason", "too dear")
        assert denied == ["Denied (too dear). Nothing was sent."]
        assert await typed(service, "orders") == ["There are no open orders."]


async def asked_by_a_run(service: Running) -> str:
    """Let a run ask to trade by itself, and return its approval."""
    await typed(service, "limits", "ask_on_paper=true")
    terms = Terms(Decimal(1_000), Decimal(3_000), Decimal("99.5"))
    return (await service.app.services.desk.mandates.ask("main", "run_1", terms, "owner")).id


async def test_a_run_is_shown_in_plain_words_approved_and_revoked(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        approval = await asked_by_a_run(service)
        words = (
            "PAPER: run run_1 trades without asking: up to 1,000 USDT an order and 3,000 USDT a day, until "
            "it has lost 99.5 USDT"
        )
        assert await typed(service, "approvals") == [
            words,
            "  for owner, account main; used today 0",
            f"  120 s left, {approval}",
        ]
        approved = await typed(service, "approve", approval)
        assert approved == [f"Approved. `kit revoke {approval}` takes it back."]
        assert await typed(service, "approvals") == ["Nothing waits for approval."]
        assert await typed(service, "approvals", "--all") == [
            words,
            "  for owner, account main; used today 0, won 0 since approved",
            f"  approved, {approval}",
        ]
        revoked = await typed(service, "revoke", approval, "--reason", "enough")
        assert revoked == [
            "Revoked (enough). Each order that it opens waits for you. What it has placed stays: `kit "
            "orders` shows it."
        ]
        assert (await typed(service, "approvals", "--all"))[-1] == f"  revoked (enough), {approval}"
        assert (await run(service, "revoke", approval)).exit_code == 1


async def test_a_run_that_is_denied_or_stopped_is_told(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        denied = await asked_by_a_run(service)
        assert await typed(service, "deny", denied) == [
            "Denied (denied). Each order that it opens waits for you."
        ]
        approval = await asked_by_a_run(service)
        await typed(service, "approve", approval)
        halted = await typed(service, "halt")
        assert halted[1:] == [f"  revoked: {approval}; its run asks again once trading is active"]


async def test_an_order_beyond_what_its_run_may_shows_by_how_much(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        await typed(service, "approve", await asked_by_a_run(service))
        pair = parse_symbol("BTC/USDT")
        order = OrderRequest("main", pair, Side.BUY, OrderType.MARKET, amount=Decimal("0.02"))
        await service.app.services.desk.execute(replace(order, origin=Origin.RUN, run="run_1"))
        _, limits, _ = await typed(service, "approvals")
        assert limits.startswith("  for run run_1, account main on simulated; ")
        assert limits.endswith(
            "run’s order 1,374.2836 of 1000, run’s day 1,374.2836 of 3000, run’s loss 0 of 99.5"
        )


async def test_the_prompt_asks_whether_a_run_may_trade(tmp_path: Path) -> None:
    async with running(tmp_path) as service, terminal(service, "prompt") as screen:
        await screen.sees(">")
        screen.type("pri")
        await screen.sees("pri")
        approval = await asked_by_a_run(service)
        seen = await screen.sees("Let it trade? y/N")
        assert "PAPER: run run_1 trades without asking: up to 1,000 USDT an order" in seen
        screen.type("y\r")
        await screen.sees(f"kit revoke {approval}")
        await screen.sees("> pri")
        screen.type("\x15")
        screen.type("\x04")
        assert await screen.leaves() == 0


async def test_trading_is_halted_reduced_and_armed_again(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        approval = await wanted_by_the_model(service)
        halted = await typed(service, "halt", "--reason", "panic")
        assert halted[0].startswith("Trading is halted (panic). ")
        assert halted[1:] == [f"  denied: {approval}"]
        assert (await typed(service, "rearm"))[0].startswith("Trading is active. ")
        assert (await typed(service, "reduce"))[0].startswith("Trading is reducing. ")


async def test_limits_are_shown_as_they_are_set(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        shown = await typed(service, "limits", "order=0.1", "symbols=BTC/USDT,ETH/USDT", "ask_on_paper=true")
        assert {"order=0.1", "symbols=BTC/USDT,ETH/USDT", "askOnPaper=true"} <= set(shown)
        assert await typed(service, "limits") == shown
        for wrong in ("order", "colour=1", "order=much"):
            assert (await run(service, "limits", wrong)).exit_code == 2
        assert (await run(service, "limits", "order=7")).exit_code == 1


async def test_an_order_that_rests_is_listed_and_canceled(tmp_path: Path) -> None:
    order = '{"action": "buy", "pair": "BTC/USDT", "type": "limit", "amount": 0.01, "price": 60000}'
    async with running(tmp_path) as service:
        await typed(service, "call", "trade.execute", order)
        (line,) = await typed(service, "orders")
        assert line.startswith("PAPER: buy 0.01 BTC at 60,000 (limit): accepted; ord_")
        (canceled,) = await typed(service, "cancel", line.rpartition("; ")[2])
        assert canceled.startswith("PAPER: buy 0.01 BTC at 60,000 (limit): cancelled")


@pytest.mark.parametrize(
    ("terms", "shown"),
    [
        ('"type": "trailing-stop", "trailPercent": 2', "(trailing-stop 2 % behind): accepted"),
        ('"type": "trailing-stop", "trailAmount": 500', "(trailing-stop 500 behind): accepted"),
        (
            '"type": "stop-limit", "stopPrice": 90000, "price": 91000',
            "at 91,000 (stop-limit from 90,000 on): accepted",
        ),
    ],
)
async def test_an_order_that_rests_is_listed_with_its_terms(tmp_path: Path, terms: str, shown: str) -> None:
    async with running(tmp_path) as service:
        order = f'{{"action": "buy", "pair": "BTC/USDT", "amount": 0.01, {terms}}}'
        await typed(service, "call", "trade.execute", order)
        (line,) = await typed(service, "orders")
        assert shown in line


async def test_real_money_is_armed_compared_and_disarmed(tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    exchange = ScriptedExchange(clock, {"USDT": 1_000}, {parse_symbol("BTC/USDT"): 68_000})
    async with running(tmp_path, clock=clock, live=exchange) as service:
        assert await typed(service, "live", "arm") == ["account live is armed: it trades real money"]
        exchange.balances["USDT"] += 5
        differing = await typed(service, "live", "check")
        assert differing[-1] == "  USDT: 1,000 here, 1,005 at the exchange"
        assert await typed(service, "live", "adopt") == ["account live is armed: it trades real money"]
        off = await typed(service, "live", "disarm")
        assert off[0] == "account live is not armed: nothing is sent to its exchange"


@pytest.mark.parametrize(("key", "status"), [("y", "filled"), ("", "rejected"), ("\x03", "rejected")])
async def test_the_prompt_asks_whether_an_order_of_the_agent_may_go(
    tmp_path: Path, key: str, status: str
) -> None:
    model = ScriptedModel([says("", BUY), says("That is that.")])
    async with running(tmp_path, model=model) as service, terminal(service, "prompt") as screen:
        await typed(service, "limits", "ask_on_paper=true")
        await screen.sees(">")
        screen.type("buy\r")
        seen = await screen.sees("y/N")
        assert "PAPER: buy 0.00727 BTC at the market" in seen
        assert "120 s left" in seen
        screen.type(key if key == "\x03" else f"{key}\r")
        await screen.sees("That is that.")
        await screen.sees(">")
        orders = await service.app.services.desk.held.listing(pending=False, limit=5)
        assert [each.approval.status.value for each in orders] == [
            "approved" if status == "filled" else "denied"
        ]
        screen.type("\x04")
        assert await screen.leaves() == 0


async def test_a_question_is_withdrawn_when_somebody_else_has_answered_it(tmp_path: Path) -> None:
    model = ScriptedModel([says("", BUY), says("That is that.")])
    async with running(tmp_path, model=model) as service, terminal(service, "prompt") as screen:
        await screen.sees(">")
        screen.type("pri")
        await screen.sees("pri")
        approval = await wanted_by_the_model(service)
        seen = await screen.sees("y/N")
        assert approval in seen
        await typed(service, "deny", approval)
        await screen.sees("(denied: denied)")
        await screen.sees("> pri")
        screen.type("\x15")
        screen.type("\x04")
        assert await screen.leaves() == 0


async def test_what_was_typed_before_the_question_is_no_answer_to_it(tmp_path: Path) -> None:
    asked, gate = asyncio.Event(), asyncio.Event()

    class Slow(ScriptedModel):
        async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Completion]:
            asked.set()
            await gate.wait()
            async for piece in super().stream(request):
                yield piece

    model = Slow([says("", BUY), says("That is that.")])
    async with running(tmp_path, model=model) as service, terminal(service, "prompt") as screen:
        await typed(service, "limits", "ask_on_paper=true")
        await screen.sees(">")
        screen.type("buy\r")
        await asked.wait()
        screen.type("y\r")
        gate.set()
        await screen.sees("y/N")
        held = await service.app.services.desk.held.listing(pending=True, limit=5)
        assert len(held) == 1
        screen.type("n\r")
        await screen.sees("That is that.")
        orders = await service.app.services.desk.held.listing(pending=False, limit=5)
        assert [each.approval.status.value for each in orders] == ["denied"]
        screen.type("\x04")
        assert await screen.leaves() == 0
