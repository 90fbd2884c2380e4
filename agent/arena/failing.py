"""Why a model gave no answer at all, as codes."""

from enum import StrEnum

from agent.models.errors import (
    ContentRefused,
    ModelBusy,
    ModelError,
    ModelKeyRejected,
    ModelRejected,
    ModelUnavailable,
    StreamCut,
)


class Failure(StrEnum):
    """Why there is no whole answer to read."""

    TIMEOUT = "timeout"
    BUSY = "busy"
    CUT_OFF = "cut_off"
    UNAVAILABLE = "unavailable"
    KEY_REJECTED = "key_rejected"
    DECLINED = "declined"
    REJECTED = "rejected"


FAILURES: tuple[tuple[type[ModelError], Failure], ...] = (
    (ModelBusy, Failure.BUSY),
    (StreamCut, Failure.CUT_OFF),
    (ModelUnavailable, Failure.UNAVAILABLE),
    (ModelKeyRejected, Failure.KEY_REJECTED),
    (ContentRefused, Failure.DECLINED),
    (ModelRejected, Failure.REJECTED),
    (ModelError, Failure.UNAVAILABLE),
)
"""What an error of a model means; the first class that fits holds."""


def failure_of(error: ModelError) -> Failure:
    """Return the code of an error."""
    return next(code for kind, code in FAILURES if isinstance(error, kind))
