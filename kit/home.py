"""KIT_HOME: the one folder that belongs to a service."""

import os
from importlib import resources
from pathlib import Path

from memory.workspace import FILES

CONFIG = "config.toml"
STRATEGIES = "strategies"
SKILLS = "skills"


def template(name: str) -> str:
    """Return a file that the first start makes."""
    return resources.files("kit").joinpath("templates", name).read_text(encoding="utf-8")


def workspace_templates() -> dict[str, str]:
    """Return the files of a new workspace by name."""
    return {name: template(name) for name in FILES}


def prepare(home: Path) -> None:
    """Make the home, readable by its owner only, and the commented config, where they are not there yet."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / "data").mkdir(mode=0o700, exist_ok=True)
    if not os.path.lexists(home / SKILLS):
        (home / SKILLS).mkdir(mode=0o700)
    strategies = home / STRATEGIES
    if not strategies.exists():
        strategies.mkdir(mode=0o700)
        (strategies / "example.py").write_text(template("example_strategy.py"), encoding="utf-8")
    config = home / CONFIG
    if not config.exists():
        config.touch(mode=0o600)
        config.write_text(template(CONFIG), encoding="utf-8")
