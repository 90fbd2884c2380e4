"""Commands as they are typed, and what each comes to."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.asking import Call, Misread, Own, Plan, preview_of
from bot.commands import Commands
from bot.table import ROWS
from bot.voice import Voice
from tests.bot.talk import COMMANDS, DE, EN
from tools.catalog import CATALOG
from tools.policy import Surface
from tools.words.language import fold

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SERVED = {each.name: each for each in CATALOG}

Params = Mapping[str, Any]


def read(typed: str, voice: Voice = EN, **options: str) -> Plan | Own | Misread:
    command, _, text = typed.partition(" ")
    return COMMANDS.read(command, text, options, voice, NOON)


def calls(typed: str, voice: Voice = EN, **options: str) -> list[tuple[str, Params]]:
    found = read(typed, voice, **options)
    assert isinstance(found, Plan), found
    return [(each.name, each.params) for each in found.calls]


def order(action: str = "buy", pair: str = "BTC/USDT", kind: str = "market", **more: Any) -> Params:
    return {"action": action, "pair": pair, "type": kind, "amount": 0.1, "amountType": "base", **more}


MONEY: dict[str, Any] = {"amount": 500, "amountType": "quote"}
LOOK: Params = {}
LAST_YEAR = {"from": "2025-01-01", "to": "2025-12-31"}

GOOD: list[tuple[str, str, Params]] = [
    ("price btc", "market.price", {"pair": "BTC/USDT"}),
    ("price bitcoin", "market.price", {"pair": "BTC/USDT"}),
    ("price eth-eur", "market.price", {"pair": "ETH/EUR"}),
    ("price jup", "market.price", {"pair": "JUP/USDT"}),
    ("price ₿ btc", "market.price", {"pair": "BTC/USDT"}),
    ("analyze btc", "market.analyze", {"pair": "BTC/USDT"}),
    ("analyze btc 4h", "market.analyze", {"pair": "BTC/USDT", "timeframe": "4h"}),
    ("analyze eth daily", "market.analyze", {"pair": "ETH/USDT", "timeframe": "1d"}),
    ("chart btc 4h", "chart.candles", {"pair": "BTC/USDT", "timeframe": "4h"}),
    ("chart btc 4 hours", "chart.candles", {"pair": "BTC/USDT", "timeframe": "4h"}),
    (
        "chart eth 1d 200 rsi sma:50 macd:12,26,9",
        "chart.candles",
        {
            "pair": "ETH/USDT",
            "timeframe": "1d",
            "limit": 200,
            "indicators": ["rsi", "sma:50", "macd:12,26,9"],
        },
    ),
    ("buy btc 0.1", "trade.execute", order()),
    ("buy 0.1 btc", "trade.execute", order()),
    ("buy bitcoin 0,1", "trade.execute", order()),
    ("buy BTC/USDT 500usdt", "trade.execute", order(**MONEY)),
    ("buy btc for 500", "trade.execute", order(**MONEY)),
    ("buy jup 5k", "trade.execute", order(pair="JUP/USDT", amount=5000)),
    ("buy btc 1,000.50", "trade.execute", order(amount=1000.5)),
    (
        "buy btc for $500 at 60000 stop 5% target 70000",
        "trade.execute",
        order(kind="limit", **MONEY, price=60000, stopLoss=57000, takeProfit=70000),
    ),
    ("buy limit btc 0.1 at 60000", "trade.execute", order(kind="limit", price=60000)),
    ("buy stop btc 0.1 at 70k", "trade.execute", order(kind="stop", stopPrice=70000)),
    ("buy btc 0.1 5x", "trade.execute", order(leverage=5)),
    ("buy btc 0.1 stop 5%", "market.price", {"pair": "BTC/USDT"}),
    ("sell btc 0.1 at 70000", "trade.execute", order("sell", kind="limit", price=70000)),
    ("sell btc 0.1 trailing stop 2%", "trade.execute", order("sell", kind="trailing-stop", trailPercent=2)),
    (
        "sell btc 0.1 at 70000 or stop 60000",
        "trade.oco",
        {"action": "sell", "pair": "BTC/USDT", "amount": 0.1, "price": 70000, "stopPrice": 60000},
    ),
    ("sell half btc", "trade.positions", LOOK),
    ("sell all eth", "trade.positions", LOOK),
    ("close btc 50%", "trade.positions", LOOK),
    ("close all", "trade.positions", LOOK),
    ("close pos_00abc123", "trade.positions", LOOK),
    ("cancel all", "trade.cancelAll", LOOK),
    ("cancel all btc", "trade.cancelAll", {"pair": "BTC/USDT"}),
    ("cancel btc", "trade.orders", {"pair": "BTC/USDT"}),
    ("cancel ord_00abc123", "trade.cancel", {"orderId": "ord_00abc123"}),
    ("cancel", "trade.orders", LOOK),
    ("positions", "trade.positions", LOOK),
    ("positions kraken", "trade.positions", {"exchange": "kraken"}),
    ("orders", "trade.orders", LOOK),
    ("orders closed btc 20", "trade.orders", {"pair": "BTC/USDT", "limit": 20, "status": "closed"}),
    ("portfolio", "portfolio.get", LOOK),
    ("portfolio eur", "portfolio.get", {"currency": "EUR"}),
    ("pnl", "portfolio.pnl", LOOK),
    ("pnl this week", "portfolio.pnl", {"period": "7d"}),
    ("pnl ytd", "portfolio.pnl", {"period": "ytd"}),
    ("history", "trade.history", {"limit": 10}),
    ("history btc 20", "trade.history", {"pair": "BTC/USDT", "limit": 20}),
    (
        "backtest ma crossover btc 1h last year",
        "backtest.run",
        {"pair": "BTC/USDT", "strategy": "ma_crossover", "timeframe": "1h", **LAST_YEAR},
    ),
    ("backtest my_own btc", "backtest.run", {"pair": "BTC/USDT", "strategy": "my_own"}),
    (
        "optimize rsi eth 4h last 90 days",
        "backtest.optimize",
        {"pair": "ETH/USDT", "strategy": "rsi_reversion", "timeframe": "4h", "from": "2026-08-22"},
    ),
    (
        "compare rsi macd btc 1d 2025",
        "backtest.compare",
        {"pair": "BTC/USDT", "strategies": ["rsi_reversion", "macd"], "timeframe": "1d", **LAST_YEAR},
    ),
    ("backtests 5", "backtest.list", {"limit": 5}),
    ("strategies", "strategies.list", LOOK),
    ("approve", "approval.list", LOOK),
    ("approve apr_00abc123 go", "approval.approve", {"approvalId": "apr_00abc123", "reason": "go"}),
    ("deny apr_00abc123", "approval.deny", {"approvalId": "apr_00abc123"}),
    ("halt", "trading.halt", LOOK),
    ("halt news at 8", "trading.halt", {"reason": "news at 8"}),
    ("resume", "trading.rearm", LOOK),
    ("status", "status", LOOK),
]
GERMAN: list[tuple[str, str, Params]] = [
    ("preis btc", "market.price", {"pair": "BTC/USDT"}),
    ("kaufen btc 1.000,50", "trade.execute", order(amount=1000.5)),
    ("kaufe btc für 500$ bei 60.000", "trade.execute", order(kind="limit", **MONEY, price=60000)),
    ("verkaufen btc 0,1 bei 70.000", "trade.execute", order("sell", kind="limit", price=70000)),
    ("sell die hälfte btc", "trade.positions", LOOK),
    ("schließen alle", "trade.positions", LOOK),
    ("aufträge geschlossene", "trade.orders", {"status": "closed"}),
    ("gewinn woche", "portfolio.pnl", {"period": "7d"}),
    (
        "backteste ma crossover btc 1h letztes jahr",
        "backtest.run",
        {"pair": "BTC/USDT", "strategy": "ma_crossover", "timeframe": "1h", **LAST_YEAR},
    ),
]
BAD = [
    "price",
    "price btc eth sol xrp doge ada",
    "analyze",
    "analyze btc eth",
    "analyze btc 7m",
    "chart btc 100000",
    "chart btc and then some",
    "buy",
    "buy btc",
    "buy 0.1",
    "buy btc half",
    "buy btc -1",
    "buy btc 0",
    "buy btc 0.1 at 1e99",
    "buy btc 0.1 0.2",
    "buy btc 99999999999999999999 usdt at 5 stop 5%",
    "buy btc 0.1 400x",
    "buy btc 1 at 99999999999999999999999999999 stop 5%",
    "buy btc €500",
    "buy btc 0.1 stop 100% at 60000",
    "buy btc 0.1 if it is cheap",
    "buy sell btc 0.1",
    "buy limit btc 0.1 60000",
    "buy limit btc 0.1",
    "buy at btc 0.1 60000",
    "buy btc ٠١٢",
    "sell",
    "sell all",
    "sell btc 0.1 stop 60000",
    "close",
    "close btc 200%",
    "close btc please do now",
    "cancel everything but btc",
    "orders btc eth",
    "orders 1000",
    "history 0",
    "pnl since my birthday",
    "portfolio in gold bars",
    "backtest",
    "backtest btc",
    "backtest ma crossover",
    "backtest ma crossover btc in 2030",
    "backtest ma crosover btc",
    "compare rsi btc",
    "optimize rsi macd btc",
    "approve it",
    "backtests 1000",
    "price " + "btc " * 100,
    "halt " + "x" * 5000,
]


@pytest.mark.parametrize(("typed", "capability", "params"), GOOD, ids=[each[0] for each in GOOD])
def test_words_become_a_call(typed: str, capability: str, params: Params) -> None:
    assert calls(typed)[0] == (capability, params)


@pytest.mark.parametrize(("typed", "capability", "params"), GERMAN, ids=[each[0] for each in GERMAN])
def test_german_words_become_the_same_calls(typed: str, capability: str, params: Params) -> None:
    assert calls(typed, DE)[0] == (capability, params)


@pytest.mark.parametrize("typed", BAD, ids=[each[:40] for each in BAD])
@pytest.mark.parametrize("voice", [EN, DE], ids=["en", "de"])
def test_what_makes_no_sense_is_answered_with_the_right_form(typed: str, voice: Voice) -> None:
    found = read(typed, voice)
    assert isinstance(found, Misread), found
    assert found.usage == voice.say(f"usage.{typed.split(maxsplit=1)[0]}")
    assert 0 < len(found.markdown) < 1500


def test_several_pairs_are_asked_for_one_by_one() -> None:
    assert calls("price btc eth") == [
        ("market.price", {"pair": "BTC/USDT"}),
        ("market.price", {"pair": "ETH/USDT"}),
    ]


@pytest.mark.parametrize(
    ("typed", "command", "options"),
    [
        ("price btc", "price", {"pair": "btc"}),
        ("chart btc 4h", "chart", {"pair": "btc", "timeframe": "4h"}),
        ("buy btc 0.1", "buy", {"pair": "btc", "amount": "0.1"}),
        ("buy jup 100", "buy", {"pair": "jup", "amount": "100"}),
        (
            "buy btc $500 at 60000 stop 5% target 70000 3x",
            "buy",
            {
                "amount": "$500",
                "pair": "BTC/USDT",
                "price": "60000",
                "stop": "5%",
                "target": "70000",
                "leverage": "3",
            },
        ),
        ("orders closed btc 20", "orders", {"count": "20", "pair": "btc", "status": "closed"}),
        ("pnl 30d", "pnl", {"period": "30d"}),
        (
            "backtest ma crossover btc 1h last year",
            "backtest",
            {"pair": "btc", "strategy": "ma crossover", "timeframe": "1h", "range": "last year"},
        ),
        ("halt news", "halt", {"reason": "news"}),
        ("history 20", "history", {"count": "20.0"}),
        ("buy btc 1 2.5x", "buy", {"pair": "btc", "amount": "1", "leverage": "2.5"}),
    ],
)
def test_options_by_name_come_to_the_same_calls(typed: str, command: str, options: dict[str, str]) -> None:
    assert calls(command, EN, **options) == calls(typed)


CHOICES = [
    ("analyze", "timeframe", {"pair": "btc"}),
    ("orders", "status", {}),
    ("pnl", "period", {}),
    ("portfolio", "currency", {}),
]


@pytest.mark.parametrize(("command", "name", "beside"), CHOICES)
def test_every_choice_that_is_offered_is_taken(command: str, name: str, beside: dict[str, str]) -> None:
    row = COMMANDS.row(command)
    assert row is not None
    (slot,) = (slot for slot in row.slots if slot.name == name)
    assert len(slot.choices) >= 3
    for choice in slot.choices:
        ((_, params),) = calls(command, EN, **{name: choice}, **beside)
        assert params.get(name, "USD") == choice


def test_what_changes_what_is_held_is_known() -> None:
    assert [row.name for row in COMMANDS.rows if row.trades] == ["buy", "sell", "close"]


def test_words_of_the_chat_itself_are_left_to_the_chat() -> None:
    assert read("help buy") == Own("help", "buy")
    assert read("model", name="claude") == Own("model", "claude")
    assert read("neu", DE) == Own("new", "")


def test_a_command_nobody_knows_is_answered_with_the_nearest() -> None:
    assert read("portfolo") == Misread("There is no command /portfolo. Did you mean /portfolio?")
    assert read("*bold*") == Misread("There is no command /\\*bold\\*. /help lists what there is.")
    assert isinstance(read("\u202e" * 10_000), Misread)


def test_a_command_without_a_capability_is_neither_listed_nor_done() -> None:
    few = Commands(each for each in CATALOG if each.name == "market.price")
    assert [row.name for row in few.rows if row.read] == ["price"]
    assert few.read("portfolio", "", {}, EN, NOON) == Misread(
        "/portfolio cannot be done here yet. /help lists what can."
    )
    assert "/portfolio" not in few.help(EN)


def test_two_orders_are_previewed_by_what_the_limit_would_come_to() -> None:
    both = Call("trade.oco", {"action": "sell", "pair": "BTC/USDT", "amount": 1, "price": 7, "stopPrice": 6})
    limit = {"action": "sell", "pair": "BTC/USDT", "amount": 1, "price": 7, "type": "limit"}
    assert preview_of(both) == Call("trade.preview", limit)
    assert preview_of(Call("trade.close", {})) is None


@pytest.mark.parametrize("row", COMMANDS.rows, ids=lambda row: row.name)
def test_every_command_is_served_by_capabilities_for_people(row: Any) -> None:
    for name in row.calls:
        assert SERVED[name].surfaces & (Surface.CHAT | Surface.WIRE), name


def test_no_two_commands_share_a_name() -> None:
    names = [fold(name) for row in ROWS for name in (row.name, *row.aliases)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("voice", [EN, DE], ids=["en", "de"])
def test_platforms_can_list_every_command(voice: Voice) -> None:
    specs = COMMANDS.specs(voice)
    assert [spec.name for spec in specs] == [row.name for row in COMMANDS.rows]
    for spec in specs:
        assert spec.name == spec.name.lower()
        assert 0 < len(spec.summary) <= 100
        assert [option.required for option in spec.options] == sorted(
            (option.required for option in spec.options), reverse=True
        )
        assert all(0 < len(option.summary) <= 100 for option in spec.options)
        assert {option.kind for option in spec.options} <= {"text", "number", "pair"}


def test_help_names_every_command_once_and_shows_one_in_full() -> None:
    told = COMMANDS.help(EN)
    assert all(told.count(f"/{row.name} ·") == 1 for row in COMMANDS.rows)
    assert COMMANDS.help(DE, "/preis") == (
        "**/price** · Aktueller Preis von einem oder mehreren Paaren\n`/price btc` · `/price btc eth`"
    )


def test_what_can_be_asked_again_has_a_button_for_it() -> None:
    again = COMMANDS.refresh("preis", "btc", EN)
    assert again is not None
    assert (again.command, again.words) == ("price", "btc")
    assert COMMANDS.refresh("buy", "btc 1", EN) is None
