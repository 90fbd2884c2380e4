"""Figures as a language writes them."""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from tools.words.language import Language

UNKNOWN = "–"
_CENT = Decimal("0.01")
_SIGNIFICANT = 6
_DIGITS = 8
_GERMAN_MARKS = str.maketrans(",.", ".,")


def format_number(value: Decimal, language: Language, places: int | None = None) -> str:
    """Write a number in full: grouped thousands, `places` decimals or as many as it has."""
    plain = f"{value:.{places}f}" if places is not None else f"{value:f}"
    if places is None and "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, _, fraction = digits.partition(".")
    grouped = f"{int(whole or '0'):,}"
    text = f"{grouped}.{fraction}" if fraction else grouped
    if sign and not text.strip("0.,"):
        sign = ""
    return sign + (text.translate(_GERMAN_MARKS) if language is Language.DE else text)


def format_price(value: Decimal | None, language: Language) -> str:
    """Write a price: cents from 1 up, six significant digits below."""
    if value is None:
        return UNKNOWN
    if abs(value) >= 1 or value == 0:
        return format_number(value, language, 2)
    return format_number(_significant(value), language)


def format_money(value: Decimal | None, language: Language) -> str:
    """Write a sum of money: in cents, or as a price when it is less than one."""
    if value is None or abs(value) < _CENT:
        return format_price(value, language)
    return format_number(value, language, 2)


def format_amount(value: Decimal | None, language: Language) -> str:
    """Write a quantity of a coin, to eight digits and never without those before the mark."""
    if value is None:
        return UNKNOWN
    places = min(_DIGITS, max(0, _DIGITS - 1 - value.adjusted()))
    return format_number(round(value, places), language)


def format_percent(value: Decimal | None, language: Language, signed: bool = True) -> str:
    """Write a percentage given as such: +2.5 is +2.50%."""
    if value is None:
        return UNKNOWN
    rounded = value.quantize(_CENT, ROUND_HALF_EVEN)
    text = format_number(rounded, language, 2 if signed else None)
    plus = "+" if signed and rounded > 0 else ""
    return f"{plus}{text}{' %' if language is Language.DE else '%'}"


def _significant(value: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = _SIGNIFICANT
        return +value
