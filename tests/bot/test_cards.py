"""Answers as they are shown, in both languages: real ones of a running service, held word for word."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest_asyncio

from agent.models.scripted import ScriptedModel
from bot.asking import Action, Call, Plan
from bot.cards.market import drawn
from bot.cards.table import CARDS, actions, show, shows_balances
from bot.cards.told import confirmation, error, notice
from bot.commands import picture_call
from bot.voice import Voice, plain
from tests.bot.samples import position, positions, standing_in
from tests.bot.talk import COMMANDS, DE, EN, Talk
from tests.service import running
from tools.chart import PictureReport
from tools.errors import CallError, Code
from tools.trade_events import ApprovalAsked
from tools.wire import Result

CARDS_FILE = Path(__file__).with_name("cards.txt")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LONG = position()

SAID = """
    /price btc eth
    /preis btc
    /analyze btc 4h
    /analyse btc 4h
    /portfolio
    /positions
    /orders
    /buy btc 0.1 stop 5% target 80000
    /kaufen eth für 500$
    /buy sol 10 at 50
    /positions
    /positionen
    /orders
    /aufträge
    /sell half btc
    /portfolio
    /guthaben
    /portfolio eur
    /pnl
    /gewinn woche
    /history
    /verlauf 1
    /cancel sol
    /close doge
    /schließen eth
    /sell btc 0.03 at 90000 or stop 50000
    /long btc
    /halt news
    /buy btc 0.1
    /kaufen btc 0,1
    /resume
    /buy btc 5000
    /price jup
    /price bitcon
    /approve
    /close all
    /close all
    /strategies
    /backtests
    /alerts
    /alert btc above 1000000
    /alarm eth fällt um 5% in 1h, jedes mal
    /alert rsi of btc below 30 and btc below 1
    /alerts
    /alarme
    /alerts pause 2
    /alerts snooze 1 30m
    /alarme fortsetzen 2
    /alerts delete 7
    /alerts delete 1
    /alerts history
    /alert btc
    /alarm bananen im weltall
    /jobs
    /job every day at 8 check my positions
    /aufgabe in 20 minuten btc prüfen
    /jobs
    /aufgaben
    /jobs pause 2
    /aufgaben fortsetzen 2
    /jobs history 1
    /jobs delete 1
    /aufgaben vorlagen
    /job check btc
    /aufgabe jeden tag um 8
"""
GERMAN = (
    "/preis",
    "/analyse",
    "/kaufen",
    "/positionen",
    "/aufträge",
    "/guthaben",
    "/gewinn",
    "/verlauf",
    "/alarm",
    "/aufgabe",
)


@pytest_asyncio.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with running(tmp_path, model=ScriptedModel([])) as service:
        yield Talk(service)


def voice_of(typed: str) -> Voice:
    return DE if typed.startswith((*GERMAN, "/schließen")) else EN


async def test_a_conversation_shows_every_figure_in_both_languages(talk: Talk) -> None:
    said = [typed.strip() for typed in SAID.splitlines() if typed.strip()]
    shown = [f"> {typed}\n{await talk.say(typed, voice_of(typed))}\n" for typed in said]
    assert "\n".join(shown) == CARDS_FILE.read_text(encoding="utf-8")


async def test_the_service_is_shown_with_its_kill_switch(talk: Talk) -> None:
    told = await talk.say("/status")
    assert told.startswith("**Service** · running\nUp for: 0 seconds\n")
    assert told.endswith("**Trading** · active\nEverything trades: entries, exits and protective stops.")
    health = await talk.call("health", {})
    assert show("health", health, DE).endswith("\nsimulated: verbunden")


async def test_tables_fit_a_phone(talk: Talk) -> None:
    await talk.say("/buy btc 0.12345")
    told = await talk.say("/portfolio")
    rows = told.split("```")[1].strip().splitlines()
    assert len(rows) == 2
    assert all(len(row) <= 30 for row in rows), rows


async def test_a_backtest_is_shown_with_its_picture(talk: Talk) -> None:
    told = await talk.say("/backtest ma crossover btc 4h last 30 days")
    assert told.startswith("**Backtest ma crossover** · BTC/USDT 4h\nfast period 10, slow period 20\n")
    picture = picture_call(Call("backtest.run", {}), talk.results[0])
    assert picture is not None
    found = cast(PictureReport, await talk.call(picture.name, picture.params))
    assert drawn(found).data.startswith(b"\x89PNG")
    assert show("chart.backtest", found, EN) == plain(found.caption)
    assert picture_call(Call("market.price", {}), talk.results[0]) is None


async def test_buttons_under_a_card_say_what_would_be_typed(talk: Talk) -> None:
    await talk.say("/buy btc 0.1")
    await talk.say("/buy sol 10 at 50")
    await talk.say("/positions")
    ((close, half),) = actions("trade.positions", talk.results[0], EN)
    assert (close.label, half.label) == ("Close BTC/USDT", "Close half")
    await talk.say("/orders")
    ((cancel,),) = actions("trade.orders", talk.results[0], DE)
    assert cancel.label == "Stornieren: Kauf 10 SOL"
    for pressed, card in (
        (cancel, "canceled"),
        (half, "**BTC/USDT reduced**"),
        (close, "**BTC/USDT closed**"),
    ):
        assert card in await talk.say(f"/{pressed.command} {pressed.words}")
        assert len(f"{pressed.command} {pressed.words}".encode()) <= 64
    assert await talk.say(f"/{close.command} {close.words}") == ("That position is not open any more.")


def asked(**more: Any) -> ApprovalAsked:
    return ApprovalAsked.model_validate(
        {
            **dict.fromkeys(ApprovalAsked.model_fields),
            "kind": "order",
            "approval_id": "apr_00abc123",
            "status": "pending",
            "order_id": "ord_00abc123",
            "account": "live",
            "exchange": "kraken",
            "mode": "live",
            "pair": "BTC/USDT",
            "side": "buy",
            "type": "limit",
            "amount": Decimal("0.1"),
            "price": 60_000,
            "stop_loss": 57_000,
            "cost": 6_000,
            "fee": 6,
            "reference": 68_000,
            "limits": {},
            "origin": "model",
            "asked_for": "owner",
            "created_at": NOON,
            "expires_at": NOON.replace(hour=13),
            **more,
        }
    )


WANTED = """\
**Buy 0.1 BTC · BTC/USDT** · LIVE
Order: limit
Limit: 60,000.00
Stop-loss: 57,000.00
Market now: 68,000.00 USDT
Cost: 6,000.00 USDT
Fee: 6.00 USDT
Exchange: kraken"""


def test_an_approval_shows_the_exact_order_and_two_buttons() -> None:
    told = f"**Approval wanted**\n{WANTED}\nWanted by: the agent\nWaits until: Nov 20 13:00 UTC"
    assert show("approval.deny", asked(), EN) == told
    assert actions("approval.list", cast(Result, SimpleNamespace(approvals=[asked()])), DE) == (
        (
            Action("1 Freigeben", "approve", "apr_00abc123", "good"),
            Action("1 Ablehnen", "deny", "apr_00abc123", "bad"),
        ),
    )
    assert notice("approval.requested", "an order waits", asked().model_dump(mode="json"), EN) == told
    assert notice("approval.requested", "an order waits", {}, EN) == "**Approval**\nan order waits"
    over = show("approval.deny", asked(status="denied", reason="too *late*"), DE)
    assert over.startswith("**Freigabe: abgelehnt**\n**Kauf 0,1 BTC · BTC/USDT** · LIVE\n")
    assert over.endswith("Gewünscht von: der Agent\ntoo \\*late\\*")


def test_what_is_confirmed_is_the_previewed_order_or_what_would_be_closed() -> None:
    params = {"action": "sell", "pair": "BTC/USDT", "amount": 1, "price": 7, "stopPrice": 55_000}
    buy, both = Plan((Call("trade.execute", {}),)), Plan((Call("trade.oco", params),))
    assert confirmation(buy, [asked()], EN) == f"**Shall I?**\n\n{WANTED}"
    assert confirmation(both, [asked()], EN) == f"**Shall I?**\n\n{WANTED}\n\nOr stop at: 55,000.00"
    close = Plan((Call("trade.close", {}),), sure="Close 50% of long 1 BTC/USDT · LIVE")
    assert confirmation(close, [], DE) == "**Soll ich?**\n\nClose 50% of long 1 BTC/USDT · LIVE"


def test_errors_are_a_plain_line() -> None:
    late = CallError("slow down", code=Code.RATE_LIMITED, retry_after_ms=1_200)
    poor = CallError("it needs 7 USDT, and 5 is free", code=Code.INSUFFICIENT_FUNDS)
    assert error(late, EN) == "That was too much at once. Try again in 2 s."
    assert error(poor, DE) == "Nicht genug Geld: it needs 7 USDT, and 5 is free"
    assert error(poor, EN, shared=True) == "Not enough money: Write to me in private for the figures."
    assert all(error(CallError("why", code=code), voice) for code in Code for voice in (EN, DE))


def test_prices_keep_their_digits() -> None:
    told = [
        "68714.18",
        "165.7",
        "6.6312",
        "3703.251851851851851851851852",
        "0.00001234",
        "1e30",
        "-12.345",
        "0",
    ]
    assert [EN.price(Decimal(each)) for each in told] == [
        "68,714.18",
        "165.70",
        "6.6312",
        "3,703.2519",
        "0.00001234",
        "1,000,000,000,000,000,000,000,000,000,000.00",
        "-12.345",
        "0.00",
    ]
    assert DE.price(Decimal("6.6312")) == "6,6312"
    assert EN.price(None) == EN.price(float("nan")) == "–"


def test_texts_of_others_are_shown_as_they_are() -> None:
    assert notice("order.unknown", "buy [x](http://y) `z`", {}, EN) == (
        "**An order's outcome is unknown**\nbuy \\[x\\](http://y) \\`z\\`"
    )
    assert notice("nobody.knows", "a\u202eb\n# c", {}, DE) == "**Neues**\na b \\# c"
    assert len(plain("*" * 10_000)) <= 1_200


def test_every_answer_of_a_command_has_a_card_that_says_whether_it_is_private() -> None:
    called = {name for row in COMMANDS.rows for name in row.calls}
    assert called - set(CARDS) == set()
    assert {name for name in called if not shows_balances(name)} >= {
        "market.price",
        "status",
        "trade.execute",
    }
    for name in ("portfolio.get", "portfolio.pnl", "trade.positions", "trade.orders", "trade.history"):
        assert shows_balances(name)
    assert shows_balances("nobody.knows")


def test_an_answer_without_a_card_is_shown_name_by_name() -> None:
    class Odd(Result):
        """Something new."""

        first_thing: str = "a*b"
        rows: list[dict[str, int]] = [{"x": 1}, {"x": 2}]  # noqa: RUF012
        none: None = None

    assert show("new.thing", Odd(), EN) == "firstThing: a\\*b\nrows 1.x: 1\nrows 2.x: 2"


def test_what_moves_and_what_is_watched_fit_a_phone() -> None:
    rows = [
        standing_in(pair=parsed, price=Decimal(price), change_24h=Decimal(change))
        for parsed, price, change in (
            (LONG.pair, "68714.18", "1.28"),
            (LONG.pair, "0.00001234", "-12.5"),
        )
    ]
    told = standing_in(
        quote="USDT", source="simulated", timestamp=NOON, gainers=rows, losers=[], most_traded=rows[:1]
    )
    assert show("market.overview", told, DE) == (
        "**Markt** · USDT\n"
        "**Gestiegen**\n```\nBTC  68.714,18  +1,28 %\nBTC 0,00001234 -12,50 %\n```\n"
        "**Am meisten gehandelt**\n```\nBTC 68.714,18 +1,28 %\n```\n"
        "_simulierte Preise · 20.11. 12:00 UTC_"
    )
    assert show("watchlist.list", standing_in(pairs=rows[:1], exchange="kraken", source="live"), EN) == (
        "**Watchlist**\n```\nBTC/USDT 68,714.18 +1.28%\n```\n_kraken_"
    )
    assert show("watchlist.list", standing_in(pairs=[]), EN).startswith("Your watchlist is empty")
    assert (
        show("watchlist.add", standing_in(pair=LONG.pair, watched=True), EN)
        == "BTC/USDT is on your watchlist."
    )


def test_what_is_connected_is_shown_with_what_is_wrong() -> None:
    kraken = standing_in(connected=False, reason="time-out")
    live = standing_in(id="live", armed=True, locked="books differ")
    chat = standing_in(name="telegram", state="running", problem=None)
    told = standing_in(exchanges={"kraken": kraken}, live=[live], models=["offline"], chats=[chat])
    assert show("platforms.list", told, EN) == (
        "**Exchanges**\nkraken: not connected · time-out\n\n"
        "**Real money**\nlive: armed, LIVE · books differ\n\n"
        "**Models**\noffline\n\n**Chats**\ntelegram: running"
    )


def test_who_waits_and_who_was_let_in_is_shown_with_a_button_to_send_away() -> None:
    anna = standing_in(id="telegram:42", name="Anna *A*", expires_at=NOON, role="trader", status="active")
    gone = standing_in(id="discord:7", name="Bob", role="viewer", status="revoked")
    told = standing_in(requests=[anna], people=[anna, gone])
    assert show("access.list", told, EN) == (
        "**Waiting to be let in**\n- **Anna \\*A\\*** · telegram:42 · Waits until: Nov 20 12:00 UTC\n\n"
        "**People**\n- **Anna \\*A\\*** · telegram:42 · trader\n- **Bob** · discord:7 · shut out"
    )
    assert actions("access.list", told, EN) == (
        (Action("Deny: Anna *A*", "access", "deny telegram:42", "bad"),),
    )
    assert show("access.list", standing_in(requests=[], people=[]), DE).count("Niemand.") == 2


def test_a_margin_position_shows_what_would_end_it() -> None:
    held = position(
        "short",
        leverage=Decimal(3),
        mode="live",
        current_price=61_000,
        unrealized_pnl=-100,
        unrealized_pnl_percent=Decimal("-1.67"),
        liquidation_price=79_000,
    )
    assert show("trade.positions", positions(held), EN) == (
        "**Positions** · 1\n\n**BTC/USDT short 0.1** · 3x · LIVE\nEntry → now: 60,000.00 → 61,000.00\n"
        "P&L: -100.00 USDT (-1.67%)\nLiquidation: 79,000.00"
    )


def test_what_was_answered_has_no_buttons() -> None:
    listed = standing_in(approvals=[asked(status="expired"), asked()])
    assert [row[0].words for row in actions("approval.list", listed, EN)] == ["apr_00abc123"]
    assert actions("approval.deny", asked(status="denied"), EN) == ()
