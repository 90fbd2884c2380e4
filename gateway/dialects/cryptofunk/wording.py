"""How this API refuses."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from gateway.dialects.cryptofunk import insight_words, trading_words
from gateway.rest.failure import Failure
from tools.wire import IsoTime, unless_none


class Error(BaseModel):
    """What went wrong, in few words; what it was about goes beside them."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    error: str
    message: str
    details: str | None = unless_none()
    field: str | None = unless_none()
    timestamp: IsoTime


def error(failure: Failure) -> Error:
    """Return the body of a failure."""
    return Error(**_words(failure), message=failure.message, timestamp=failure.at)


def _words(failure: Failure) -> Mapping[str, Any]:
    own = trading_words.worded(failure) or insight_words.worded(failure)
    return own or trading_words.usual(failure)
