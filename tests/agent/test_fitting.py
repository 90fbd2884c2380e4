"""Which requests reach which skills."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.fitting import MOST, READ_CHARS, fitting
from kit.skillset import build_skills
from memory.skill_sheet import SkillSheet
from tests.agent.skill_sentences import SENTENCES
from tools.catalog import CATALOG
from tools.skillbook import Skill, SkillStatus

CORE = build_skills(CATALOG).all()


def skill(name: str, *when: str, description: str = "Nothing", own: bool = True) -> Skill:
    sheet = SkillSheet(name, name.title(), description, "text", "instructions", when=when)
    return Skill(name, own, SkillStatus.LOADED, None, sheet, None, (), None, ())


def chosen(request: str, *skills: Skill) -> list[str]:
    return [each.id for each in fitting(request, skills)]


@pytest.mark.parametrize(("request_", "wanted"), SENTENCES)
def test_a_request_reaches_the_skill_that_is_for_it_and_small_talk_none(
    request_: str, wanted: str | None
) -> None:
    assert next(iter(chosen(request_, *CORE)), None) == wanted


def test_both_languages_and_small_talk_are_among_the_sentences() -> None:
    wanted = [each for _, each in SENTENCES]
    assert {each.id for each in CORE} == set(wanted) - {None}
    assert len(wanted) >= 40
    assert wanted.count(None) >= 20


def test_two_skills_are_chosen_at_most_and_the_second_only_when_it_comes_near() -> None:
    skills = [skill(name, "full moon") for name in ("c", "a", "b")]
    assert chosen("is it a full moon?", *skills) == ["a", "b"]
    better = skill("z", "full moon over the sea tonight")
    assert chosen("a full moon over the sea tonight", *skills, better) == ["z"]


def test_an_own_skill_goes_before_a_built_in_one_that_fits_as_well() -> None:
    builtin, own = skill("a", "full moon", own=False), skill("b", "full moon")
    assert chosen("full moon", builtin, own) == ["b", "a"]


@pytest.mark.parametrize(
    ("phrase", "request_", "fits"),
    [
        ("Vollmond", "wann ist VOLLMOND?", True),
        ("Vollmond", "wann ist Vollmondnacht?", False),
        ("über den Mond", "UEBER den mond", True),
        ("schließe", "Schliesse das", True),
        ("full moon", "the moon is full", False),
        ("full moon", "full, moon!", True),
        ("full moon", "full of moon", False),
        ("tell me ... moon", "tell me about the next full moon", True),
        ("tell me ... moon", "tell me one two three four five six moon", True),
        ("tell me ... moon", "tell me one two three four five six seven moon", False),
        ("a ... b c", "a b x b c", True),
        ("moon...", "moon", True),
        ("...", "anything at all", False),
        ("!", "wow!", False),
        ("caña", "CANA", True),
    ],
)
def test_a_phrase_is_whole_words_in_order_whatever_their_case(phrase: str, request_: str, fits: bool) -> None:
    assert chosen(request_, skill("moon", phrase)) == (["moon"] if fits else [])


def test_without_a_phrase_three_words_of_the_description_are_needed() -> None:
    moon = skill("moon", description="Tells which phase the moon has, and its eclipses for you")
    assert chosen("which phase has the moon, and when are eclipses?", moon) == ["moon"]
    assert chosen("which phase has the moon for you?", moon) == []


@pytest.mark.parametrize("status", [SkillStatus.DISABLED, SkillStatus.ERROR])
def test_a_skill_that_is_not_loaded_is_never_chosen(status: SkillStatus) -> None:
    assert chosen("full moon", replace(skill("moon", "full moon"), status=status)) == []


def test_the_beginning_of_a_request_decides() -> None:
    assert chosen("x " * READ_CHARS + "full moon", skill("moon", "full moon")) == []


@given(st.text(max_size=300), st.lists(st.text(max_size=60), max_size=6))
def test_any_request_and_any_phrases_choose_a_few_in_the_same_way(request: str, when: list[str]) -> None:
    skills = [*CORE, skill("own", *when)]
    found = chosen(request, *skills)
    assert len(found) == len(set(found)) <= MOST
    assert found == chosen(request, *reversed(skills))
