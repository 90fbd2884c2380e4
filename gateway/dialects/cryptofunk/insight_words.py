"""How this API words what goes wrong with decisions, configuration and agents."""

import uuid
from collections.abc import Mapping
from typing import Any

from gateway.dialects.cryptofunk.config import OWN
from gateway.rest.failure import Failure
from tools.errors import Code

OF_ONE_DECISION = frozenset({"decisions.get", "decisions.similar"})

_MISSING: Mapping[str, tuple[str, str, str]] = {
    "decisions.get": ("decision not found", "id", "decision_id"),
    "decisions.similar": ("decision not found", "id", "decision_id"),
    "agents.get": ("agent not found", "name", "name"),
}
"""What is missing: the words, what the path calls it, and what the answer does."""


def worded(failure: Failure) -> Mapping[str, Any] | None:
    """Return the fields in which this failure has words of its own; None where it has none."""
    capability, code = failure.capability, failure.code
    if capability is not None and capability in _MISSING and code == Code.NOT_FOUND:
        words, given, name = _MISSING[capability]
        return {"error": words, name: failure.given.get(given, "")}
    if capability in OF_ONE_DECISION and not _is_uuid(failure.given.get("id", "")):
        return {"error": "invalid decision ID format"} if code == Code.INVALID_PARAMS else None
    if capability == "config.set" and code in (Code.INVALID_PARAMS, Code.MISSING_PARAMS):
        return _invalid_config(failure)
    return None


def _invalid_config(failure: Failure) -> Mapping[str, Any]:
    fields = failure.details.get("fields", ())
    errors = [_renamed(each) for each in failure.message.split("; ")]
    return {
        "error": "validation failed",
        "errors": errors,
        "details": "; ".join(errors),
        "field": OWN.get(fields[0], str(fields[0])) if fields else None,
    }


def _renamed(problem: str) -> str:
    """Return what is wrong with a field by its name here."""
    name, colon, words = problem.partition(": ")
    return f"{OWN.get(name, name)}{colon}{words}"


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
