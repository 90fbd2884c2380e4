"""The answers by which the agent says that there is nothing to tell."""

import re
from typing import Final

NOTHING_TO_REPORT: Final = "NOTHING_TO_REPORT"
HEARTBEAT_OK: Final = "HEARTBEAT_OK"

_DECORATION = re.compile(r"[\s*_~`#>\"'“”.!()\[\]-]+")
_QUIET = frozenset(_DECORATION.sub("", each) for each in (NOTHING_TO_REPORT, HEARTBEAT_OK))


def is_nothing(answer: str) -> bool:
    """Tell whether an answer is one of these words and nothing else, markup and full stops aside."""
    return _DECORATION.sub("", answer.upper()) in _QUIET
