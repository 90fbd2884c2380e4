"""Times of the day and time zones, as people name them."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}; one is Europe/Berlin") from None
    return name


TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["22:30"])]
"""Hours and minutes such as 22:30."""

Zone = Annotated[str, Field(pattern=r"^[A-Za-z0-9_+/-]{1,64}$"), AfterValidator(_zone)]
"""The name of an IANA time zone."""
