"""The ways by which people ask to be told of something, and whom each reaches."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from memory.database import UnitOfWork
from tools.errors import InvalidParams
from tools.hook_urls import check_url
from tools.policy import Principal, Role
from tools.webhooks import recipient_of

if TYPE_CHECKING:
    from tools.services import Services

PERSON = re.compile(r"[a-z][a-z0-9]{1,19}:[0-9]{1,20}")
"""The id of somebody of a chat platform."""


class ChannelName(StrEnum):
    """A way to somebody; `webhook` posts to an address of theirs."""

    TELEGRAM = "telegram"
    DISCORD = "discord"
    WEBSOCKET = "websocket"
    WEBHOOK = "webhook"


PLATFORMS = (ChannelName.TELEGRAM, ChannelName.DISCORD)
"""The channels that are chat platforms."""

Channels = Annotated[list[ChannelName], Field(min_length=1, max_length=len(ChannelName))]
"""Where something is told; left out, wherever the caller can be reached."""

Webhook = Annotated[str, Field(min_length=8, max_length=2_000, examples=["https://example.com/hook"])]
"""The address that the channel `webhook` posts to."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Who is told, each by which channel; `problems` say of the other channels why they reach nobody."""

    recipients: tuple[tuple[ChannelName, str], ...]
    problems: tuple[str, ...] = ()


def platform_of(principal: str) -> str | None:
    """Return the chat platform that somebody is of, None for everybody else."""
    return principal.partition(":")[0] if PERSON.fullmatch(principal) else None


async def usual(uow: UnitOfWork, principal: Principal) -> list[ChannelName]:
    """Return the channels by which somebody is told who names none."""
    platform = platform_of(principal.id)
    if platform is not None:
        return [each for each in PLATFORMS if each == platform]
    owners = await _owners(uow) if principal.role is Role.OWNER else ()
    found = {platform_of(each) for each in owners}
    return [ChannelName.WEBSOCKET, *(each for each in PLATFORMS if each in found)]


async def reach(
    uow: UnitOfWork, principal: Principal, channels: Sequence[ChannelName], webhook_id: str | None
) -> Reach:
    """Return whom channels reach for somebody right now, each recipient once."""
    owners = await _owners(uow) if principal.role is Role.OWNER else ()
    told: dict[tuple[ChannelName, str], None] = {}
    problems = []
    for channel in dict.fromkeys(channels):
        found = _recipients(principal, channel, owners, webhook_id)
        told |= dict.fromkeys((channel, each) for each in found)
        if not found:
            problems.append(_problem(principal, channel))
    return Reach(tuple(told), tuple(problems))


def check_channels(
    services: "Services", channels: Sequence[ChannelName] | None, webhook: str | None
) -> tuple[str, ...]:
    """Return what somebody should know of the channels they name; None are the usual ones.

    Raises InvalidParams for what can never work.
    """
    named = tuple(dict.fromkeys(channels or ()))
    if ChannelName.WEBHOOK in named and webhook is None:
        raise InvalidParams("webhook: the channel webhook needs the address to post to")
    if webhook is not None:
        check_url(webhook, services.webhooks.listed)
    warnings = []
    if webhook is not None and named and ChannelName.WEBHOOK not in named:
        warnings.append("Nothing is posted to the webhook: it is not among the channels.")
    states = {each.name: each for each in services.platforms.states()}
    for channel in named:
        state = states.get(channel)
        if channel in PLATFORMS and state is None:
            warnings.append(f"{channel.value} is not connected here; messages wait until it is.")
        elif state is not None and state.problem is not None:
            warnings.append(f"{channel.value} cannot be reached right now: {state.problem}")
    return tuple(warnings)


def _recipients(
    principal: Principal, channel: ChannelName, owners: Sequence[str], webhook_id: str | None
) -> Sequence[str]:
    if channel is ChannelName.WEBHOOK:
        return () if webhook_id is None else (recipient_of(webhook_id),)
    platform = platform_of(principal.id)
    if channel is ChannelName.WEBSOCKET:
        return (principal.id,) if platform is None else ()
    if platform == channel:
        return (principal.id,)
    return [each for each in owners if platform_of(each) == channel]


def _problem(principal: Principal, channel: ChannelName) -> str:
    if channel is ChannelName.WEBHOOK:
        return "No webhook address is set to post to."
    if channel is ChannelName.WEBSOCKET:
        return "Clients of this service do not see what is yours; name your own chat platform or a webhook."
    if principal.role is Role.OWNER:
        return f"Nobody of {channel.value} is paired with you: write to the bot there and approve the code."
    return f"You are not known on {channel.value}, so nothing reaches you there; name another channel."


async def _owners(uow: UnitOfWork) -> Sequence[str]:
    return [each.id for each in await uow.people.all() if each.role == Role.OWNER and each.revoked_at is None]
