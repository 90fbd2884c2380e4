"""The judge of chats finds each breach, and only that."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.faults.post_judge import Copy, Evidence, Name, judge, repeated

ANN, BOB = "1001", "1002"
UPDATE, AMOUNT = "telegram:1:5", Decimal("0.01")


def name(number: int, chat: str = ANN) -> Name:
    return Name(chat, number)


def copy(number: int, tells: int | None, chat: str = ANN) -> Copy:
    return Copy(name(number, chat), tells)


RIGHT = Evidence(
    copies=(copy(10, 0), copy(11, 1), copy(12, 2, BOB), copy(13, None, BOB)),
    lost=frozenset(),
    cut=frozenset(),
    told={0: ANN, 1: ANN, 2: BOB},
    asked={UPDATE: AMOUNT},
    known=frozenset({name(10), name(11), name(12, BOB), name(13, BOB)}),
    settled={UPDATE: "answered"},
    answers={UPDATE: [name(13, BOB)]},
    bought=[AMOUNT],
)


def test_what_is_right_is_acquitted() -> None:
    assert judge(RIGHT) == []
    assert repeated(RIGHT) == []


AGAIN = replace(
    RIGHT,
    copies=(copy(9, 0), *RIGHT.copies),
    known=RIGHT.known | {name(9)},
    lost=frozenset(),
    cut=frozenset(),
)


def test_a_notice_may_come_again_when_nobody_can_know_that_it_arrived() -> None:
    assert repeated(AGAIN) == [0]
    assert {each.rule for each in judge(AGAIN)} == {
        "a notice comes again only when nobody can know that it arrived"
    }
    unknown, first, second = replace(AGAIN, known=RIGHT.known), frozenset({name(9)}), frozenset({name(10)})
    assert judge(replace(unknown, lost=first)) == []
    assert judge(replace(unknown, cut=first)) == []
    # It is the first one that has to be excused, not the one that was sent without need.
    assert judge(replace(AGAIN, lost=second)) == judge(replace(AGAIN, cut=second)) == judge(AGAIN)


def test_an_order_that_a_kill_has_interrupted_is_not_done_and_not_done_nevertheless() -> None:
    interrupted = replace(RIGHT, interrupted=frozenset({AMOUNT}), bought=())
    assert judge(interrupted) == []
    assert {each.rule for each in judge(replace(interrupted, bought=[AMOUNT]))} == {"a command is done once"}


def test_what_is_asked_first_is_not_done_and_not_done_nevertheless() -> None:
    asks = replace(RIGHT, confirming=frozenset({name(13, BOB)}), bought=())
    assert judge(asks) == []
    assert {each.rule for each in judge(replace(asks, bought=[AMOUNT]))} == {"a command is done once"}
    assert {each.rule for each in judge(replace(asks, confirming=frozenset()))} == {"a command is done once"}


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("a notice arrives", replace(RIGHT, told={**RIGHT.told, 3: ANN})),
        ("a notice arrives", replace(RIGHT, told={**RIGHT.told, 2: ANN})),
        (
            "notices come in their order",
            replace(RIGHT, copies=(copy(10, 1), copy(11, 0), *RIGHT.copies[2:])),
        ),
        ("what was sent is on record", replace(RIGHT, known=RIGHT.known - {name(13, BOB)})),
        ("what is on record was sent", replace(RIGHT, known=RIGHT.known | {name(99)})),
        ("an update is answered", replace(RIGHT, settled={})),
        ("an update is answered", replace(RIGHT, settled={UPDATE: None})),
        ("an update is answered", replace(RIGHT, answers={UPDATE: ()})),
        ("a command is done once", replace(RIGHT, bought=())),
        ("a command is done once", replace(RIGHT, bought=[AMOUNT, AMOUNT])),
        ("a command is done once", replace(RIGHT, bought=[AMOUNT, Decimal(1)])),
    ],
)
def test_each_breach_is_named(rule: str, wrong: Evidence) -> None:
    assert {each.rule for each in judge(wrong)} == {rule}
