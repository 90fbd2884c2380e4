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

_LIMITS = frozenset({"max_tokens", "max_completion_tokens"})


def _thinking(body: Body) -> Body:
    """Leave out the temperature, which nobody reads, and give room to think before there is an answer."""
    kept = _without("temperature")(body)
    return {name: max(value, THINKING) if name in _LIMITS else value for name, value in kept.items()}


def _thinking_without_tools(body: Body) -> Body:
    """Let it think only where no tools are: with them, its server wants its thoughts back in later calls."""
    if "tools" in body:
        return {**body, "extra_body": {"thinking": {"type": "disabled"}}}
    return _thinking(body)


CURES: Mapping[str, Callable[[Body], Body]] = {
    "stream_options": _without("stream_options"),
    "temperature": _without("temperature"),
    "max_completion_tokens": _renamed("max_completion_tokens", "max_tokens"),
    "max_tokens": _renamed("max_tokens", "max_completion_tokens"),
    "reasoning_effort": _unreasoned,
}
"""What to do about a field that a refusal names."""

KNOWN: Mapping[str, Callable[[Body], Body]] = {
    "deepseek-flash": _thinking_without_tools,
    "deepseek-v4-pro": _thinking_without_tools,
    "deepseek-reasoner": _thinking,
}
"""What is to be done for a model although its server refuses nothing."""


class Quirks:
    """The refused fields of one server, in the order they were found, besides what is known of its model."""

    def __init__(self, model: str = "", fields: tuple[str, ...] = ()) -> None:
        self._model = model
        self._fields = fields

    def applied(self, body: Body) -> Body:
        """Return the body as this server takes it."""
        known = KNOWN.get(self._model)
        body = body if known is None else known(body)
        for field in self._fields:
            body = CURES[field](body)
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
