"""Holds what went over the wire against the API that Discord publishes.

Its OpenAPI document reaches us as the npm package `discord-api-spec`, which is generated from it.
"""

import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.peers import npm
from tests.peers.discord_state import Entry

PROGRAM = npm.HERE / "discord_spec.mjs"

Schemas = tuple[str, ...]

# By the name of an entry: what its body and its answer are. A name in brackets is a list of it.
HOOKED: tuple[Schemas, Schemas] = (("IncomingWebhookUpdateRequestPartial",), ("MessageResponse",))
ROUTES: dict[str, tuple[Schemas, Schemas]] = {
    r"GET /users/@me": ((), ("UserPIIResponse",)),
    r"GET /oauth2/applications/@me": ((), ("PrivateApplicationResponse",)),
    r"GET /gateway/bot": ((), ("GatewayBotResponse",)),
    r"GET /applications/\d+/commands": ((), ("[ApplicationCommandResponse]",)),
    r"PUT /applications/\d+/commands": (
        ("[ApplicationCommandUpdateRequest]",),
        ("[ApplicationCommandResponse]",),
    ),
    r"POST /users/@me/channels": (("CreatePrivateChannelRequest",), ("PrivateChannelResponse",)),
    r"GET /channels/\d+": ((), ("PrivateChannelResponse",)),
    r"GET /channels/\d+/messages": ((), ("[MessageResponse]",)),
    r"POST /channels/\d+/messages": (("MessageCreateRequest",), ("MessageResponse",)),
    r"PATCH /channels/\d+/messages/\d+": (("MessageEditRequestPartial",), ("MessageResponse",)),
    r"DELETE /channels/\d+/messages/\d+": ((), ()),
    r"POST /channels/\d+/typing": ((), ()),
    r"POST /interactions/\d+/\w+/callback": (
        (
            "CreateMessageInteractionCallbackRequest",
            "UpdateMessageInteractionCallbackRequest",
            "ApplicationCommandAutocompleteCallbackRequest",
        ),
        (),
    ),
    r"POST /webhooks/\d+/\w+": (("IncomingWebhookRequestPartial",), ("MessageResponse",)),
    r"PATCH /webhooks/\d+/\w+/messages/(\d+|@original)": HOOKED,
    r"DELETE /webhooks/\d+/\w+/messages/(\d+|@original)": ((), ()),
}


class DiscordSpec:
    """A running judge of values."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def problems(self, journal: Iterable[Entry]) -> list[str]:
        """Return what does not fit, each with the request that it belongs to."""
        return [
            f"{entry.name}: {problem}"
            for entry in journal
            if " /" in entry.name
            for problem in self._of(entry)
        ]

    def _of(self, entry: Entry) -> list[str]:
        found = [schemas for path, schemas in ROUTES.items() if re.fullmatch(path, entry.name)]
        if not found:
            return ["there is no such route"]
        [(asked, answered)] = found
        # What was refused for its form need not fit.
        problems = [] if entry.status == 400 else self._judged(asked, entry.body)
        if entry.status == 200:
            return problems + self._judged(answered, entry.answer)
        if 400 <= entry.status < 500 and isinstance(entry.answer, dict):
            kind = "RatelimitedResponse" if entry.status == 429 else "ErrorResponse"
            # The document has numbers for codes in the details, where Discord's pages have words.
            told = {key: value for key, value in entry.answer.items() if key != "errors"}
            return problems + self._judged((kind,), told)
        return problems

    def _judged(self, schemas: Schemas, value: Any) -> list[str]:
        if not schemas:
            return [] if value is None else ["there is a body where none belongs"]
        if schemas[0].startswith("["):
            return [problem for each in value for problem in self._judged((schemas[0].strip("[]"),), each)]
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"schemas": schemas, "value": value}) + "\n")
        self._process.stdin.flush()
        judged: list[str] = json.loads(self._process.stdout.readline())
        return judged


@contextmanager
def discord_spec() -> Iterator[DiscordSpec]:
    """Run a judge until the block ends; skips the test when its packages cannot be installed."""
    npm.install()
    process = subprocess.Popen(
        [str(npm.NODE), str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield DiscordSpec(process)
    finally:
        process.communicate(timeout=10)
