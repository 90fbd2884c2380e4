"""What the bot writes on Discord, and what Discord makes of it."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from bot.chat import (
    Button,
    ChatError,
    MarkupRefused,
    Message,
    MessageLost,
    Part,
    Picture,
    Place,
    Sending,
    TryLater,
    Unreachable,
)
from tests.bot.discord.house import TOKEN, House, at_work, idle, place, sending, text
from tests.peers.discord_loopback import LoopbackDiscord, loopback_discord

PNG = b"\x89PNG\r\n\x1a\n and so on"


async def test_a_message_rings_nobody_and_unfolds_no_link(discord: LoopbackDiscord, house: House) -> None:
    earlier = discord.message(discord.lounge, discord.user("ada"), "well?")
    message = Message(
        Part("**sure?**", "sure?"),
        buttons=((Button("Yes", "ok:1", "good"), Button("No", "no:1", "bad")), (Button("Later", "later:1"),)),
    )
    how = Sending("a name of any length at all", reply_to=earlier["id"], silent=True)
    await house.adapter.send(place(discord.lounge), message, how)
    [entry] = discord.told(r"POST /channels/\d+/messages")
    nonce = entry.body.pop("nonce")
    assert len(nonce) == 25
    assert entry.body == {
        "content": "**sure?**",
        "components": [
            {
                "type": 1,
                "components": [
                    {"type": 2, "style": 3, "label": "Yes", "custom_id": "ok:1"},
                    {"type": 2, "style": 4, "label": "No", "custom_id": "no:1"},
                ],
            },
            {"type": 1, "components": [{"type": 2, "style": 2, "label": "Later", "custom_id": "later:1"}]},
        ],
        "allowed_mentions": {"parse": []},
        "flags": 4 | 4096,
        "enforce_nonce": True,
        "message_reference": {"message_id": earlier["id"], "fail_if_not_exists": False},
    }


async def test_more_buttons_than_a_row_holds_go_into_the_next(discord: LoopbackDiscord, house: House) -> None:
    row = tuple(Button("x" * 100, f"b:{number}") for number in range(7))
    more = tuple((Button("y", f"c:{number}"),) for number in range(4))
    await house.adapter.send(place(discord.lounge), Message(Part("?", "?"), buttons=(row,)), sending("1"))
    await house.adapter.send(
        place(discord.lounge), Message(Part("?", "?"), buttons=(row, *more)), sending("2")
    )
    sizes = [
        [len(row["components"]) for row in entry.body["components"]]
        for entry in discord.told(r"POST /channels/\d+/messages")
    ]
    assert sizes == [[5, 2], [5, 5, 1]]


async def test_a_message_grows_by_edits(discord: LoopbackDiscord, house: House) -> None:
    where = place(discord.lounge)
    name = await house.adapter.send(where, text("The"), sending("1"))
    for so_far in ("The price", "The price of", "The price of bitcoin"):
        await house.adapter.edit(where, name, text(so_far))
    assert [entry.status for entry in discord.told(r"PATCH /channels/\d+/messages/\d+")] == [200] * 3
    assert [each["content"] for each in discord.lounge.messages.values()] == ["The price of bitcoin"]


async def test_a_picture_goes_as_a_file_with_its_text(discord: LoopbackDiscord, house: House) -> None:
    message = Message(Part("BTC", "BTC"), picture=Picture("chart.png", PNG))
    name = await house.adapter.send(place(discord.lounge), message, sending("1"))
    [entry] = discord.told(r"POST /channels/\d+/messages")
    assert entry.files == (("chart.png", "image/png", PNG),)
    assert entry.body["attachments"] == [{"id": "0", "filename": "chart.png"}]
    await house.adapter.edit(place(discord.lounge), name, text("BTC/USDT"))
    [shown] = discord.lounge.messages.values()
    assert (shown["content"], shown["attachments"][0]["filename"]) == ("BTC/USDT", "chart.png")


async def test_deleting_what_is_gone_is_no_error(discord: LoopbackDiscord, house: House) -> None:
    name = await house.adapter.send(place(discord.lounge), text("hm"), sending("1"))
    await house.adapter.delete(place(discord.lounge), name)
    await house.adapter.delete(place(discord.lounge), name)
    assert discord.lounge.messages == {}
    assert [entry.status for entry in discord.told(r"DELETE .*")] == [204, 404]


async def test_typing_is_shown(discord: LoopbackDiscord, house: House) -> None:
    await house.adapter.typing(place(discord.lounge))
    assert [entry.status for entry in discord.told(r"POST /channels/\d+/typing")] == [204]


async def test_a_private_chat_is_opened_once(discord: LoopbackDiscord, house: House) -> None:
    ada = discord.user("ada")
    channel = discord.direct(ada)
    for _ in range(2):
        assert await house.adapter.direct(f"discord:{ada['id']}") == place(channel)
    assert [entry.body for entry in discord.told(r"POST /users/@me/channels")] == [
        {"recipient_id": ada["id"]}
    ]


async def test_after_a_lost_answer_the_same_nonce_is_seen_once(
    discord: LoopbackDiscord, house: House
) -> None:
    discord.failing(r"POST /channels/\d+/messages", lost=True)
    with pytest.raises(TryLater) as later:
        await house.adapter.send(place(discord.lounge), text("filled"), sending("fill:1"))
    assert later.value.unsure
    name = await house.adapter.send(place(discord.lounge), text("filled"), sending("fill:1"))
    assert list(discord.lounge.messages) == [name]


async def test_a_short_limit_is_waited_out(discord: LoopbackDiscord, house: House) -> None:
    discord.limiting(r"POST /channels/\d+/messages", 0.05)
    name = await house.adapter.send(place(discord.lounge), text("at last"), sending("1"))
    assert list(discord.lounge.messages) == [name]
    assert [entry.status for entry in discord.told(r"POST /channels/\d+/messages")] == [429, 200]


async def test_a_long_limit_is_handed_on(discord: LoopbackDiscord, house: House) -> None:
    discord.limiting(r"PATCH /channels", 120.5)
    with pytest.raises(TryLater) as limited:
        await house.adapter.edit(place(discord.lounge), "1", text("much"))
    assert (limited.value.wait, limited.value.unsure) == (120.5, False)


async def test_a_bad_gateway_is_tried_again(discord: LoopbackDiscord, house: House) -> None:
    discord.failing(r"POST /channels/\d+/messages", 502)
    name = await house.adapter.send(place(discord.lounge), text("hm"), sending("1"))
    assert list(discord.lounge.messages) == [name]


async def test_an_unavailable_discord_is_to_be_tried_later(discord: LoopbackDiscord, house: House) -> None:
    discord.failing(r"POST /channels/\d+/messages", 503)
    with pytest.raises(TryLater) as later:
        await house.adapter.send(place(discord.lounge), text("hm"), sending("1"))
    assert later.value.unsure
    assert discord.lounge.messages == {}


@pytest.mark.parametrize("status", [403, 429])
async def test_a_block_in_front_of_discord_is_waited_for_a_minute(
    discord: LoopbackDiscord, house: House, status: int
) -> None:
    discord.failing(r"POST /channels/\d+/typing", status, "error code: 1015")
    with pytest.raises(TryLater) as blocked:
        await house.adapter.typing(place(discord.lounge))
    assert (blocked.value.wait, blocked.value.unsure) == (60.0, False)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (403, 50007, Unreachable),
        (403, 50001, Unreachable),
        (403, 50013, Unreachable),
        (403, 50278, Unreachable),
        (403, 20028, Unreachable),
        (400, 50035, MarkupRefused),
        (400, 30046, MessageLost),
        (404, 10008, MessageLost),
        (400, 99999, ChatError),
    ],
)
async def test_refusals_tell_what_to_do(
    discord: LoopbackDiscord, house: House, status: int, code: int, error: type[ChatError]
) -> None:
    discord.lounge.refusal = (code, status)
    name = discord.message(discord.lounge, discord.me, "hm")["id"]
    with pytest.raises(ChatError) as refused:
        await house.adapter.edit(place(discord.lounge), name, text("hm?"))
    assert type(refused.value) is error


async def test_a_closed_private_chat_and_an_unknown_channel_are_unreachable(
    discord: LoopbackDiscord, house: House
) -> None:
    channel = discord.direct(discord.user("ada"))
    channel.refusal = (50007, 403)
    for where in (place(channel), Place("discord", "1")):
        with pytest.raises(Unreachable):
            await house.adapter.send(where, text("hello"), sending("1"))


async def test_a_text_over_the_length_and_an_empty_one_are_refused(
    discord: LoopbackDiscord, house: House
) -> None:
    for content in ("x" * 2001, ""):
        with pytest.raises(MarkupRefused):
            await house.adapter.send(place(discord.lounge), text(content), sending("1"))


async def test_what_is_not_the_bots_or_not_there_cannot_be_edited(
    discord: LoopbackDiscord, house: House
) -> None:
    others = discord.message(discord.lounge, discord.user("ada"), "mine")["id"]
    for name in (others, "1"):
        with pytest.raises(MessageLost):
            await house.adapter.edit(place(discord.lounge), name, text("ours"))


async def test_where_nobody_listens_nothing_was_done() -> None:
    async with AsyncExitStack() as there:
        discord = await there.enter_async_context(loopback_discord(TOKEN))
        async with at_work(discord) as house:
            await discord.until("READY")
            await there.aclose()
            with pytest.raises(TryLater) as later:
                await house.adapter.send(place(discord.lounge), text("hm"), sending("1"))
            assert not later.value.unsure


async def test_before_it_has_come_in_everything_is_for_later(discord: LoopbackDiscord) -> None:
    house = idle(discord)
    for asked in (
        house.adapter.send(place(discord.lounge), text("hm"), sending("1")),
        house.adapter.typing(place(discord.lounge)),
        house.adapter.direct("discord:1"),
    ):
        with pytest.raises(TryLater):
            await asyncio.ensure_future(asked)
