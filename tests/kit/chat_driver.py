"""The terminal chat in a process of its own: `URL prompt [HISTORY [PICTURES]]`, `URL once TEXT`."""

import asyncio
import fcntl
import sys
import termios
from pathlib import Path

from kit import KitClient
from kit.chat_prompt import once, repl


async def main(url: str, mode: str, given: str | None = None, pictures: str | None = None) -> int:
    async with KitClient(url, token="") as client:
        if mode == "once":
            assert given is not None
            return await once(client, given)
        return await repl(
            client,
            history=Path(given) if given else None,
            pictures=Path(pictures) if pictures else None,
        )


if __name__ == "__main__":
    if sys.stdin.isatty():
        # Ctrl-C reaches whom the terminal belongs to.
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    sys.exit(asyncio.run(main(*sys.argv[1:])))
