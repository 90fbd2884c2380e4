"""What is written to Telegram is seen there as it is meant, and what it refuses is told as what it is."""

import asyncio

import pytest

from bot.chat import (
    Adapter,
    Button,
    ChatError,
    Mark,
    MarkupRefused,
    Message,
    MessageLost,
    Pace,
    Part,
    Place,
    TryLater,
    Unreachable,
)
from tests.bot.telegram_desk import CHART, PRIVATE, SHARED, Desk, private, says, sending, visible
from tests.peers.telegram import Fault, Shown, dropped, late, page, refusal

# The SDK warns of a type that it will give one day, whichever is used.
pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after")

BUTTONS = (
    (Button("Buy", "confirm:1", "good"), Button("Cancel", "cancel:1", "bad")),
    (Button("Refresh", "refresh:1"),),
)
KEYBOARD = {
    "inline_keyboard": [
        [
            {"text": "Buy", "callback_data": "confirm:1", "style": "success"},
            {"text": "Cancel", "callback_data": "cancel:1", "style": "danger"},
        ],
        [{"text": "Refresh", "callback_data": "refresh:1"}],
    ]
}
MARKED = Part(
    "🚀 bold code link",
    "🚀 bold code link",
    (Mark("bold", 3, 4), Mark("pre", 8, 4, "python"), Mark("text_link", 13, 4, "https://example.org/")),
)
ENTITIES = [
    {"type": "bold", "offset": 3, "length": 4},
    {"type": "pre", "offset": 8, "length": 4, "language": "python"},
    {"type": "text_link", "offset": 13, "length": 4, "url": "https://example.org/"},
]


async def test_a_message_is_sent_with_its_marks_and_buttons(desk: Desk) -> None:
    async with desk.running() as adapter:
        name = await adapter.send(PRIVATE, Message(MARKED, BUTTONS), sending())
    assert desk.peer.chats["42"][int(name)] == Shown(MARKED.text, None, ENTITIES, KEYBOARD)
    assert dict(desk.peer.of("sendMessage")[0].fields) == {
        "chat_id": "42",
        "text": MARKED.text,
        "entities": ENTITIES,
        "reply_markup": KEYBOARD,
        "link_preview_options": {"is_disabled": True},
        "disable_notification": "false",
    }


async def test_a_message_goes_silently_into_a_thread_as_an_answer(desk: Desk) -> None:
    thread = Place("telegram", SHARED.chat, "9", private=False)
    async with desk.running() as adapter:
        await adapter.send(thread, says("hi"), sending(reply_to="7", silent=True))
        await adapter.typing(thread)
    fields = desk.peer.of("sendMessage")[0].fields
    assert fields["message_thread_id"] == "9"
    assert fields["disable_notification"] == "true"
    assert fields["reply_parameters"] == {"message_id": 7, "allow_sending_without_reply": True}
    assert desk.peer.of("sendChatAction")[0].fields["message_thread_id"] == "9"


async def test_an_edit_changes_text_and_buttons(desk: Desk) -> None:
    async with desk.running() as adapter:
        name = await adapter.send(PRIVATE, says("Buy?", BUTTONS), sending())
        await adapter.edit(PRIVATE, name, Message(MARKED))
    assert desk.peer.chats["42"][int(name)] == Shown(MARKED.text, None, ENTITIES)


async def test_an_edit_to_what_is_there_is_done(desk: Desk) -> None:
    async with desk.running() as adapter:
        name = await adapter.send(PRIVATE, says("same", BUTTONS), sending())
        await adapter.edit(PRIVATE, name, says("same", BUTTONS))
    assert visible(desk.peer, PRIVATE) == {int(name): "same"}


async def test_a_picture_is_sent_with_a_caption_that_can_be_changed(desk: Desk) -> None:
    async with desk.running() as adapter:
        name = await adapter.send(PRIVATE, Message(MARKED, BUTTONS, CHART), sending())
        assert desk.peer.chats["42"][int(name)] == Shown(None, MARKED.text, ENTITIES, KEYBOARD)
        await adapter.edit(PRIVATE, name, says("BTC, 4 h", picture=CHART))
        assert visible(desk.peer, PRIVATE) == {int(name): "BTC, 4 h"}
        await adapter.edit(PRIVATE, name, says("BTC, 1 d"))
    assert visible(desk.peer, PRIVATE) == {int(name): "BTC, 1 d"}
    assert desk.peer.of("sendPhoto")[0].files == ("photo",)


async def test_a_picture_that_is_no_photo_goes_as_a_file(desk: Desk) -> None:
    desk.peer.fail("sendPhoto", refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"))
    async with desk.running() as adapter:
        name = await adapter.send(PRIVATE, says("wide", picture=CHART), sending())
    assert desk.peer.of("sendDocument")[0].files == ("document",)
    assert visible(desk.peer, PRIVATE) == {int(name): "wide"}


async def test_a_message_can_be_taken_away_and_twice_is_no_error(desk: Desk) -> None:
    async with desk.running() as adapter:
        name = await adapter.send(PRIVATE, says("gone soon"), sending())
        await adapter.delete(PRIVATE, name)
        await adapter.delete(PRIVATE, name)
    assert visible(desk.peer, PRIVATE) == {}
    assert len(desk.peer.of("deleteMessage")) == 2


async def test_a_message_that_has_to_stay_is_lost(desk: Desk) -> None:
    async with desk.running() as adapter:
        desk.peer.fail("deleteMessage", refusal(400, "Bad Request: message can't be deleted for everyone"))
        with pytest.raises(MessageLost):
            await adapter.delete(PRIVATE, "5")


async def test_the_private_chat_with_somebody_has_the_number_of_the_person(desk: Desk) -> None:
    adapter = desk.adapter()
    assert await adapter.direct("telegram:42") == PRIVATE
    with pytest.raises(Unreachable):
        await adapter.direct("discord:42")


async def test_a_text_is_told_in_parts(desk: Desk) -> None:
    adapter: Adapter = desk.adapter()
    assert adapter.parts("a *b*") == (Part("a *b*", "a *b*"),)
    assert (adapter.platform, adapter.pace, adapter.problem) == ("telegram", Pace(1.0, 3.0), None)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (refusal(400, "Bad Request: can't parse entities: unsupported"), MarkupRefused),
        (refusal(400, "Bad Request: ENTITY_BOUNDS_INVALID"), MarkupRefused),
        (refusal(400, "Bad Request: chat not found"), Unreachable),
        (refusal(400, "Bad Request: not enough rights to send text messages"), Unreachable),
        (refusal(400, "Bad Request: message thread not found"), Unreachable),
        (refusal(400, "Bad Request: group is upgraded", migrate_to_chat_id=-100999), Unreachable),
        (refusal(403, "Forbidden: bot was blocked by the user"), Unreachable),
        (refusal(403, "Forbidden: bot was kicked from the group chat"), Unreachable),
        (refusal(400, "Bad Request: message is too long"), ChatError),
    ],
)
async def test_a_refusal_is_told_as_what_it_is(desk: Desk, fault: Fault, kind: type[ChatError]) -> None:
    async with desk.running() as adapter:
        desk.peer.fail("sendMessage", fault)
        with pytest.raises(ChatError) as refused:
            await adapter.send(PRIVATE, says("hello"), sending())
        assert type(refused.value) is kind


@pytest.mark.parametrize(
    ("fault", "wait", "unsure"),
    [
        (refusal(429, "Too Many Requests: retry after 17", retry_after=17), 17.0, False),
        (refusal(401, "Unauthorized"), 60.0, False),
        (refusal(500, "Internal Server Error"), 1.0, True),
        (page(502, "<html>Bad Gateway</html>"), 1.0, True),
        (page(200, "<html>Welcome to this hotel</html>"), 1.0, True),
        (page(200, '{"ok": true}'), 1.0, True),
        (dropped, 1.0, True),
    ],
)
async def test_what_passes_is_to_be_tried_later_and_may_have_been_done(
    desk: Desk, fault: Fault, wait: float, unsure: bool
) -> None:
    async with desk.running() as adapter:
        desk.peer.fail("sendMessage", fault)
        with pytest.raises(TryLater) as failed:
            await adapter.send(PRIVATE, says("hello"), sending())
        assert (failed.value.wait, failed.value.unsure) == (wait, unsure)
        name = await adapter.send(PRIVATE, says("hello"), sending())
    assert visible(desk.peer, PRIVATE) == {int(name): "hello"}


async def test_what_could_not_even_be_sent_has_not_been_done(desk: Desk) -> None:
    async with desk.running() as adapter:
        await desk.peer.close()
        with pytest.raises(TryLater) as failed:
            await adapter.send(PRIVATE, says("hello"), sending())
    assert not failed.value.unsure


@pytest.mark.parametrize(
    "description",
    ["Bad Request: message to edit not found", "Bad Request: message can't be edited"],
)
async def test_a_message_that_cannot_be_edited_is_lost(desk: Desk, description: str) -> None:
    async with desk.running() as adapter:
        name = await adapter.send(PRIVATE, says("hello"), sending())
        desk.peer.fail("editMessageText", refusal(400, description))
        with pytest.raises(MessageLost):
            await adapter.edit(PRIVATE, name, says("hello you"))


async def test_a_text_cannot_become_a_picture(desk: Desk) -> None:
    async with desk.running() as adapter:
        name = await adapter.send(PRIVATE, says("hello"), sending())
        with pytest.raises(MessageLost):
            await adapter.edit(PRIVATE, name, says("hello", picture=CHART))


async def test_what_people_wrote_is_not_ours_to_edit(desk: Desk) -> None:
    async with desk.running() as adapter:
        heard = await desk.hears(private("mine"))
        with pytest.raises(MessageLost):
            await adapter.edit(PRIVATE, heard.message, says("yours"))


async def test_nothing_is_sent_before_there_is_a_connection_and_after(desk: Desk) -> None:
    adapter = desk.adapter()
    with pytest.raises(TryLater):
        await adapter.send(PRIVATE, says("early"), sending())
    async with desk.running(adapter):
        pass
    with pytest.raises(TryLater):
        await adapter.send(PRIVATE, says("late"), sending())
    assert desk.peer.of("sendMessage") == []


async def test_a_message_on_its_way_when_the_adapter_stops_is_to_be_tried_later(desk: Desk) -> None:
    async with desk.running() as adapter:
        desk.peer.fail("sendMessage", late(asyncio.Event()))
        on_its_way = asyncio.create_task(adapter.send(PRIVATE, says("hello"), sending()))
        await desk.peer.heard("sendMessage")
    with pytest.raises(TryLater):
        await on_its_way


async def test_messages_to_one_chat_go_one_after_the_other_and_other_chats_are_not_held_up(
    desk: Desk,
) -> None:
    gate = asyncio.Event()
    async with desk.running() as adapter:
        desk.peer.fail("sendMessage", late(gate))
        first = asyncio.create_task(adapter.send(PRIVATE, says("one"), sending("n1")))
        await desk.peer.heard("sendMessage")
        second = asyncio.create_task(adapter.send(PRIVATE, says("two"), sending("n2")))
        await adapter.send(SHARED, says("elsewhere"), sending("n3"))
        assert [each.fields["text"] for each in desk.peer.of("sendMessage")] == ["one", "elsewhere"]
        gate.set()
        await asyncio.gather(first, second)
    assert list(visible(desk.peer, PRIVATE).values()) == ["one", "two"]
