"""One order out of two: what both halves say counts, and the later note where they say the same."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from memory.fusion import Candidate, fuse
from memory.terms import terms
from tests.memory.samples import START

Arm = Sequence[tuple[str, float]]

IDS = st.sampled_from("abcdefgh")
WORDS = st.frozensets(st.sampled_from(["btc", "eth", "stop", "tax"]), max_size=4)
ASKED = st.dictionaries(st.sampled_from(["btc", "stop"]), st.just(1.0))
ARM = st.dictionaries(IDS, st.floats(-1e6, 1e6), max_size=8).map(lambda each: list(each.items()))


def about(text: str, days: int = 0) -> Candidate:
    return Candidate(frozenset(terms(text)), START + timedelta(days=days))


def order(
    near: Arm, worded: Arm, asked: Mapping[str, float], candidates: Mapping[str, Candidate]
) -> Sequence[str]:
    return [each for each, _ in fuse(near, worded, asked, candidates)]


def test_what_both_halves_found_comes_before_what_one_did() -> None:
    near = [("both", 0.84), ("near", 0.85), ("far", 0.70)]
    worded = [("both", 8.0), ("worded", 7.0)]
    candidates = {
        each: about("btc" if each in ("both", "worded") else "eth")
        for each in ("both", "near", "far", "worded")
    }
    assert order(near, worded, {"btc": 1.0}, candidates)[0] == "both"


def test_an_exact_token_wins_over_a_text_that_is_merely_alike() -> None:
    candidates = {"right": about("Ticket KR-48213 is settled"), "wrong": about("Ticket KR-48231 is open")}
    near = [("wrong", 0.85), ("right", 0.84)]
    asked = dict.fromkeys(terms("What came of ticket KR-48213?"), 1.0)
    assert order(near, [("right", 9.0), ("wrong", 2.0)], asked, candidates) == ["right", "wrong"]


def test_the_later_one_comes_first_only_where_all_else_is_equal() -> None:
    candidates = {"old": about("btc"), "new": about("btc", days=1), "best": about("btc", days=-9)}
    near = [("best", 0.85), ("old", 0.80), ("new", 0.80)]
    assert order(near, [], {}, candidates) == ["best", "new", "old"]


def test_either_half_alone_keeps_its_order() -> None:
    candidates = {each: about("btc") for each in "abc"}
    arm = [("b", 0.9), ("c", 0.8), ("a", 0.7)]
    assert order(arm, [], {"btc": 1.0}, candidates) == ["b", "c", "a"]
    assert order([], arm, {"btc": 1.0}, candidates) == ["b", "c", "a"]


def test_a_text_that_has_all_words_wins_over_the_nearest_that_has_none() -> None:
    candidates = {"right": about("KR-48213 is settled"), "wrong": about("The complaint is settled")}
    asked = dict.fromkeys(terms("KR-48213?"), 1.0)
    assert order([("wrong", 0.9)], [("right", 9.0)], asked, candidates) == ["right", "wrong"]


def test_scores_of_full_text_may_be_of_any_scale() -> None:
    candidates = {each: about("btc") for each in "abc"}
    worded = [("a", 3.0), ("b", 2.0), ("c", 1.0)]
    small = [(each, score / 1e6) for each, score in worded]
    near = [("c", 0.8), ("b", 0.79)]
    assert fuse(near, small, {"btc": 1.0}, candidates) == fuse(near, worded, {"btc": 1.0}, candidates)


@given(ARM, ARM, ASKED, st.data())
def test_every_candidate_comes_once_with_a_score_between_0_and_1(
    near: list[tuple[str, float]],
    worded: list[tuple[str, float]],
    asked: dict[str, float],
    data: st.DataObject,
) -> None:
    ids = sorted({each for each, _ in (*near, *worded)})
    candidates = {each: Candidate(data.draw(WORDS), START) for each in ids}
    found = fuse(near, worded, asked, candidates)
    assert sorted(each for each, _ in found) == ids
    assert all(0.0 <= score <= 1.0 for _, score in found)
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
