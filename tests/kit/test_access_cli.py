"""`kit access` and `kit settings` as a person types them, at a service that runs."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from typer.testing import CliRunner

from agent.models.scripted import ScriptedModel
from kit.answers import KitError
from kit.cli import app
from tests.service import Running, running


@pytest_asyncio.fixture
async def service(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path, model=ScriptedModel([])) as opened:
        yield opened


async def typed(service: Running, *words: str) -> list[str] | str:
    """Return the lines that a command prints, or the code that it fails with."""
    ran = await asyncio.to_thread(CliRunner().invoke, app, [*words, "--url", service.url])
    if isinstance(ran.exception, KitError):
        return ran.exception.code
    return ran.stdout.splitlines() if ran.exit_code == 0 else f"exit {ran.exit_code}"


async def test_who_asks_is_shown_and_let_in_by_their_code(service: Running) -> None:
    assert len(await typed(service, "access", "list")) == 1
    given = await service.app.services.pairing.ask("telegram:42", "Ann", "telegram:42")
    assert given is not None
    assert given.code is not None
    waiting = await typed(service, "access", "list")
    assert (len(waiting), "telegram:42" in waiting[0], given.code in waiting[0]) == (1, True, False)
    assert await typed(service, "access", "approve", given.code, "--role", "trader") == [
        "telegram:42  trader  Ann"
    ]
    assert await typed(service, "access", "approve", given.code) == "NOT_FOUND"
    assert await typed(service, "access", "role", "telegram:42", "viewer", "--name", "Anna") == [
        "telegram:42  viewer  Anna"
    ]
    assert await typed(service, "access", "revoke", "telegram:42") == ["telegram:42  viewer (revoked)  Anna"]
    assert await typed(service, "access", "list") == ["telegram:42  viewer (revoked)  Anna"]


async def test_who_asks_is_refused_by_code_or_id(service: Running) -> None:
    pairing = service.app.services.pairing
    first = await pairing.ask("telegram:42", "Ann", "telegram:42")
    assert first is not None
    assert len(await typed(service, "access", "deny", first.code or "")) == 1
    assert await pairing.ask("telegram:42", "Ann", "telegram:42")
    assert len(await typed(service, "access", "deny", "telegram:42")) == 1
    assert await typed(service, "access", "deny", "telegram:42") == "NOT_FOUND"
    assert await typed(service, "access", "role", "ann", "owner") == "INVALID_PARAMS"


async def test_settings_are_shown_and_set(service: Running) -> None:
    shown = await typed(service, "settings")
    assert "notifications.fills=on" in shown
    changed = await typed(service, "settings", "notifications.fills=silent", "quietHours=22:00-07:00")
    assert changed == await typed(service, "settings")
    assert set(changed) - set(shown) == {"notifications.fills=silent", "quietHours=22:00-07:00@UTC"}
    assert await typed(service, "settings", "notifications.approvals=off") == "INVALID_PARAMS"
    assert await typed(service, "settings", "colour=red") == "exit 2"
