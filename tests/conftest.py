"""What every test begins with, and what conformance tells at the end."""

import os

import pytest
from _pytest.nodeid import coerce_node_id
from hypothesis import HealthCheck, settings

from kit.logs import configure
from tests.peers.databases import (
    database,
    database_url,
    empty_url,
    postgres_peer,
    postgres_template,
    postgres_url,
    sqlite_template,
    sqlite_url,
)

__all__ = [
    "database",
    "database_url",
    "empty_url",
    "postgres_peer",
    "postgres_template",
    "postgres_url",
    "sqlite_template",
    "sqlite_url",
]

# How long an example takes depends on what else the machine does. `make faults` asks for the whole profile.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("short", UNHURRIED, max_examples=30)
settings.register_profile("whole", UNHURRIED, max_examples=300)
settings.load_profile("short")


# Services that tests start in processes of their own have no use for an arena, unless they ask for one.
os.environ.setdefault("KIT_ARENA", "false")


@pytest.fixture(autouse=True)
def quiet_logs() -> None:
    """Keep the service's own log out of what commands print."""
    configure("error")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give long forms all time, and name the group of a test in its id, by which xdist hands it out.

    xdist 3.8 writes that where pytest 9.2 no longer looks for it, and groups would not hold together.
    """
    for item in items:
        if item.get_closest_marker("long") is not None:
            item.add_marker(pytest.mark.timeout(0))
    for item in items if hasattr(config, "workerinput") else ():
        group = item.get_closest_marker("xdist_group")
        if group is not None and "@" not in item.nodeid.rpartition("]")[2]:
            item._id = coerce_node_id(f"{item.nodeid}@{group.args[0]}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the documented cases that passed, failed and wait."""
    counts = {
        outcome: [
            report.nodeid.partition("[")[2].rstrip("]")
            for report in terminalreporter.getreports(outcome)
            if "tests/conformance/" in report.nodeid
        ]
        for outcome in ("passed", "failed", "xfailed")
    }
    if any(counts.values()):
        terminalreporter.section("documented cases")
        for outcome, name in (("passed", "passed"), ("failed", "failed"), ("xfailed", "waiting")):
            told = counts[outcome]
            listed = "" if outcome == "passed" or not told else ": " + ", ".join(sorted(told))
            terminalreporter.write_line(f"{name}: {len(told)}{listed}")
