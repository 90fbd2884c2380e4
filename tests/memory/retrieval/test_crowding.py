"""What is found many times over leaves room: the best stays, and what may correct it."""

from hypothesis import given
from hypothesis import strategies as st

from memory.crowding import CROWDED, uncrowded
from memory.fusion import Candidate
from memory.terms import terms
from tests.memory.samples import START

TEXTS = {
    "first": "Slept badly, annoyed at the screen, went for a run",
    "second": "Slept badly, annoyed at the screen, cooked a soup",
    "third": "Slept badly, annoyed at the screen, closed the shutters",
    "other": "After two losses I go for a walk",
}
CANDIDATES = {each: Candidate(frozenset(terms(text)), START) for each, text in TEXTS.items()}
RANKED = [("first", 0.6), ("second", 0.58), ("third", 0.56), ("other", 0.5)]

FOUND = st.dictionaries(
    st.sampled_from("abcdefgh"), st.tuples(st.floats(0, 1), st.frozensets(st.sampled_from("xyz")))
)


def order(limit: int) -> list[str]:
    return [each for each, _ in uncrowded(RANKED, CANDIDATES, limit)]


def test_a_third_of_a_kind_comes_after_what_else_was_found() -> None:
    assert order(4) == ["first", "second", "other", "third"]


def test_a_second_of_a_kind_keeps_its_place_and_score() -> None:
    assert uncrowded(RANKED, CANDIDATES, 2) == RANKED[:2]


def test_a_third_of_a_kind_that_is_far_better_stays_before_another() -> None:
    far = [*RANKED[:3], ("other", RANKED[2][1] - CROWDED)]
    assert [each for each, _ in uncrowded(far, CANDIDATES, 4)] == ["first", "second", "third", "other"]


@given(FOUND, st.integers(0, 9))
def test_the_best_comes_first_nothing_is_lost_and_fewer_are_the_first_of_more(
    found: dict[str, tuple[float, frozenset[str]]], limit: int
) -> None:
    candidates = {each: Candidate(held, START) for each, (_, held) in found.items()}
    ranked = sorted(((each, round(score, 6)) for each, (score, _) in found.items()), key=lambda one: -one[1])
    whole = uncrowded(ranked, candidates, len(ranked))
    assert whole[:1] == ranked[:1]
    assert sorted(each for each, _ in whole) == sorted(found)
    assert uncrowded(ranked, candidates, limit) == whole[:limit]
    scores = [score for _, score in whole]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)
