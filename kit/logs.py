"""Logs: one line per event, to standard error (text on a terminal, else JSON) or to a file."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import structlog

FILE_BYTES = 1 << 20
OLD_FILES = 3

# A traceback's local variables may hold a key.
_NO_LOCALS = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
_FACTS: tuple[structlog.typing.Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
_JSON: tuple[structlog.typing.Processor, ...] = (
    structlog.processors.ExceptionRenderer(_NO_LOCALS),
    structlog.processors.JSONRenderer(),
)


def log_file(home: Path) -> Path:
    """Return where a service logs to whose terminal is a person's."""
    return home / "logs" / "kit.log"


def configure(level: str) -> None:
    """Send this process's logs to standard error from `level` on."""
    number = getattr(logging, level.upper())
    people = sys.stderr.isatty()
    text = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[*_FACTS, *([text] if people else _JSON)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr, format="%(name)s: %(message)s")


def configure_file(level: str, home: Path) -> None:
    """Send this process's logs from `level` on into a home, so that they do not disturb who types."""
    number = getattr(logging, level.upper())
    lines = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_FACTS, structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_JSON],
    )
    file = _LateFile(log_file(home), maxBytes=FILE_BYTES, backupCount=OLD_FILES, encoding="utf-8", delay=True)
    file.setFormatter(lines)
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[file], force=True)
    ours = logging.getLogger("kit.service")
    ours.setLevel(number)
    structlog.configure(
        processors=[*_FACTS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: ours,
        cache_logger_on_first_use=False,
    )


class _LateFile(RotatingFileHandler):
    """Makes its folder when there is something to write: a start that is refused leaves no home behind."""

    def _open(self) -> Any:
        Path(self.baseFilename).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return super()._open()
