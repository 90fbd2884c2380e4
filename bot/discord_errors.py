"""What Discord refuses, in the words of chats."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from bot.chat import ChatError, MarkupRefused, MessageLost, TryLater, Unreachable

UNCLEAR_WAIT = 2.0
BLOCKED_WAIT = 60.0


class TicketGone(MessageLost):
    """An interaction is over: what was to go through it has to go through its channel."""


# Discord's own codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
CODES: dict[int, type[ChatError]] = {
    10003: Unreachable,  # unknown channel
    10004: Unreachable,  # unknown guild
    10008: MessageLost,  # unknown message
    10013: Unreachable,  # unknown user
    10015: TicketGone,  # unknown webhook
    10062: TicketGone,  # unknown interaction
    30046: MessageLost,  # too many edits of a message older than an hour
    40060: TicketGone,  # already acknowledged
    50001: Unreachable,  # missing access
    50005: MessageLost,  # written by somebody else
    50006: MarkupRefused,  # empty message
    50007: Unreachable,  # cannot send messages to this person
    50009: Unreachable,  # the guild asks for more verification
    50013: Unreachable,  # missing permissions
    50027: TicketGone,  # invalid webhook token
    50035: MarkupRefused,  # invalid form body
    50083: MessageLost,  # the thread is archived; a new message opens it again
    50278: Unreachable,  # no guild in common with this person
    160005: Unreachable,  # the thread is locked
}

# No connection came about; a RuntimeError is aiohttp's word for a session that was closed meanwhile.
UNSENT = (aiohttp.ClientConnectorError, RuntimeError)

STATUSES: dict[int, type[ChatError]] = {403: Unreachable, 404: MessageLost}


@contextmanager
def told() -> Iterator[None]:
    """Turn what discord.py raises into a ChatError.

    It waits out short limits and tries 500, 502 and 504 again by itself, for half a minute; the rest comes
    here. A connection that broke is not chained: its text may hold an address with an interaction's token.
    """
    try:
        yield
    except discord.RateLimited as limited:
        raise TryLater("Discord asks to slow down", limited.retry_after) from limited
    except discord.HTTPException as refused:
        raise _refusal(refused) from refused
    except (aiohttp.ClientError, OSError, RuntimeError) as broken:
        reason = f"Discord cannot be reached: {type(broken).__name__}"
        raise TryLater(reason, UNCLEAR_WAIT, unsure=not isinstance(broken, UNSENT)) from None


def _refusal(refused: discord.HTTPException) -> ChatError:
    reason = f"Discord answered {refused.status} (code {refused.code})"
    kind = CODES.get(refused.code) or STATUSES.get(refused.status)
    if refused.status in {403, 429} and not refused.code:
        # Not from Discord, which gives its reasons a code, but from what guards it.
        return TryLater(reason, BLOCKED_WAIT)
    if kind is not None:
        return kind(reason)
    if refused.status in {401, 429} or refused.status >= 500:
        # Behind a gateway that fails, what was asked may have been done.
        return TryLater(reason, UNCLEAR_WAIT, unsure=refused.status >= 500)
    return ChatError(reason)
