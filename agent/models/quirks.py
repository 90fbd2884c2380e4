"""What one OpenAI-compatible server turns out not to take, learned from its own refusals.

Compatible servers know different sets of the optional fields, and so do the vendor's own models: the
reasoning ones take no temperature, and some use functions only with the effort "none". A list of models
would be out of date by the next release; the refusal itself names the field. Only what no server refuses is
in a table by model.
"""

from collections.abc import Callable, Mapping
from typing import Any

REFUSALS = frozenset({400, 422})

Body = dict[str, Any]


def _without(field: str) -> Callable[[Body], Body]:
    return lambda body: {name: value for name, value in body.items() if name != field}


def _renamed(old: str, new: str) -> Callable[[Body], Body]:
    return lambda body: {(new if name == old else name): value for name, value in body.items()}


def _unreasoned(body: Body) -> Body:
    return {**body, "reasoning_effort": "none"} if "tools" in body else body


THINKING = 32_768
"""Tokens that an answer may take at least where thinking counts as part of it."""


def _roomy(body: Body) -> Body:
    return {
        name: max(value, THINKING) if name in {"max_tokens", "max_completion_tokens"} else value
        for name, value in body.items()
    }


CURES: Mapping[str, Callable[[Body], Body]] = {
    "stream_options": _without("stream_options"),
    "temperature": _without("temperature"),
    "max_completion_tokens": _renamed("max_completion_tokens", "max_tokens"),
    "max_tokens": _renamed("max_tokens", "max_completion_tokens"),
    "reasoning_effort": _unreasoned,
}
"""What to do about a field that a refusal names."""

KNOWN: Mapping[str, tuple[Callable[[Body], Body], ...]] = {
    "deepseek-reasoner": (_without("temperature"), _roomy),
}
"""What is to be done for a model although nothing refuses it: its server leaves a temperature unread, and its
thinking uses up the limit of an answer before there is one."""


class Quirks:
    """The refused fields of one server, in the order they were found, besides what is known of its model."""

    def __init__(self, model: str = "", fields: tuple[str, ...] = ()) -> None:
        self._model = model
        self._fields = fields

    def applied(self, body: Body) -> Body:
        """Return the body as this server takes it."""
        for cure in (*KNOWN.get(self._model, ()), *(CURES[field] for field in self._fields)):
            body = cure(body)
        return body

    def after(self, error: Any, body: Body) -> "Quirks | None":
        """Return what to believe after a refusal, if it names a field of `body` that can be done without."""
        if getattr(error, "status_code", None) not in REFUSALS:
            return None
        for field in _named(error):
            learned = Quirks(self._model, (*self._fields, field))
            # A field whose cure changes nothing, or has been tried, is not what the refusal is about.
            if field not in self._fields and learned.applied(body) != self.applied(body):
                return learned
        return None


def _named(error: Any) -> list[str]:
    param = getattr(error, "param", None)
    if isinstance(param, str) and param in CURES:
        return [param]
    words = str(error)
    return [field for field in CURES if field in words]
