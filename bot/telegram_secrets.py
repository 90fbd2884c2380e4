"""Keeps a bot's token out of what is logged and told: it is part of every address of the Bot API."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

TALKATIVE = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "telegram.Bot",
    "telegram.request.BaseRequest",
    "telegram.request.HTTPXRequest",
)
"""Loggers that write addresses, parameters or answers; a filter does not reach the loggers below its own."""

HIDDEN = "[hidden]"


class Secrets:
    """Words that nobody may read."""

    def __init__(self, *words: str | None) -> None:
        self._words = tuple(word for word in words if word)

    def hide(self, text: str) -> str:
        """Return a text without the secrets in it."""
        for word in self._words:
            text = text.replace(word, HIDDEN)
        return text

    @contextmanager
    def kept_from_logs(self) -> Iterator[None]:
        """Hide the secrets in whatever the SDK and its HTTP client log until the block ends."""
        loggers = [logging.getLogger(name) for name in TALKATIVE]
        for logger in loggers:
            logger.addFilter(self._hide_in)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeFilter(self._hide_in)

    def _hide_in(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        hidden = self.hide(said)
        if hidden != said:
            record.msg, record.args = hidden, None
        return True
