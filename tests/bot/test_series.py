"""What a chat shows in the end is what was wanted, whatever its platform does in between."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat import ChatError, MarkupRefused, Message, Place, Sending, TryLater, Unreachable
from bot.pacing import Pacer
from bot.scripted import AnswerLost, ScriptedChat
from bot.series import Outlet, Series, Thread, Wanted
from tests.service import NOON
from trading.clock import ManualClock

HERE = Place("scripted", "1")
Notes = list[Mapping[str, Any]]


def series(
    chat: ScriptedChat, clock: ManualClock, known: Mapping[str, Any] | None = None, notes: Notes | None = None
) -> Series:
    async def note(progress: Mapping[str, Any]) -> None:
        if notes is not None:
            notes.append(progress)

    return Series(Outlet(chat, Pacer(chat.pace, clock)), Thread(HERE, "n"), note, known)


async def let(clock: ManualClock, seconds: float) -> None:
    """Let everybody do what can be done now, and then some time pass."""
    for _ in range(10):
        await asyncio.sleep(0)
    await clock.advance(seconds)


async def passing(clock: ManualClock, task: "asyncio.Task[None]", most: float = 500) -> float:
    """Let time pass until a task is done; return how many seconds it took."""
    seconds = 0.0
    while not task.done() and seconds < most:
        await let(clock, 0.25)
        seconds += 0.25
    assert task.done()
    await task
    return seconds


async def test_a_growing_text_is_one_message_edited_at_most_once_a_second() -> None:
    chat, clock = ScriptedChat(), ManualClock(NOON)
    shown = series(chat, clock)
    keeping = asyncio.create_task(shown.keep())
    for number in range(1, 41):
        shown.want(Wanted("word " * number))
        await let(clock, 0.1)
    shown.want(Wanted("word " * 40 + "end"))
    await let(clock, 2)
    await let(clock, 0)
    keeping.cancel()
    assert chat.texts(HERE) == ["word " * 40 + "end"]
    assert 4 <= chat.posted[HERE.key][0].edits <= 6


async def test_a_text_over_the_length_goes_on_in_new_messages_without_repeating() -> None:
    chat, clock = ScriptedChat(limit=10), ManualClock(NOON)
    shown, notes = series(chat, clock), Notes()
    shown = series(chat, clock, notes=notes)
    for text in ("abc", "abcdefghijklm", "abcdefghijklmnopqrstuvwxyz"):
        shown.want(Wanted(text))
        await passing(clock, asyncio.create_task(shown.reach()))
    assert chat.texts(HERE) == ["abcdefghij", "klmnopqrst", "uvwxyz"]
    assert [each["messages"] for each in notes] == [["101"], ["101", "102"], ["101", "102", "103"]]


async def test_a_shorter_text_takes_the_messages_away_that_it_does_not_need() -> None:
    chat, clock = ScriptedChat(limit=5), ManualClock(NOON)
    shown = series(chat, clock)
    for text in ("abcdefghijkl", "abc"):
        shown.want(Wanted(text))
        await passing(clock, asyncio.create_task(shown.reach()))
    assert (chat.texts(HERE), chat.deleted) == (["abc"], ["102", "103"])


async def test_a_platform_that_asks_to_wait_is_left_alone_for_so_long_and_the_same_message_goes_on() -> None:
    errors: list[ChatError | None] = [None, TryLater("429", 30.0), None]
    chat, clock = ScriptedChat(fault=lambda what, message: errors.pop(0)), ManualClock(NOON)
    shown = series(chat, clock)
    shown.want(Wanted("one"))
    await passing(clock, asyncio.create_task(shown.reach()))
    shown.want(Wanted("two"))
    assert await passing(clock, asyncio.create_task(shown.reach())) >= 30
    assert (chat.texts(HERE), chat.attempts) == (["two"], 3)


async def test_refused_markup_falls_back_to_plain_text_and_refused_text_gives_up() -> None:
    def fault(what: str, message: Message | None) -> ChatError | None:
        text = message.part.text if message else ""
        return MarkupRefused("no") if "*" in text else None

    class Marked(ScriptedChat):
        def parts(self, markdown: str, pictured: bool = False) -> Any:
            return [type(each)(each.text, each.plain.replace("*", "")) for each in super().parts(markdown)]

    chat, clock = Marked(fault=fault), ManualClock(NOON)
    shown = series(chat, clock)
    shown.want(Wanted("a *b*"))
    await passing(clock, asyncio.create_task(shown.reach()))
    assert chat.texts(HERE) == ["a b"]

    hopeless = ScriptedChat(fault=lambda what, message: MarkupRefused("no"))
    shown = series(hopeless, clock)
    shown.want(Wanted("a"))
    with pytest.raises(Unreachable):
        await passing(clock, asyncio.create_task(shown.reach()))


async def test_a_message_that_somebody_deleted_is_shown_anew() -> None:
    chat, clock = ScriptedChat(limit=3), ManualClock(NOON)
    shown = series(chat, clock)
    shown.want(Wanted("abcdef"))
    await passing(clock, asyncio.create_task(shown.reach()))
    chat.posted[HERE.key].pop(0)
    shown.want(Wanted("abXdef"))
    await passing(clock, asyncio.create_task(shown.reach()))
    assert chat.texts(HERE) == ["abX", "def"]


async def test_another_process_goes_on_with_the_messages_that_are_there() -> None:
    chat, clock, notes = ScriptedChat(limit=4), ManualClock(NOON), Notes()
    shown = series(chat, clock, notes=notes)
    shown.want(Wanted("abcdef"))
    await passing(clock, asyncio.create_task(shown.reach()))
    again = series(chat, clock, notes[-1])
    again.want(Wanted("abcdefghij"))
    await passing(clock, asyncio.create_task(again.reach()))
    assert chat.texts(HERE) == ["abcd", "efgh", "ij"]


FAULTS: tuple[Callable[[], ChatError | None], ...] = (
    lambda: None,
    lambda: TryLater("too many", 3.0),
    lambda: TryLater("broken pipe"),
    lambda: AnswerLost("no answer"),
    lambda: MarkupRefused("no"),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=st.lists(st.text("abc ", min_size=1, max_size=60), min_size=1, max_size=8),
    faults=st.lists(st.sampled_from(FAULTS), max_size=30),
    pauses=st.lists(st.floats(0, 5), min_size=8, max_size=8),
)
async def test_what_is_seen_is_what_was_wanted_last_whatever_goes_wrong(
    texts: list[str], faults: list[Callable[[], ChatError | None]], pauses: list[float]
) -> None:
    await _survives(texts, faults, pauses)


@pytest.mark.long
@settings(max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=st.lists(st.text("abc ", min_size=1, max_size=60), min_size=1, max_size=8),
    faults=st.lists(st.sampled_from(FAULTS), max_size=60),
    pauses=st.lists(st.floats(0, 5), min_size=8, max_size=8),
)
async def test_what_is_seen_is_what_was_wanted_last_in_many_runs(
    texts: list[str], faults: list[Callable[[], ChatError | None]], pauses: list[float]
) -> None:
    await _survives(texts, faults, pauses)


async def _survives(
    texts: list[str], faults: list[Callable[[], ChatError | None]], pauses: list[float]
) -> None:
    left = list(faults)
    refusing = {"left": 3}

    def fault(what: str, message: Message | None) -> ChatError | None:
        error = left.pop(0)() if left else None
        if isinstance(error, MarkupRefused):
            # Plain text is taken by every platform.
            if message is None or not message.part.text.startswith("*") or not refusing["left"]:
                return None
            refusing["left"] -= 1
        return error

    class Marked(ScriptedChat):
        def parts(self, markdown: str, pictured: bool = False) -> Any:
            return [type(each)("*" + each.text, each.text) for each in super().parts(markdown)]

    chat, clock = Marked(limit=20, fault=fault), ManualClock(NOON)
    shown = series(chat, clock)
    keeping = asyncio.create_task(shown.keep())
    for text, pause in zip(texts, pauses, strict=False):
        shown.want(Wanted(text))
        await let(clock, pause)
    await passing(clock, asyncio.create_task(_reached(shown, keeping)))
    seen = "".join(text.removeprefix("*") for text in chat.texts(HERE))
    assert seen == texts[-1]
    assert [each.name for each in chat.posted[HERE.key]] == list(shown.messages)


async def _reached(shown: Series, keeping: "asyncio.Task[None]") -> None:
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await shown.reach()


class SlowChat(ScriptedChat):
    """A platform whose answers take until they are let go, and which knows no sending by its nonce."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = asyncio.Event()

    async def send(self, place: Place, message: Message, sending: Sending) -> str:
        name = await super().send(place, message, sending)
        await self.answers.wait()
        self._nonces.clear()
        return name


async def test_what_is_on_its_way_when_nobody_follows_any_more_is_not_sent_again() -> None:
    chat, clock = SlowChat(), ManualClock(NOON)
    notes: Notes = []
    shown = series(chat, clock, notes=notes)
    shown.want(Wanted("half"))
    keeping = asyncio.create_task(shown.keep())
    await let(clock, 0)
    keeping.cancel()
    await let(clock, 0)
    chat.answers.set()
    await asyncio.wait([keeping])
    assert notes == [{"messages": ["101"], "sent": 1}]
    shown.want(Wanted("whole"))
    await passing(clock, asyncio.create_task(shown.reach()))
    assert chat.texts(HERE) == ["whole"]


async def test_who_has_others_to_serve_does_not_wait_for_a_chat_that_is_held() -> None:
    chat, clock = ScriptedChat(), ManualClock(NOON)
    outlet = Outlet(chat, Pacer(chat.pace, clock))
    outlet.pacer.hold(HERE, 60)
    shown = Series(outlet, Thread(HERE, "n"), patient=False)
    shown.want(Wanted("a notice"))
    with pytest.raises(TryLater) as held:
        await shown.reach()
    assert (held.value.wait, chat.attempts) == (60, 0)
