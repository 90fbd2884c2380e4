"""What a model has written, read as one decision; what cannot be read is refused by name."""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from agent.arena.decision import WrittenDecision
from agent.messages import sound_text
from agent.shortening import one_line
from trading.errors import UnknownSymbol
from trading.runs.decision import RunDecision
from trading.symbols import Symbol, parse_symbol

MOST_TEXT = 20_000
"""Characters of an answer: a decision takes a few hundred."""

MOST_DIGITS = 40
QUOTED = 40

_MEANT = re.compile(r'\{\s*"')
"""How a brace goes on that is meant to be JSON, and not one in prose."""


class Fault(StrEnum):
    """Why an answer is no decision."""

    NO_TEXT = "no_text"
    TOO_LONG = "too_long"
    NO_JSON = "no_json"
    SEVERAL_DECISIONS = "several_decisions"
    REPEATED_FIELD = "repeated_field"
    MISSING_FIELD = "missing_field"
    UNKNOWN_FIELD = "unknown_field"
    INVALID_FIELD = "invalid_field"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_SYMBOL = "unknown_symbol"
    TRUNCATED = "truncated"


class Unreadable(Exception):
    """Ask the model once more: its answer is no decision. `mend` says in one sentence what to change."""

    def __init__(self, fault: Fault, mend: str, field: str | None = None) -> None:
        super().__init__(f"{fault}: {mend}")
        self.fault = fault
        self.mend = mend
        self.field = field


def read_decision(text: str, symbols: Sequence[Symbol]) -> RunDecision:
    """Return the decision that a text holds: bare JSON, or fenced, with prose around it.

    `symbols` are the pairs that may be named. Raises Unreadable, and nothing else, whatever the text is.
    """
    if not text.strip():
        raise Unreadable(Fault.NO_TEXT, "Answer with one JSON object; the answer was empty.")
    if len(text) > MOST_TEXT:
        says = f"Answer with one JSON object only; {len(text)} characters are more than {MOST_TEXT}."
        raise Unreadable(Fault.TOO_LONG, says)
    written = _validated(_only(list(_objects(text))))
    return written.meant(_pair(written, symbols))


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Go through the JSON objects of a text that lie in no other one."""
    decoder = json.JSONDecoder(
        object_pairs_hook=_unrepeated, parse_float=_figure, parse_int=_figure, parse_constant=_constant
    )
    at = text.find("{")
    while at >= 0:
        try:
            found, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            if _MEANT.match(text, at):
                # What an object inside a broken one says may be the opposite of the whole.
                raise Unreadable(Fault.NO_JSON, "Answer with one complete JSON object.") from None
            end = at + 1
        else:
            yield found
        at = text.find("{", end)


def _only(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    decisions = [_flat(each) for each in found if "action" in each]
    if not found:
        raise Unreadable(Fault.NO_JSON, "Answer with one complete JSON object; there was none in the answer.")
    if not decisions:
        raise Unreadable(Fault.MISSING_FIELD, "Add the field action to the JSON object.", "action")
    if any(each != decisions[0] for each in decisions):
        says = f"Answer with one decision only; there were {len(decisions)} different ones."
        raise Unreadable(Fault.SEVERAL_DECISIONS, says)
    return decisions[0]


def _flat(found: dict[str, Any]) -> dict[str, Any]:
    field = next((name for name, value in found.items() if isinstance(value, dict | list)), None)
    if field is not None:
        raise _about(Fault.INVALID_FIELD, field, "Give the field {} one plain value.")
    return found


def _about(fault: Fault, field: str, says: str) -> Unreadable:
    return Unreadable(fault, says.format(repr(_quoted(field))), _quoted(field))


def _quoted(value: object) -> str:
    return one_line(sound_text(str(value)), QUOTED)


def _validated(found: dict[str, Any]) -> WrittenDecision:
    try:
        return WrittenDecision.model_validate(found)
    except ValidationError as error:
        raise _refused(error, found) from None


_FAULTS = {
    "missing": Fault.MISSING_FIELD,
    "extra_forbidden": Fault.UNKNOWN_FIELD,
    "greater_than": Fault.OUT_OF_RANGE,
    "greater_than_equal": Fault.OUT_OF_RANGE,
    "less_than": Fault.OUT_OF_RANGE,
    "less_than_equal": Fault.OUT_OF_RANGE,
    "multiple_of": Fault.OUT_OF_RANGE,
    "value_error": Fault.NOT_A_NUMBER,
}


def _refused(error: ValidationError, found: dict[str, Any]) -> Unreadable:
    """Return the first problem of a validation as what the model should change."""
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    says = problem["msg"].removeprefix("Value error, ").replace("Input should", "it should", 1)
    if not problem["loc"]:
        return Unreadable(Fault.MISSING_FIELD, f"Complete the JSON object: {says}.")
    field = str(problem["loc"][0])
    fault = _FAULTS.get(problem["type"], Fault.INVALID_FIELD)
    if fault is Fault.MISSING_FIELD:
        return _about(fault, field, "Add the field {} to the JSON object.")
    if fault is Fault.UNKNOWN_FIELD:
        return _about(fault, field, "Leave the field {} out: there is none of that name.")
    value = _quoted(found.get(field))
    return Unreadable(fault, f"Change the field {field}, which is {value!r}: {says}.", field)


def _pair(written: WrittenDecision, symbols: Sequence[Symbol]) -> Symbol | None:
    if written.symbol is None:
        return None
    try:
        symbol = parse_symbol(written.symbol, default_quote=symbols[0].quote if symbols else None)
    except UnknownSymbol:
        symbol = None
    if symbol is None or symbol not in symbols:
        known = ", ".join(each.joined for each in symbols)
        says = f"Name one of {known} as symbol; {_quoted(written.symbol)!r} is not traded here."
        raise Unreadable(Fault.UNKNOWN_SYMBOL, says, "symbol")
    return symbol


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _about(Fault.REPEATED_FIELD, twice, "Write the field {} once.")
    return found


def _figure(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("Infinity")
    if not value.is_finite() or (value and abs(value.adjusted()) > MOST_DIGITS):
        says = f"Write figures of ordinary size; {_quoted(text)} is none."
        raise Unreadable(Fault.OUT_OF_RANGE, says)
    return value


def _constant(text: str) -> Decimal:
    raise Unreadable(Fault.NOT_A_NUMBER, f"Write figures as numbers; {text} is none.")
