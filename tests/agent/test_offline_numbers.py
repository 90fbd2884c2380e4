"""Numbers as people type them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.words.language import Language
from tools.words.numbers import parse_number
from tools.words.render import format_amount, format_money, format_number

EN, DE = Language.EN, Language.DE

values = st.decimals(min_value=-(10**12), max_value=10**12, places=8, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("500", EN, "500"),
        ("0.5", EN, "0.5"),
        ("0,5", EN, "0.5"),
        ("0,5", DE, "0.5"),
        ("0.125", DE, "0.125"),
        ("1.000", EN, "1"),
        ("1.000", DE, "1000"),
        ("1,000", EN, "1000"),
        ("1,000", DE, "1"),
        ("1,000.50", EN, "1000.50"),
        ("1,000.50", DE, "1000.50"),
        ("1.000,50", EN, "1000.50"),
        ("1.000,50", DE, "1000.50"),
        ("1.234.567", EN, "1234567"),
        ("1,234,567.89", DE, "1234567.89"),
        ("60.5", DE, "60.5"),
        ("5k", EN, "5000"),
        ("1.5m", EN, "1500000"),
        ("1,5mio", DE, "1500000"),
        ("2.5k", DE, "2500"),
        ("-5", EN, "-5"),
        ("007", EN, "7"),
    ],
)
def test_a_number_is_read_as_its_language_writes_it(text: str, language: Language, value: str) -> None:
    assert parse_number(text, language) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["", "-", ".", ",5", "5,", "1,2,3", "1.2.3", "1,00,000", "1.000,", "1,000.5.0", "5x", "5kk", "5 k", "--5",
     "1e5", "½", "٣", "1" * 31, "nan", "inf", "0x10"],
)  # fmt: skip
@pytest.mark.parametrize("language", Language)
def test_what_is_no_number_is_none(text: str, language: Language) -> None:
    assert parse_number(text, language) is None


@given(value=values, language=st.sampled_from(Language))
def test_a_written_number_is_read_back_as_itself(value: Decimal, language: Language) -> None:
    assert parse_number(format_number(value, language), language) == value


@given(value=values, language=st.sampled_from(Language))
def test_two_decimals_are_written_and_read_back_to_the_cent(value: Decimal, language: Language) -> None:
    assert parse_number(format_number(value, language, 2), language) == round(value, 2)


@given(whole=st.integers(1, 999_999_999), cents=st.integers(0, 99), language=st.sampled_from(Language))
def test_with_both_marks_the_language_does_not_matter(whole: int, cents: int, language: Language) -> None:
    english = f"{whole:,}.{cents:02}"
    german = english.translate(str.maketrans(",.", ".,"))
    if whole >= 1000:
        assert parse_number(english, language) == parse_number(german, language)
    assert parse_number(english, Language.EN) == Decimal(f"{whole}.{cents:02}")
    assert parse_number(german, Language.DE) == Decimal(f"{whole}.{cents:02}")


@given(text=st.text("0123456789.,-km", max_size=40), language=st.sampled_from(Language))
def test_any_text_of_digits_and_marks_is_a_finite_number_or_none(text: str, language: Language) -> None:
    value = parse_number(text, language)
    assert value is None or value.is_finite()


@pytest.mark.parametrize(
    ("value", "amount", "money"),
    [
        ("99449.04894678", "99,449.049", "99,449.05"),
        ("0.00727", "0.00727", "0.00727"),
        ("-0.498809", "-0.498809", "-0.50"),
        ("123456789.5", "123,456,790", "123,456,789.50"),
        ("0.000000004", "0", "0.000000004"),
        ("0", "0", "0.00"),
    ],
)
def test_amounts_keep_eight_digits_and_money_its_cents(value: str, amount: str, money: str) -> None:
    assert format_amount(Decimal(value), EN) == amount
    assert format_money(Decimal(value), EN) == money
    assert (format_amount(None, DE), format_money(None, DE)) == ("–", "–")
