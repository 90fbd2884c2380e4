"""Five cycles with known prices, and every figure that comes of them reckoned by hand.

The book stands 0.01 either side of the price; a taker slips by 0.05 % to the next tick and pays 0.1 %.
"""

import math
from collections.abc import AsyncIterator, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate, pairwise
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import pytest
import pytest_asyncio

from tests.service import NOON
from tests.tools.contests.house import BNB, ETH, Ring, buys, closes, ring, sells
from trading.clock import epoch_ms
from trading.symbols import Symbol

D = Decimal
START = epoch_ms(NOON)
MINUTE = 60_000
FIVES_OF_A_YEAR = 365 * 24 * 12

EQUITIES = {
    # Fee 0.03982029, and 0.0199 that cost 39.820298 are worth 39.8; then the target; then a short of 0.02
    # for 29.9848 with its fee, worth 30; then its stop.
    "A": ("99.93988171", "101.49088732", "101.44570252", "99.89878712", "99.89878712"),
    # Fee 0.0199896, and a short for 19.9896 that costs 20 to close; closed a cycle later.
    "B": ("99.9696104", "100.74", "100.74", "100.74", "100.74"),
    # Fee 0.01981009, and 0.0099 that cost 19.810098 are worth 19.8, then 20.79; then liquidated.
    "C": ("99.97009191", "100.96009191", "98.06177732", "98.06177732", "98.06177732"),
}


@pytest_asyncio.fixture
async def played(tmp_path: Path) -> AsyncIterator[Ring]:
    """An arena after five cycles, the last of which closed nothing and opened nothing."""
    async with ring(tmp_path, "ABC") as opened:
        opened["A"].says.append(buys(ETH, 40, 10, take_profit_pct=4))
        opened["B"].says.append(sells(BNB, 20, 2))
        opened["C"].says.append(buys(ETH, 20, 10))
        await opened.settled()
        await minute_with(opened, 2, ETH=(2000, 2100), BNB=(500, 480))
        opened["B"].says.append(closes(BNB))
        await opened.cycle()
        await minute_with(opened, 2, ETH=(2100, 1500))
        opened["A"].says.extend([sells(ETH, 30, 3, stop_loss_pct=5)])
        await opened.cycle()
        await minute_with(opened, 2, ETH=(1500, 1600, 1550))
        await opened.cycle()
        await opened.cycle()
        yield opened


async def minute_with(opened: Ring, minute: int, **prices: Sequence[float]) -> None:
    """Let the market trade at these prices, one after the other, within a minute from now."""
    for number in range(max(map(len, prices.values()))):
        now = {base: each[number] for base, each in prices.items() if number < len(each)}
        await opened.prices(minute * 60 + 10 * (number + 1), **now)


def a_trade(
    pair: Symbol, side: str, amount: str, entry: str, out: str, leverage: int, **more: Any
) -> dict[str, Any]:
    """Return a closed position as it is told: what happens inside a minute is dated to its last instant."""
    fees = sum(map(D, more["fees"]))
    sign = 1 if side == "long" else -1
    pnl = sign * (D(out) - D(entry)) * D(amount) - fees
    opened, ended = more["minutes"]
    inside = more["reason"] != "decision"
    return {
        "name": more["name"],
        "baseline": False,
        "pair": str(pair),
        "side": side,
        "entryPrice": float(entry),
        "exitPrice": float(out),
        "amount": float(amount),
        "leverage": float(leverage),
        "pnl": float(pnl),
        "pnlFraction": float(pnl / (D(entry) * D(amount) / leverage)),
        "fees": float(fees),
        "reason": more["reason"],
        "openedAt": START + opened * MINUTE,
        "closedAt": START + ended * MINUTE - inside,
        "seconds": ended * 60 - opened * 60 - 1e-6 * inside,
        "reasoning": f"{'BUY' if side == 'long' else 'SELL'} it is.",
    }


TRADES = [
    a_trade(
        ETH, "short", "0.0200", "1499.24", "1575.77", 3,
        name="LLM-A", fees=("0.0299848", "0.0315154"), minutes=(10, 13), reason="stop_loss",
    ),
    a_trade(
        ETH, "long", "0.0099", "2001.02", "1809.05", 10,
        name="LLM-C", fees=("0.01981009", "0.01790959"), minutes=(0, 8), reason="liquidation",
    ),
    a_trade(
        BNB, "short", "0.040", "499.74", "480.26", 2,
        name="LLM-B", fees=("0.0199896", "0.0192104"), minutes=(0, 5), reason="decision",
    ),
    a_trade(
        ETH, "long", "0.0199", "2001.02", "2080.02", 10,
        name="LLM-A", fees=("0.03982029", "0.04139239"), minutes=(0, 3), reason="take_profit",
    ),
]  # fmt: skip


async def test_every_figure_is_the_one_reckoned_by_hand(played: Ring) -> None:
    told = (await played.call("arena.trades"))["trades"]
    assert [without(each, "tradeId") for each in told if each["name"].startswith("LLM-")] == TRADES

    for seat, worth in EQUITIES.items():
        assert [each["equity"] for each in await played.decisions(seat)] == [float(each) for each in worth]
        assert await an_account(played, seat) == account_of(seat)

    lines = (await played.call("arena.leaderboard"))["lines"]
    names = [each["name"] for each in lines if each["name"] != "Random"]
    assert names == ["LLM-B", "Cash", "LLM-A", "LLM-C", "Equal weight", "Hold ETH"]
    for each in lines:
        ahead = sum(other["totalReturn"] > each["totalReturn"] for other in lines)
        assert each.pop("rank") == 1 + ahead
        if each["name"].startswith("LLM-"):
            assert without(each, "runId") == line_of(each["name"][-1])
    assert without(next(each for each in lines if each["name"] == "Cash"), "runId") == CASH

    replayed = await played.call("arena.replay")
    assert (replayed["cycles"], replayed["points"], replayed["equal"]) == (5, 35, True)


async def test_an_open_position_is_told_with_margin_and_liquidation(tmp_path: Path) -> None:
    async with ring(tmp_path, "A") as opened:
        opened["A"].says.append(buys(ETH, 40, 10, stop_loss_pct=5, take_profit_pct=4))
        await opened.settled()
        await opened.prices(60, ETH=1_990)
        await opened.cycle()
        [held] = (await opened.call("arena.positions", name="llm-a"))["positions"]
        # What it won: 0.0199 * 1990 - 39.820298. Liquidated at (margin - cost) / (amount * (0.005 - 1)).
        won, margin = D("39.601") - D("39.820298"), D("3.9820298")
        assert without(held, "positionId") == {
            "name": "LLM-A",
            "baseline": False,
            "provider": "openai",
            "pair": "ETH/USDT",
            "side": "long",
            "entryPrice": 2001.02,
            "currentPrice": 1990.0,
            "amount": 0.0199,
            "leverage": 10.0,
            "margin": float(margin),
            "unrealized": float(won),
            "unrealizedFraction": float(won / margin),
            "liquidationPrice": float((margin - D("39.820298")) / (D("0.0199") * D("-0.995"))),
            # 5 % below and 4 % above the 2000.01 that was asked, on the tick that is reached sooner or later.
            "stopLoss": 1900.01,
            "takeProfit": 2080.02,
            "openedAt": START,
            "seconds": 300.0,
            "reasoning": "BUY it is.",
        }
        account = await opened.account("A")
        balance = 100 - D("0.03982029")
        assert [account[each] for each in ("balance", "available", "margin", "unrealized", "equity")] == [
            float(each) for each in (balance, balance - margin, margin, won, balance + won)
        ]
        assert (account["trades"], account["realized"], account["fees"]) == (0, 0.0, 0.03982029)


async def an_account(played: Ring, seat: str) -> dict[str, Any]:
    return without(await played.account(seat), "runId")


def account_of(seat: str) -> dict[str, Any]:
    """Return an account that holds nothing any more: it is worth its balance."""
    mine = [each for each in TRADES if each["name"] == f"LLM-{seat}"]
    worth = EQUITIES[seat][-1]
    won = sum(each["pnl"] > 0 for each in mine)
    return {
        "name": f"LLM-{seat}",
        "provider": "openai",
        "model": seat.lower(),
        "baseline": False,
        "state": "running",
        "enabled": True,
        "safeMode": False,
        "initial": 100.0,
        "balance": float(worth),
        "available": float(worth),
        "margin": 0.0,
        "unrealized": 0.0,
        "equity": float(worth),
        "realized": float(D(worth) - 100),
        "pnl": float(D(worth) - 100),
        "pnlFraction": float((D(worth) - 100) / 100),
        "trades": len(mine),
        "won": won,
        "lost": len(mine) - won,
        "winRate": won / len(mine),
        "fees": float(sum(D(str(each["fees"])) for each in mine)),
        "positions": [],
    }


def line_of(seat: str) -> dict[str, Any]:
    """Return a line of the leaderboard, but for the rank, out of a curve that was reckoned by hand."""
    account, curve = account_of(seat), [D(100), *map(D, EQUITIES[seat])]
    returns = [float(after / before - 1) for before, after in pairwise(curve)]
    sharpe = mean(returns) / stdev(returns)
    peaks = accumulate(curve, max)
    same = ("name", "provider", "model", "baseline", "state", "initial", "equity", "pnl", "trades", "won")
    return {
        **{name: account[name] for name in (*same, "lost", "winRate", "fees", "safeMode")},
        "totalReturn": account["pnlFraction"],
        "maxDrawdown": float(max(1 - each / peak for each, peak in zip(curve, peaks, strict=True))),
        "sharpe": pytest.approx(sharpe * math.sqrt(FIVES_OF_A_YEAR), rel=1e-9),
        "sharpePerCycle": pytest.approx(sharpe, rel=1e-9),
        "inputTokens": 5_000,
        "outputTokens": 500,
        "modelCost": None,
        "interval": None,
        "verdict": "too_early",
        "finding": None,
    }


CASH = {
    "name": "Cash",
    "provider": "offline",
    "model": "offline:cash",
    "baseline": True,
    "state": "running",
    "safeMode": False,
    "initial": 100.0,
    "equity": 100.0,
    "pnl": 0.0,
    "totalReturn": 0.0,
    "maxDrawdown": 0.0,
    "sharpe": 0.0,
    "sharpePerCycle": 0.0,
    "trades": 0,
    "won": 0,
    "lost": 0,
    "winRate": 0.0,
    "fees": 0.0,
    "inputTokens": 0,
    "outputTokens": 0,
    "modelCost": 0.0,
    "interval": None,
    "verdict": None,
    "finding": None,
}


def without(told: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in names}
