"""What people do on Telegram comes in as what it is, over the wire."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.chat import Incoming, Person, Place
from tests.bot.telegram_desk import (
    ANNA,
    GROUP,
    HERE,
    PRIVATE,
    SHARED,
    SPOKEN_AT,
    START,
    Desk,
    entity,
    grouped,
    private,
)

PERSON = Person("telegram:42", "Anna Weiß", "de")
US = "@kit_test_bot"


async def test_a_private_text_comes_in_whole(desk: Desk) -> None:
    async with desk.running():
        update, number = await desk.peer.write(private("Was kostet BTC? 🚀"))
        (heard,) = await desk.inbox.first(1)
    name = f"telegram:{desk.peer.bot_id}:{update}"
    assert heard == Incoming(name, SPOKEN_AT, PRIVATE, PERSON, str(number), "Was kostet BTC? 🚀")


async def test_a_start_says_what_the_bot_can_and_asks_for_what_it_reads(desk: Desk) -> None:
    async with desk.running() as adapter:
        await desk.peer.heard("getUpdates")
        assert [each.method for each in desk.peer.asked[:4]] == [
            "getMe",
            "deleteWebhook",
            "setMyCommands",
            "getUpdates",
        ]
        assert desk.peer.of("setMyCommands")[0].fields["commands"] == [
            {"command": "price", "description": "What a coin costs"},
            {"command": "stop", "description": "End what is running"},
        ]
        asked = desk.peer.of("getUpdates")[0].fields
        assert asked["allowed_updates"] == ["message", "edited_message", "callback_query"]
        assert adapter.problem is None


@pytest.mark.parametrize(
    ("written", "command", "text"),
    [
        ("/price", "price", ""),
        ("/PRICE btc  eth", "price", "btc  eth"),
        (f"/price{US} btc", "price", "btc"),
        ("/start abc-def", "start", "abc-def"),
        ("/note 🚀 über\nzwei Zeilen", "note", "🚀 über\nzwei Zeilen"),
    ],
)
async def test_a_command_comes_in_with_what_stands_behind_it(
    desk: Desk, written: str, command: str, text: str
) -> None:
    called = written.split(maxsplit=1)[0]
    async with desk.running():
        heard = await desk.hears(private(written, entities=[entity("bot_command", written, called)]))
    assert (heard.command, heard.text, heard.addressed) == (command, text, True)


async def test_a_slash_in_the_middle_is_no_command(desk: Desk) -> None:
    written = "what does /price do"
    async with desk.running():
        heard = await desk.hears(private(written, entities=[entity("bot_command", written, "/price")]))
    assert (heard.command, heard.text) == (None, written)


async def test_a_command_of_another_bot_is_not_for_us(desk: Desk) -> None:
    written = "/price@other_bot btc"
    named = [entity("bot_command", written, "/price@other_bot")]
    us = {"id": desk.peer.bot_id, "is_bot": True, "first_name": "Kit"}
    ours = {"message_id": 5, "date": 1, "chat": GROUP, "from": us, "text": "Hello"}
    async with desk.running():
        heard = await desk.hears(grouped(written, entities=named))
        answer = await desk.hears(grouped(written, entities=named, reply_to_message=ours))
        alone = await desk.hears(private(written, entities=named))
    assert (heard.command, heard.text, heard.addressed) == (None, written, False)
    assert [answer.addressed, alone.addressed] == [False, False]


async def test_a_command_in_a_group_is_for_us(desk: Desk) -> None:
    async with desk.running():
        heard = await desk.hears(grouped("/stop", entities=[entity("bot_command", "/stop", "/stop")]))
    assert (heard.command, heard.addressed, heard.place) == ("stop", True, SHARED)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("@Kit_Test_Bot what is BTC", "what is BTC"),
        ("@kit_test_bot, what is BTC", "what is BTC"),
        ("🚀 hey @kit_test_bot what is BTC", "🚀 hey what is BTC"),
        ("what is BTC @kit_test_bot", "what is BTC"),
        ("what is BTC, @kit_test_bot?", "what is BTC, ?"),
    ],
)
async def test_a_mention_in_a_group_is_for_us_and_not_part_of_the_text(
    desk: Desk, written: str, text: str
) -> None:
    us = next(word for word in (US, "@Kit_Test_Bot") if word in written)
    async with desk.running():
        heard = await desk.hears(grouped(written, entities=[entity("mention", written, us)]))
    assert (heard.text, heard.addressed, heard.place) == (text, True, SHARED)


async def test_a_command_behind_a_mention_is_one(desk: Desk) -> None:
    written = f"{US} /price btc"
    named = [entity("mention", written, US), entity("bot_command", written, "/price")]
    async with desk.running():
        heard = await desk.hears(grouped(written, entities=named))
    assert (heard.command, heard.text, heard.addressed) == ("price", "btc", True)


async def test_talk_among_people_is_not_for_us(desk: Desk) -> None:
    other = "@somebody look"
    async with desk.running():
        plain = await desk.hears(grouped("hello all"))
        named = await desk.hears(grouped(other, entities=[entity("mention", other, "@somebody")]))
    assert [plain.addressed, named.addressed] == [False, False]
    assert named.text == other


async def test_a_mention_by_name_alone_is_for_us(desk: Desk) -> None:
    us = {"id": desk.peer.bot_id, "is_bot": True, "first_name": "Kit"}
    named = {**entity("text_mention", "Kit go", "Kit"), "user": us}
    async with desk.running():
        heard = await desk.hears(grouped("Kit go", entities=[named]))
    assert (heard.text, heard.addressed) == ("go", True)


async def test_an_answer_to_the_bot_is_for_us_and_one_to_a_person_is_not(desk: Desk) -> None:
    us = {"id": desk.peer.bot_id, "is_bot": True, "first_name": "Kit"}
    ours = {"message_id": 5, "date": 1, "chat": GROUP, "from": us, "text": "Hello"}
    async with desk.running():
        to_us = await desk.hears(grouped("and now", reply_to_message=ours))
        to_her = await desk.hears(grouped("and now", reply_to_message={**ours, "from": ANNA}))
    assert [to_us.addressed, to_her.addressed] == [True, False]


async def test_a_thread_of_a_forum_is_a_place_and_being_in_one_that_we_opened_is_no_answer(
    desk: Desk,
) -> None:
    us = {"id": desk.peer.bot_id, "is_bot": True, "first_name": "Kit"}
    opened = {
        "message_id": 9,
        "date": 1,
        "chat": GROUP,
        "from": us,
        "forum_topic_created": {"name": "BTC", "icon_color": 7322096},
    }
    topic = {"message_thread_id": 9, "is_topic_message": True, "reply_to_message": opened}
    async with desk.running():
        inside = await desk.hears(grouped("hi", **topic))
        # Answers outside of forums carry a thread too, which is none.
        outside = await desk.hears(grouped("hi", message_thread_id=9))
    assert inside.place == Place("telegram", "-1001234567890", "9", private=False)
    assert not inside.addressed
    assert outside.place == SHARED


async def test_a_press_comes_in_and_is_acknowledged_once_it_is_stored(desk: Desk) -> None:
    message = {"message_id": 77, "date": 1, "chat": HERE, "text": "Buy?"}
    query = {"id": "q1", "from": ANNA, "chat_instance": "c", "data": "buy:1", "message": message}
    async with desk.running():
        update = await desk.peer.update(callback_query=query)
        (heard,) = await desk.inbox.first(1)
        assert (await desk.peer.heard("answerCallbackQuery")).fields == {"callback_query_id": "q1"}
    name = f"telegram:{desk.peer.bot_id}:{update}"
    assert heard == Incoming(name, START, PRIVATE, PERSON, "77", pressed="buy:1")


async def test_a_press_that_is_too_old_to_acknowledge_stops_nothing(desk: Desk) -> None:
    message = {"message_id": 77, "date": 0, "chat": GROUP}
    query = {"id": "q1", "from": ANNA, "chat_instance": "c", "data": "buy:1", "message": message}
    async with desk.running() as adapter:
        await desk.peer.update(callback_query={**query, "id": " "})
        await desk.inbox.first(1)
        heard = await desk.hears(private("still there?"))
        assert adapter.problem is None
    assert desk.inbox.things[0].place == SHARED
    assert heard.text == "still there?"


FILE: dict[str, Any] = {"file_id": "f", "file_unique_id": "u"}


@pytest.mark.parametrize(
    ("kind", "held"),
    [
        ("voice", {"voice": {**FILE, "duration": 3}}),
        ("photo", {"photo": [{**FILE, "width": 9, "height": 9}], "caption": "my chart"}),
        ("document", {"document": FILE, "caption": "my file"}),
        ("animation", {"animation": {**FILE, "width": 1, "height": 1, "duration": 1}, "document": FILE}),
        ("location", {"location": {"longitude": 1.0, "latitude": 2.0}}),
        ("contact", {"contact": {"phone_number": "1", "first_name": "B"}}),
        ("dice", {"dice": {"value": 3, "emoji": "🎲"}}),
        (
            "sticker",
            {
                "sticker": {
                    **FILE,
                    "type": "regular",
                    "width": 1,
                    "height": 1,
                    "is_animated": False,
                    "is_video": False,
                }
            },
        ),
        (
            "poll",
            {
                "poll": {
                    "id": "1",
                    "question": "?",
                    "options": [],
                    "total_voter_count": 0,
                    "is_closed": False,
                    "is_anonymous": True,
                    "type": "regular",
                    "allows_multiple_answers": False,
                    "allows_revoting": False,
                    "members_only": False,
                }
            },
        ),
    ],
)
async def test_what_nobody_can_read_is_named(desk: Desk, kind: str, held: dict[str, Any]) -> None:
    async with desk.running():
        heard = await desk.hears(private(**held))
    assert (heard.unread, heard.text) == (kind, held.get("caption", ""))


async def test_a_caption_can_hold_a_command(desk: Desk) -> None:
    caption = "/analyze this"
    photo = [{**FILE, "width": 9, "height": 9}]
    marked = [entity("bot_command", caption, "/analyze")]
    async with desk.running():
        heard = await desk.hears(private(photo=photo, caption=caption, caption_entities=marked))
    assert (heard.command, heard.text, heard.unread) == ("analyze", "this", "photo")


async def test_a_changed_message_says_so(desk: Desk) -> None:
    later = datetime(2026, 3, 2, 12, 5, tzinfo=UTC)
    async with desk.running():
        heard = await desk.hears(private("sell", message_id=5, edit_date=int(later.timestamp())))
    assert (heard.message, heard.edited, heard.at, heard.text) == ("5", True, later, "sell")


async def test_what_somebody_else_wrote_first_says_so(desk: Desk) -> None:
    origin = {"type": "hidden_user", "sender_user_name": "X", "date": 1}
    async with desk.running():
        heard = await desk.hears(private("buy this", forward_origin=origin))
    assert heard.forwarded


async def test_a_bot_says_that_it_is_one(desk: Desk) -> None:
    bot = {"id": 9, "is_bot": True, "first_name": "Other"}
    async with desk.running():
        heard = await desk.hears(grouped("hello", **{"from": bot}))
    assert heard.person == Person("telegram:9", "Other", None, is_bot=True)


async def test_a_huge_text_passes_as_it_is(desk: Desk) -> None:
    text = "🚀" * 4096
    async with desk.running():
        assert (await desk.hears(private(text))).text == text


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(grouped(new_chat_title="New name"), id="service"),
        pytest.param(grouped("as the group", sender_chat=GROUP), id="anonymous admin"),
        pytest.param({**grouped("news"), "chat": {**GROUP, "type": "channel"}}, id="channel"),
        pytest.param({"chat": HERE, "text": 7}, id="unreadable"),
        pytest.param({"chat": HERE, "date": 1, "from": 5}, id="more unreadable"),
    ],
)
async def test_what_no_person_said_is_dropped_and_what_follows_comes_in(
    desk: Desk, message: dict[str, Any]
) -> None:
    async with desk.running() as adapter:
        await desk.peer.write(dict(message))
        heard = await desk.hears(private("next"))
        assert adapter.problem is None
    assert heard.text == "next"
