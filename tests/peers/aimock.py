"""Runs `@copilotkit/aimock`, an independent server of both vendors' protocols, on loopback."""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.peers import npm

PACKAGE = "@copilotkit/aimock"
PROGRAM = npm.MODULES / PACKAGE
LISTENING = re.compile(r"listening on (http://[\d.]+:\d+)")


@dataclass(frozen=True, slots=True)
class Aimock:
    """A running peer; `url` is Anthropic's base, OpenAI's is below it at `/v1`."""

    url: str

    @property
    def openai_url(self) -> str:
        """Return the base URL for OpenAI's SDK."""
        return f"{self.url}/v1"

    def journal(self) -> list[dict[str, Any]]:
        """Return the requests it got, oldest first, normalised to OpenAI's shape."""
        with urlopen(f"{self.url}/__aimock/journal") as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found


@contextmanager
def aimock(fixtures: Sequence[dict[str, Any]]) -> Iterator[Aimock]:
    """Run the peer with these fixtures on a free port until the block ends.

    Skips the test with the reason when the peer cannot be installed; in CI the test fails instead.
    """
    npm.install()
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "fixtures.json"
        script.write_text(json.dumps({"fixtures": list(fixtures)}))
        command = [str(npm.NODE), str(PROGRAM / "dist" / "cli.js"), "-p", "0", "-f", str(script), "--strict"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            yield Aimock(_ready(process))
        finally:
            process.terminate()
            process.communicate(timeout=10)


def _ready(process: "subprocess.Popen[str]") -> str:
    """Return where the peer listens; it says so once it does."""
    heard = []
    for line in process.stdout or ():
        heard.append(line)
        if found := LISTENING.search(line):
            return found.group(1)
    return npm.unavailable(f"{PACKAGE} did not start: {''.join(heard)[-500:]}")
