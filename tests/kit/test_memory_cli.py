"""`kit memory` as a person types it, against a service that runs."""

import asyncio
import json
from pathlib import Path

from typer.testing import CliRunner, Result

from kit.answers import KitError
from kit.cli import app
from tests.service import Running, running


async def memory(service: Running, *words: str, said: str = "") -> Result:
    typed = ["memory", *words, "--url", service.url]
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, typed, input=said))


async def test_memories_are_kept_found_shown_and_forgotten_once_a_person_agrees(tmp_path: Path) -> None:
    async with running(tmp_path, limits=False) as service:
        kept = await memory(service, "add", "I never trade at night")
        assert (kept.exit_code, kept.stdout.startswith("mem_")) == (0, True)
        assert "known already" in (await memory(service, "add", "i never trade at NIGHT.")).stdout
        folder = tmp_path / "workspace"
        note = folder / "memory/2026-10-02.md"
        note.parent.mkdir(exist_ok=True)
        note.write_text("# 2026-10-02\n\n- Ann prefers night trains\n")
        (folder / "odd.md").write_bytes(b"\0")

        found = await memory(service, "search", "night", "--json")
        assert {each["path"] for each in json.loads(found.stdout)} == {"MEMORY.md", "memory/2026-10-02.md"}
        assert found.stderr
        shown = await memory(service, "show", "memory/2026-10-02.md")
        assert (shown.exit_code, shown.stdout) == (0, "# 2026-10-02\n\n- Ann prefers night trains\n")
        synced = await memory(service, "rebuild")
        assert (synced.exit_code, "odd.md" in synced.stderr) == (1, True)

        for left in ("\n", "3\n", "x\n"):
            kept = await memory(service, "forget", "night", "trains", said=left)
            assert (kept.exit_code, "Ann prefers" in note.read_text()) == (1, True)
        gone = await memory(service, "forget", "night", "trains", said="1\n")
        assert (gone.exit_code, "Ann prefers" in note.read_text()) == (0, False)
        assert (await memory(service, "undo")).exit_code == 0
        assert "no memories" in (await memory(service, "list")).stdout


async def test_what_cannot_be_shown_or_forgotten_is_told_by_its_code(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        for words, code in (
            (("forget", "mem_none", "--yes"), "NOT_FOUND"),
            (("show", "../config.toml"), "FORBIDDEN"),
            (("undo",), "NOT_FOUND"),
        ):
            failure = (await memory(service, *words)).exception
            assert isinstance(failure, KitError)
            assert failure.code == code
        kept = await memory(service, "add", "I like tea")
        name = kept.stdout.partition(":")[0]
        assert (await memory(service, "forget", name, said="n\n")).exit_code == 1
        assert (await memory(service, "forget", name, said="y\n")).exit_code == 0
