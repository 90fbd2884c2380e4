"""The terms of a text: the same for the same word or figure, however it is written."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.glossary import widened
from memory.stop_words import STOP_WORDS
from memory.terms import MOST_CHARS, MOST_LETTERS, MOST_TERMS, terms

ALIKE = [
    ("Häuser", "HAEUSER", "hauser"),
    ("Straße", "STRASSE", "strasse"),
    ("1 %", "1%", "1 percent", "1 Prozent", "1.0 %"),
    ("50,000", "50.000", "50'000", "50\u202f000", "50000", "50k"),
    ("1,234.56", "1.234,56", "1234.56", "1234,560"),
    ("0.5 BTC", "0,5 btc", "0.50 BTC", "0.5 ₿"),
    ("BTC/USDT", "btc-usdt", "BTCUSDT", "BTC_USDT"),
    ("300 €", "300 EUR", "300€"),
    ("trade", "trades", "trading", "traded"),
    ("Verlust", "Verluste", "Verlusten"),
    ("Stop", "Stopp", "stops", "Stopps"),
    ("price", "prices"),
    ("family", "families"),
    ("Steuer", "Steuern"),
    ("KR-48213", "kr-48213", "KR_48213"),
]
APART = [
    ("0.5", "5"),
    ("1,500.5", "15005"),
    ("KR-48213", "KR-48231"),
    ("loss", "lot"),
    ("BTC/USDT", "ETH/USDT"),
    ("2026-11-26", "2026-11-27"),
]
# Texts of what the rules are about: endings, figures with their signs, separators, umlauts.
NEAR = st.lists(
    st.sampled_from(
        [
            *"abcdehknprstuäöüß0123456789.,'-_/:% €\u00a0",
            "ing",
            "ung",
            "en",
            "er",
            "ies",
            "e",
            "ue",
            "k",
            "usdt",
            "btc",
            "prozent",
            "percent",
            "pct",
        ]
    ),
    max_size=30,
).map("".join)


@pytest.mark.parametrize("written", ALIKE, ids=lambda each: each[0])
def test_what_is_the_same_has_the_same_terms(written: tuple[str, ...]) -> None:
    assert {tuple(terms(each)) for each in written} == {tuple(terms(written[0]))}
    assert terms(written[0])


@pytest.mark.parametrize(("one", "other"), APART)
def test_what_is_not_the_same_has_other_terms(one: str, other: str) -> None:
    assert set(terms(one)) != set(terms(other))


def test_a_pair_and_an_id_are_found_whole_and_by_their_parts() -> None:
    assert terms("BTC/USDT") == ["btcusdt", "btc", "usdt"]
    assert terms("KR-48213") == ["kr48213", "kr", "48213"]
    assert terms("1 %") == ["1pct", "1"]


def test_words_that_say_nothing_are_left_out() -> None:
    assert [word for word in sorted(STOP_WORDS) if terms(word)] == []
    assert terms("Where is the one that I would have had, and why not?") == []
    assert terms("Wo ist denn das, was ich nicht haben wollte, und warum?") == []


@settings(max_examples=300)
@given(st.text(max_size=80) | NEAR)
def test_terms_are_bounded_plain_and_the_same_when_read_again(text: str) -> None:
    found = terms(text)
    assert all(re.fullmatch(f"[a-z0-9]{{1,{MOST_LETTERS}}}", each) for each in found)
    assert len(set(found)) == len(found)
    assert terms(" ".join(found)) == found


def test_a_text_of_any_length_has_a_bounded_number_of_terms() -> None:
    many = " ".join(f"word{number}" for number in range(50_000))
    assert len(terms(many)) == MOST_TERMS
    assert terms("x" * 1_000_000) == ["x" * MOST_LETTERS]
    assert terms(" " * MOST_CHARS + "late") == []


def test_a_question_is_asked_in_both_languages_its_own_words_counting_more() -> None:
    asked = widened(terms("How do I save tax?"))
    assert asked["tax"] == 1.0
    assert 0 < asked[terms("Steuern")[0]] < 1.0
    assert next(iter(asked)) == terms("save")[0]
    assert widened(["nobodyknows"]) == {"nobodyknows": 1.0}
