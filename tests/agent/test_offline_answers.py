"""What is said: in which language, with which figures, and what is offered as an example."""

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from string import Formatter

import pytest

from agent.models.offline import OfflineModel
from agent.models.offline.conversation import Said, understand_conversation
from agent.models.offline.glossary import MEANINGS
from agent.models.offline.intents import Kind
from agent.models.offline.voice import ANSWERS, Voice
from agent.models.port import Message, ModelRequest, Role, ToolCall, ToolSpec
from tests.agent.offline_driver import SPECS, Answers, Chat, complete, failure, first_calls
from tests.agent.offline_kinds import KINDS
from tests.agent.offline_market import play, playing
from tests.agent.offline_sentences import CALLS
from tests.agent.talking import house
from tools.words.language import Language

EN, DE = Language.EN, Language.DE
EN_VOICE = Voice(EN)


async def said(text: str, tools: Sequence[ToolSpec] = SPECS) -> str:
    return (await complete(ModelRequest("", [Message(Role.USER, text)], tools))).text


def language_of(*texts: str) -> Language:
    return understand_conversation([Said(text) for text in texts]).language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("was kostet BTC", DE),
        ("Wie steht ETH?", DE),
        ("kauf BTC", DE),
        ("schließe alle Positionen", DE),
        ("danke", DE),
        ("Zeig mir ETH täglich", DE),
        ("marktübersicht", DE),
        ("Hallo", DE),
        ("was kannst du", DE),
        ("gewinn heute", DE),
        ("bericht", DE),
        ("investiere 500 in bitcoin", DE),
        ("Bitcoin Tageschart", DE),
        ("handelsverlauf", DE),
        ("VERKAUFE BTC", DE),
        ("keine Ahnung was das soll", DE),
        ("what's the price of BTC", EN),
        ("buy BTC", EN),
        ("close all positions", EN),
        ("thanks", EN),
        ("was the price good today", EN),
        ("help", EN),
        ("BTC", EN),
        ("500", EN),
        ("", EN),
        ("🚀", EN),
    ],
)
def test_a_message_is_answered_in_its_language(text: str, language: Language) -> None:
    assert language_of(text) == language


def test_a_message_without_a_language_takes_that_of_the_conversation() -> None:
    assert language_of("was kostet BTC", "ETH") == DE
    assert language_of("was kostet BTC", "thanks", "ETH") == EN
    assert language_of("kauf BTC", "500€", "500") == DE


@pytest.mark.parametrize(
    ("text", "language", "key"),
    [
        ("danke", DE, "thanks"),
        ("thanks", EN, "thanks"),
        ("wer bist du", DE, "identity"),
        ("who are you", EN, "identity"),
        ("tschüss", DE, "goodbye"),
        ("beenden", DE, "goodbye"),
        ("exit", EN, "goodbye"),
        ("never mind", EN, "dropped"),
        ("buy BTC for 0", EN, "positive"),
        ("kaufe BTC für -5", DE, "positive"),
        ("close", EN, "ask_close"),
        ("buy", EN, "ask_pair.buy"),
        ("verkaufe", DE, "ask_pair.sell"),
    ],
)
async def test_small_talk_and_refusals_are_in_the_language_of_the_question(
    text: str, language: Language, key: str
) -> None:
    assert await said(text) == Voice(language).say(key)


async def test_questions_name_coin_and_money() -> None:
    assert await said("buy ETH at 2500") == Voice(EN).say("ask_amount.buy", base="ETH", quote="USDT")
    assert await said("verkauf BTC/EUR") == Voice(DE).say("ask_amount.sell", base="BTC", quote="EUR")
    assert await said("kaufe BTC für 500€") == Voice(DE).say(
        "ask_currency", pair="BTC/USDT", quote="USDT", currency="EUR"
    )
    assert await said("buy BTC for £5") == Voice(EN).say(
        "ask_currency", pair="BTC/USDT", quote="USDT", currency="GBP"
    )
    assert await said("buy BTC for 500 at 60000€") == Voice(EN).say(
        "level_currency", pair="BTC/USDT", quote="USDT", currency="EUR"
    )
    assert await said("buy BTC 500") == Voice(EN).say("ask_unit", number="500", quote="USDT", base="BTC")
    assert await said("short ETH") == Voice(EN).say("ask_amount.sell", base="ETH", quote="USDT")


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("price BTC", ("67000", "66000", "68000")),
        ("was kostet BTC", ("67000", "66000", "68000")),
        ("is BTC bullish", ("67000", "65000", "65500", "69000", "25.5")),
        ("wie steht BTC", ("67000", "65000", "65500", "69000", "25.5")),
        ("buy BTC for 502.5", ("67000", "502.5", "0.5025")),
        ("kaufe BTC für 502,5", ("67000", "502.5", "0.5025")),
        ("close BTC", ("67000", "1742.5", "16.75")),
        ("my positions", ("60000", "67000", "3500", "55000", "3000")),
        ("meine positionen", ("60000", "67000", "3500", "55000", "3000")),
        ("portfolio", ("100000", "66500", "33500")),
        ("how much BTC do I have", ("33500",)),
        ("p&l today", ("-12.5", "-14.5")),
        ("gewinn heute", ("-12.5", "-14.5")),
        ("history", ("66000", "12")),
        ("chart BTC", ("100", "148", "99", "150")),
    ],
)
async def test_an_answer_has_the_figures_of_its_tools_in_its_own_spelling(
    text: str, figures: tuple[str, ...]
) -> None:
    chat = await Chat(play).say(text)
    voice = Voice(language_of(text))
    for figure in map(Decimal, figures):
        assert voice.price(figure) in chat.text or voice.money(figure) in chat.text


def traded(trades: int, won: float, realized: float) -> Answers:
    return playing(
        portfolio_pnl={"period": "7d", "pnl": 1, "trades": trades, "winRate": won, "realizedPnl": realized}
    )


@pytest.mark.parametrize(
    ("text", "answers", "tail"),
    [
        ("pnl", traded(1, 0, 0), "1 trade, and nothing closed yet."),
        ("pnl", traded(3, 0, 0), "3 trades, and nothing closed yet."),
        ("pnl", traded(1, 100, 5), "1 trade; of what was closed 100% won."),
        ("pnl", traded(4, 50, 5), "4 trades; of those that closed something 50% won."),
        ("pnl", traded(2, 0, -5), "2 trades; of those that closed something 0% won."),
        ("rendite", traded(1, 0, 0), "1 Trade, noch nichts geschlossen."),
        ("rendite", traded(2, 0, 0), "2 Trades, noch nichts geschlossen."),
        ("rendite", traded(1, 100, 5), "1 Trade; gewonnen von dem, was geschlossen wurde: 100 %."),
        ("rendite", traded(4, 50, 5), "4 Trades; gewonnen von denen, die etwas schlossen: 50 %."),
    ],
)
async def test_trades_are_counted_and_only_closing_ones_can_win(
    text: str, answers: Answers, tail: str
) -> None:
    assert (await Chat(answers).say(text)).text.endswith(tail)


async def test_without_trades_none_are_counted() -> None:
    assert "trade" not in (await Chat(traded(0, 0, 0)).say("pnl")).text


@pytest.mark.parametrize(
    ("text", "head"), [("chart BTC", "last candle ("), ("zeig mir BTC", "letzte Kerze (")]
)
async def test_a_single_candle_is_told_as_one(text: str, head: str) -> None:
    one = playing(market_candles={"pair": "BTC/USDT", "candles": [{"close": 5}]})
    assert head in (await Chat(one).say(text)).text


@pytest.mark.parametrize("text", ["price BTC", "analyze BTC", "chart BTC", "market overview", "portfolio"])
async def test_prices_say_that_they_are_simulated(text: str) -> None:
    assert Voice(EN).say("source.simulated") in (await Chat(play).say(text)).text


@pytest.mark.parametrize(
    "text",
    ["buy BTC for 500", "buy 0.1 ETH at 2500", "close BTC", "sell half my BTC", "my positions", "portfolio",
     "how much BTC do I have", "history", "kaufe BTC für 500"],
)  # fmt: skip
async def test_money_says_that_it_is_paper(text: str) -> None:
    assert Voice(EN).say("mode.paper") in (await Chat(play).say(text)).text


@pytest.mark.parametrize(("text", "language"), [("is BTC bullish", EN), ("wie steht BTC", DE)])
async def test_an_analysis_says_that_it_is_no_advice(text: str, language: Language) -> None:
    word = {EN: "buy", DE: "Kauf"}[language]
    closing = Voice(language).say("signal", signal=word, confidence=Voice(language).share(Decimal(72)))
    assert (await Chat(play).say(text)).text.endswith(closing)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("should I buy BTC?", EN),
        ("is it a good time to sell BTC", EN),
        ("soll ich BTC kaufen?", DE),
        ("würdest du BTC verkaufen", DE),
    ],
)
async def test_who_asks_what_to_do_gets_no_advice_but_the_indicators_and_the_words_to_act(
    text: str, language: Language
) -> None:
    voice = Voice(language)
    told = (await Chat(play).say(text)).text
    assert told.startswith(voice.say("no_advice"))
    assert told.endswith(voice.say("advice_act", base="BTC"))
    assert voice.price(Decimal(67000)) in told
    only = [spec for spec in SPECS if spec.name == "market_analyze"]
    assert voice.say("advice_act", base="BTC") not in (await Chat(play, only).say(text)).text


async def test_what_is_said_to_act_on_is_understood() -> None:
    for language in Language:
        for example in re.findall("[“„]([^“”]+)[”“]", Voice(language).say("advice_act", base="BTC")):
            assert await first_calls(example), example


OFFERS: list[Sequence[ToolSpec]] = [SPECS, (), *((spec,) for spec in SPECS), SPECS[::2], SPECS[1::2]]


@pytest.mark.parametrize("tools", OFFERS, ids=lambda tools: ",".join(tool.name for tool in tools) or "none")
@pytest.mark.parametrize("question", ["help", "hilfe"])
async def test_every_example_is_understood_and_uses_only_what_is_on_offer(
    tools: Sequence[ToolSpec], question: str
) -> None:
    lines = (await said(question, tools)).splitlines()
    examples = [line.removeprefix("• ") for line in lines if line.startswith("• ")]
    names = {tool.name for tool in tools}
    for example in examples:
        calls = await first_calls(example, tools)
        assert calls, example
        assert {name for name, _ in calls} <= names
        assert language_of(question, example) == language_of(question)


async def test_with_all_tools_there_are_examples_for_all_of_them() -> None:
    for question in ("help", "hilfe"):
        lines = (await said(question)).splitlines()
        asked = {name for line in lines for name, _ in await first_calls(line.removeprefix("• "))}
        assert asked == {
            "alert_list",
            "alert_preview",
            "arena_leaderboard",
            "chart_leaderboard",
            "approval_list",
            "backtest_run",
            "backtest_optimize",
            "backtest_compare",
            "backtest_list",
            "strategies_list",
            "cron_list",
            "market_overview",
            "market_price",
            "market_analyze",
            "market_candles",
            "memory_add",
            "memory_search",
            "platforms_list",
            "portfolio_get",
            "portfolio_pnl",
            "risk_limits",
            "runs_list",
            "runs_pause",
            "runs_resume",
            "runs_stop",
            "settings_get",
            "skill_list",
            "status",
            "trade_cancelAll",
            "trade_execute",
            "trade_history",
            "trade_orders",
            "trade_positions",
            "trading_halt",
            "trading_reduce",
            "trading_status",
            "watchlist_add",
            "watchlist_list",
            "watchlist_remove",
        }


async def test_every_kind_has_an_answer_also_when_no_tool_is_on_offer() -> None:
    sentences = [*(text for text, _ in CALLS), *(text for text, _ in KINDS)]
    heard = {understand_conversation([Said(text)]).intent.kind for text in sentences}
    assert heard == set(Kind)
    for text in sentences:
        assert await said(text, ())


@pytest.mark.parametrize(
    ("text", "coin"),
    [
        ("price BITCION now", "BTC"),
        ("analyze ETHERIUM please", "ETH"),
        ("buy BITCION for 500", "BTC"),
        ("price XYZ", None),
        ("price BTC", None),
    ],
)
async def test_where_there_is_no_such_pair_a_near_coin_is_named(text: str, coin: str | None) -> None:
    def answers(call: ToolCall) -> Message:
        return failure(call, "NOT_FOUND", "no such pair")

    chat = await Chat(answers).say(text)
    told = EN_VOICE.say("failed", message="no such pair")
    assert chat.text == (f"{told} {EN_VOICE.say('did_you_mean', coin=coin)}" if coin else told)
    assert len(chat.calls) == 1


async def test_an_order_for_a_pair_that_nobody_trades_fails_and_names_a_near_one(tmp_path: Path) -> None:
    async with house(tmp_path, OfflineModel()) as agent:
        content = (await agent.say("buy BITCION for 500")).message.content
        assert content.endswith(EN_VOICE.say("did_you_mean", coin="BTC"))
        (tried,) = agent.all_told("chat.tool_result")
        assert not tried.payload["toolCall"]["ok"]


async def test_another_failure_makes_nobody_guess() -> None:
    def answers(call: ToolCall) -> Message:
        return failure(call, "EXCHANGE_ERROR", "away")

    assert (await Chat(answers).say("price BITCION now")).text == EN_VOICE.say("failed", message="away")


async def test_a_misspelt_coin_is_asked_about_and_not_traded() -> None:
    assert await said("price bitcion") == EN_VOICE.say("near_miss", word="bitcion", coin="BTC")
    assert await said("für 500 bitcion kaufen") == Voice(DE).say(
        "near_miss_trade", word="bitcion", coin="BTC"
    )
    unclear, again = EN_VOICE.say("unclear_order", rest="bitcion"), EN_VOICE.say("meant_in_order", coin="BTC")
    assert await said("buy bitcion for 500") == f"{unclear} {again}"


@pytest.mark.parametrize("name", MEANINGS)
async def test_every_term_is_explained_in_both_languages(name: str) -> None:
    assert await said(f"what is a {name}") == MEANINGS[name].english
    assert await said(f"Erklär mir bitte, was ein {name} ist") == MEANINGS[name].german


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("what is a stop-loss", MEANINGS["stop"].english),
        ("was ist ein Stop-Loss", MEANINGS["stop"].german),
        ("was heißt short", MEANINGS["short"].german),
        ("WAS SIND BOLLINGER-BÄNDER", MEANINGS["bollinger"].german),
        ("what is take profit?", MEANINGS["target"].english),
    ],
)
async def test_a_term_may_be_spelled_as_people_do(text: str, meaning: str) -> None:
    assert await said(text) == meaning


@pytest.mark.parametrize(("text", "example"), [("help", "with stop 5%"), ("hilfe", "mit Stop 5%")])
async def test_help_shows_how_a_stop_is_given(text: str, example: str) -> None:
    assert example in await said(text)


def _fields(phrase: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(phrase) if name}


def test_both_languages_have_the_same_phrases_with_the_same_values() -> None:
    english, german = ANSWERS[EN], ANSWERS[DE]
    assert english.keys() == german.keys()
    assert [key for key in english if _fields(english[key]) != _fields(german[key])] == []
