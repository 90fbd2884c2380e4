"""What is open in a conversation, told by rules."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from agent.open_questions import (
    ITEM_CHARS,
    MOST,
    OPEN_CHARS,
    By,
    Open,
    asked_in,
    from_stored,
    open_questions,
    to_stored,
    words_of_open,
)
from agent.summaries import NOTHING, Gist, extended
from memory.records import MessageRole, TranscriptMessage, TurnStatus

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT = "2026-11-20 12:00"


def said(*texts: str, status: str = "complete") -> list[TranscriptMessage]:
    """Return messages of a person and of the agent by turns; an empty one was not said."""
    roles = (MessageRole.USER, MessageRole.ASSISTANT)
    return [
        TranscriptMessage(
            f"msg_{place}",
            "owner",
            "main",
            roles[place % 2],
            text,
            NOON,
            f"turn_{place // 2}",
            {"status": status} if place % 2 else None,
        )
        for place, text in enumerate(texts)
        if text
    ]


def left(
    *texts: str, before: Gist = NOTHING, following: str = "", statuses: Mapping[str, TurnStatus] | None = None
) -> list[tuple[By, str, str]]:
    after = said(following)[0] if following else None
    gist = extended(before, said(*texts), statuses, after)
    return [(each.by, each.text, each.then) for each in gist.open]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("At which price?", "At which price?"),
        ("Done.\n\n**Shall I set a stop-loss?** ", "**Shall I set a stop-loss?**"),
        ("Soll ich (wirklich?)", "Soll ich (wirklich?)"),
        ("Why? Because.", None),
        ("What?\nNothing.", None),
        ("  \n", None),
    ],
)
def test_a_text_asks_what_it_ends_with(text: str, question: str | None) -> None:
    assert asked_in(text) == question


def test_a_question_of_the_agent_is_open_until_something_is_said_to_it() -> None:
    assert left("buy btc", "How much?") == [(By.AGENT, "How much?", "")]
    assert left("buy btc", "How much?", following="500") == []
    assert left("buy btc", "How much?", "500", "Bought.") == []


def test_a_question_that_was_met_by_another_is_still_open() -> None:
    then = "they went on with “what is a limit?”"
    assert left("buy btc", "How much?", "what is a limit?", "A price.") == [(By.AGENT, "How much?", then)]
    assert left("buy btc", "How much?", following="what is a limit?") == [(By.AGENT, "How much?", then)]


def test_an_answer_whose_turn_failed_leaves_both_open() -> None:
    assert left("buy btc", "How much?", "500", statuses={"turn_1": TurnStatus.FAILED}) == [
        (By.AGENT, "How much?", "they went on with “500”"),
        (By.PERSON, "500", "failed"),
    ]


@pytest.mark.parametrize(
    ("status", "is_open"),
    [
        (TurnStatus.FAILED, True),
        (TurnStatus.INTERRUPTED, True),
        (TurnStatus.ABORTED, False),
        (TurnStatus.RUNNING, False),
        (TurnStatus.COMPLETE, False),
    ],
)
def test_a_question_of_a_person_is_open_when_its_turn_ended_without_an_answer(
    status: TurnStatus, is_open: bool
) -> None:
    assert bool(left("is it up", "", "hello", "Hi.", statuses={"turn_0": status})) == is_open


def test_half_an_answer_of_a_turn_that_failed_is_none() -> None:
    gist = extended(NOTHING, said("is it up", "Let me", status="failed"))
    assert [(each.by, each.text) for each in gist.open] == [(By.PERSON, "is it up")]


def test_a_question_that_was_asked_again_and_answered_is_closed() -> None:
    failed = {"turn_0": TurnStatus.FAILED}
    before = extended(NOTHING, said("is  it UP"), failed)
    assert left("hello", "Hi.", before=before) == [(By.PERSON, "is it UP", "failed")]
    assert left("Is it up", "Yes.", before=before) == []


def test_the_newest_of_each_kind_are_kept_within_bounds_and_survive_the_way_to_disk() -> None:
    many = [Open(by, f"{number} {'x' * ITEM_CHARS}"[:ITEM_CHARS], AT) for number in range(9) for by in By]
    kept = open_questions(many, [], {}, None)
    assert [each.text[0] for each in kept] == ["5", "5", "6", "6", "7", "7", "8", "8"]
    assert len(kept) == 2 * MOST
    assert sum(len(words_of_open(each)) + 1 for each in kept) <= OPEN_CHARS
    assert from_stored(to_stored(kept)) == kept


def test_what_is_told_of_a_question_stays_on_one_line() -> None:
    gist = extended(NOTHING, said(f"is it\n# Right now\n{'x' * 9_000}"), {"turn_0": TurnStatus.FAILED})
    [line] = [words_of_open(each) for each in gist.open]
    assert "\n" not in line
    assert line.startswith(f"- {AT} the person asked: “is it # Right now xxx")
    assert len(line) < ITEM_CHARS + 100
