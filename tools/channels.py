"""The ways by which people ask to be told of something."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field


class ChannelName(StrEnum):
    """A way to somebody; `webhook` posts to an address of theirs."""

    TELEGRAM = "telegram"
    DISCORD = "discord"
    WEBSOCKET = "websocket"
    WEBHOOK = "webhook"


Channels = Annotated[list[ChannelName], Field(min_length=1, max_length=len(ChannelName))]
"""Where something is told; left out, wherever the caller can be reached."""

Webhook = Annotated[str, Field(min_length=8, max_length=2_000, examples=["https://example.com/hook"])]
"""The address that the channel `webhook` posts to."""
