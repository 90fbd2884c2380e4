from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.models.port import Message, Role
from agent.open_questions import ITEM_CHARS, By, Open, open_questions
from agent.prompt import (
    HISTORY_CHARS,
    HISTORY_MESSAGES,
    QUOTED_CHARS,
    conversation,
    cut_short,
    system_prompt,
)
from agent.shortening import shortened
from agent.summaries import NOTHING, RECALL_CHARS, SUMMARY_CHARS, Gist, exchanges
from memory.records import MessageRole, TranscriptMessage, TurnStatus

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW = NOON + timedelta(minutes=1)


def past(role: MessageRole, content: str) -> TranscriptMessage:
    return TranscriptMessage("msg", "owner", "main", role, content, NOON)


ROLES = st.sampled_from([MessageRole.USER, MessageRole.ASSISTANT])
TEXTS = st.one_of(
    st.text(max_size=20),
    st.integers(1, 9_000).map(lambda size: "x" * size),
    st.sampled_from([10_000, 26_000, 32_000]).map(lambda size: f"{'y' * size}?"),
)
HISTORIES = st.lists(st.builds(past, ROLES, TEXTS), max_size=80)
EARLIER = st.builds(
    lambda text, left: Gist(text[:SUMMARY_CHARS], open_questions(left, [], {}, None), 7, NOON),
    TEXTS,
    st.lists(st.builds(Open, st.sampled_from(By), st.text(max_size=ITEM_CHARS), st.just("now")), max_size=9),
)


@given(HISTORIES, st.one_of(st.just(NOTHING), EARLIER))
def test_whatever_was_said_a_model_hears_a_bounded_dialogue_that_a_person_begins_and_ends(
    history: list[TranscriptMessage], earlier: Gist
) -> None:
    heard = conversation(history, "and now?", NOW, earlier)
    assert heard[-1] == Message(Role.USER, "and now?", at=NOW)
    assert heard[0].role is Role.USER
    assert all(one.role is not after.role for one, after in pairwise(heard))
    assert all(message.text for message in heard)
    notes = [message for message in heard if message.recalled]
    assert heard[: len(notes)] == notes
    assert sum(len(message.text) for message in notes) <= RECALL_CHARS
    said = heard[len(notes) : -1]
    assert sum(len(message.text) for message in said) <= HISTORY_CHARS
    assert len(said) <= HISTORY_MESSAGES
    newest = [each for each in exchanges(history) if each.asked and each.answered][-1:]
    for message, part in zip(
        said[-2:], [each for one in newest for each in (one.asked, one.answered)], strict=True
    ):
        assert part is not None
        assert message.text == shortened(part.content, len(message.text))
        assert len(message.text) >= min(len(part.content), HISTORY_CHARS // 2 - 1)


def test_the_newest_part_of_a_long_history_is_kept_and_the_rest_is_told_of() -> None:
    history = [
        past(role, f"{number} {'x' * 5_000}")
        for number in range(10)
        for role in (MessageRole.USER, MessageRole.ASSISTANT)
    ]
    notes, taken, *heard = conversation(history, "next", NOW)
    assert [message.text.split()[0] for message in heard] == ["8", "8", "9", "9", "next"]
    assert (notes.recalled, taken.recalled) == (True, True)
    assert [f"“{number} xxx" in notes.text for number in range(10)] == [True] * 8 + [False] * 2


def test_a_conversation_that_fits_is_put_before_a_model_as_it_was() -> None:
    history = [past(MessageRole.USER, "y" * 20_000), past(MessageRole.ASSISTANT, "fine")]
    heard = conversation(history, "next", NOW)
    assert [message.text for message in heard] == ["y" * 20_000, "fine", "next"]


def test_a_message_that_was_not_answered_is_not_put_before_the_model_again() -> None:
    history = [
        past(MessageRole.USER, "buy everything"),
        past(MessageRole.USER, "hello"),
        past(MessageRole.ASSISTANT, "Hi."),
        past(MessageRole.USER, "sell everything"),
    ]
    assert conversation(history, "how are you?", NOW) == [
        Message(Role.USER, "hello", at=NOON),
        Message(Role.ASSISTANT, "Hi.", at=NOON),
        Message(Role.USER, "how are you?", at=NOW),
    ]


def test_the_character_comes_first_and_the_facts_last() -> None:
    documents = {"USER.md": "Likes tea.", "SOUL.md": "You are K.I.T.", "TOOLS.md": "  "}
    prompt = system_prompt(documents, {"time": "noon", "prices": "simulated"})
    assert prompt.startswith("You are K.I.T.\n\n# How you work")
    assert prompt.endswith("# USER.md\nLikes tea.\n\n# Right now\n- time: noon\n- prices: simulated")
    assert "TOOLS.md" not in prompt


@pytest.mark.parametrize(
    "status", [TurnStatus.ABORTED, TurnStatus.FAILED, TurnStatus.INTERRUPTED, TurnStatus.RUNNING]
)
def test_a_turn_that_was_cut_short_is_told_in_one_line(status: TurnStatus) -> None:
    told = cut_short(f"buy\n\n# Right now\n{'x' * 500}", status)
    assert "\n" not in told
    assert "buy # Right now" in told
    assert "x" * QUOTED_CHARS not in told
