"""Clients that take nothing of what they are sent."""

import asyncio
import socket

TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)
"""The kernel's own limit, where it has one."""


def give_up_after(transport: asyncio.BaseTransport | None, seconds: float) -> None:
    """Have the kernel end a connection of which nothing was taken for so long, with all that waits for it."""
    connected = None if transport is None else transport.get_extra_info("socket")
    if (
        connected is not None
        and TIMEOUT is not None
        and connected.family in (socket.AF_INET, socket.AF_INET6)
    ):
        connected.setsockopt(socket.IPPROTO_TCP, TIMEOUT, round(seconds * 1_000))
