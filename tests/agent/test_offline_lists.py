"""What is said of what moves, what is watched, what is connected and what is preferred."""

from pathlib import Path

import pytest

from agent.models.offline import OfflineModel
from agent.models.offline.voice import Voice
from tests.agent.offline_driver import Chat
from tests.agent.offline_market import play, playing
from tests.agent.talking import house
from tools.words.language import Language

EN, DE = Voice(Language.EN), Voice(Language.DE)


async def told(text: str, **changed: dict[str, object] | str | None) -> list[str]:
    return (await Chat(playing(**changed) if changed else play).say(text)).text.splitlines()


async def test_an_overview_tells_what_rose_fell_and_traded_most_and_since_when() -> None:
    assert await told("market overview") == [
        "The market since 2023-11-13 22:13 UTC (simulated market), 12 pairs in USDT:",
        "Risen most:",
        "• C0/USDT 1.50 USDT, +7.25%",
        "Fallen most:",
        "• C0/USDT 1.50 USDT, -3.50%",
        "• C1/USDT 1.50 USDT, -1.00%",
        "Traded most:",
        "• C0/USDT 1.50 USDT, 0.00%",
    ]
    german = await told("marktübersicht")
    assert german[0] == "Der Markt seit 13.11.2023 22:13 UTC (simulierter Markt), 12 Paare in USDT:"
    assert german[2] == "• C0/USDT 1,50 USDT, +7,25 %"


async def test_a_list_is_told_also_where_a_price_is_missing() -> None:
    assert await told("watchlist") == [
        EN.say("watchlist", source="live, binance"),
        "• BTC/USDT 67,000.00 USDT, +2.50%",
        "• OLD/USDT – USDT, –",
    ]
    assert await told("zeig watchlist", watchlist_list={"pairs": []}) == [DE.say("watchlist_empty")]


@pytest.mark.parametrize(
    ("text", "voice", "key"),
    [
        ("watch BTC", EN, "watched"),
        ("überwache BTC", DE, "watched"),
        ("unwatch BTC", EN, "unwatched"),
        ("BTC nicht mehr überwachen", DE, "unwatched"),
    ],
)
async def test_a_pair_comes_on_the_list_and_off_it(text: str, voice: Voice, key: str) -> None:
    assert await told(text) == [voice.say(key, pair="BTC/USDT")]


async def test_what_cannot_be_watched_or_is_already_is_told() -> None:
    before = {"pair": "BTC/USDT", "watched": True, "changed": False}
    assert await told("watch BTC", watchlist_add=before) == [EN.say("watched_before", pair="BTC/USDT")]
    assert await told("watch BTC", watchlist_add=None) == [EN.say("failed", message="the exchange is away")]
    assert await told("nicht mehr überwachen") == [DE.say("unwatch_which")]


async def test_what_is_connected_is_told_with_what_is_not() -> None:
    assert await told("platforms") == [
        "Connected:",
        "• binance: live, answers",
        "• kraken: live, does not answer",
        "• account live is armed: it trades real money",
        "• account spare is for real money and not armed",
        "• models: offline:kit",
        "• telegram: running",
        "• discord: failed: the token is refused",
    ]


async def test_settings_are_told_by_the_names_they_are_set_by() -> None:
    assert (await told("settings"))[1:] == [
        "• notifications.fills=silent",
        "• quietHours=none",
        "• busy=queue",
        "• groupBalances=false",
    ]


async def test_the_list_is_kept_by_the_service(tmp_path: Path) -> None:
    async with house(tmp_path, OfflineModel()) as agent:

        async def said(text: str) -> str:
            return (await agent.say(text)).message.content

        assert await said("watch ETH") == EN.say("watched", pair="ETH/USDT")
        assert await said("watch ETH") == EN.say("watched_before", pair="ETH/USDT")
        assert "• ETH/USDT" in await said("watchlist")
        assert await said("unwatch ETH") == EN.say("unwatched", pair="ETH/USDT")
        assert await said("watchlist") == EN.say("watchlist_empty")
        assert "• BTC/USDT" in await said("top movers")
        assert "simulated" in await said("platforms")
        assert "• busy=queue" in await said("settings")
