"""A process that keeps vectors: requests in by standard input, answers out, one after another.

It is apart from the service because Chroma loads index files without a second look: of some that are damaged
it dies, and it waits without end for a database that somebody holds. Here that ends this process alone.
"""

import fcntl
import os
import sqlite3
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

LENGTH = struct.Struct(">I")
AT_ONCE = 1_000
"""Vectors that are written in one go."""

# As Chroma comes it misses a tenth of the nearest where many notes are alike; so it misses next to none, and
# takes no longer that could be measured.
SPACE: Any = {
    "hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 500, "max_neighbors": 32},
}


def write_frame(stream: BinaryIO, message: Mapping[str, Any]) -> None:
    """Write one message."""
    body = orjson.dumps(message, option=orjson.OPT_SERIALIZE_NUMPY)
    stream.write(LENGTH.pack(len(body)) + body)
    stream.flush()


def read_frame(stream: BinaryIO) -> dict[str, Any]:
    """Read one message; raise EOFError when there is none any more."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    return dict(orjson.loads(stream.read(length)))


class Keeper:
    """The collections of one folder, or of a Chroma server, and the embedder that needs no network."""

    def __init__(self, folder: Path | None, url: str | None) -> None:
        self._folder = folder
        self._url = url
        self._client = self._open()
        self._model: Any = None

    def index(
        self,
        collection: str,
        ids: Sequence[str],
        metadatas: Sequence[Any],
        texts: Sequence[str],
        vectors: Sequence[Sequence[float]] | None,
    ) -> None:
        """Keep a vector under each id, in place of the one that was there."""
        made: Any = self._embedder().embed(list(texts)) if vectors is None else vectors
        self._collection(collection).upsert(ids=list(ids), embeddings=made, metadatas=list(metadatas))

    def search(
        self, collection: str, text: str, vector: Sequence[float] | None, limit: int, where: Any
    ) -> list[tuple[str, float]]:
        """Return the ids nearest to a text or vector, each with its cosine, the nearest first."""
        made: Any = self._embedder().embed([text])[0] if vector is None else vector
        found = self._collection(collection).query(
            query_embeddings=[made], n_results=limit, where=where, include=["distances"]
        )
        distances = found["distances"] or [[]]
        return [(each, 1 - float(far)) for each, far in zip(found["ids"][0], distances[0], strict=True)]

    def delete(self, collection: str, ids: Sequence[str]) -> None:
        """Drop the vectors under these ids."""
        for start in range(0, len(ids), AT_ONCE):
            self._collection(collection).delete(ids=list(ids[start : start + AT_ONCE]))

    def ids(self, collection: str) -> list[str]:
        """Return every id of a collection."""
        return list(self._collection(collection).get(include=[])["ids"])

    def vector(self, collection: str, name: str) -> list[float] | None:
        """Return the vector under an id, None where there is none."""
        found: Any = self._collection(collection).get(ids=[name], include=["embeddings"])["embeddings"]
        return None if found is None or not len(found) else [float(each) for each in found[0]]

    def drop(self, keep: Sequence[str], prefix: str) -> None:
        """Drop every collection of this prefix but these."""
        for each in self._client.list_collections():
            if each.name.startswith(prefix) and each.name not in keep:
                self._client.delete_collection(each.name)

    def rewrite(self, collection: str) -> None:
        """Write a collection anew, so that what was deleted from it is on no disk any more."""
        old = self._collection(collection)
        kept = old.get(include=["embeddings", "metadatas"])
        fresh = self._client.create_collection(
            f"{collection}-new", embedding_function=None, configuration=SPACE, get_or_create=True
        )
        vectors, metadatas = kept["embeddings"], kept["metadatas"]
        for start in range(0, len(kept["ids"]), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            assert vectors is not None
            assert metadatas is not None
            fresh.upsert(ids=kept["ids"][part], embeddings=vectors[part], metadatas=metadatas[part])
        self._client.delete_collection(collection)
        fresh.modify(name=collection)
        if self._folder is not None:
            # The interface lacks what every client has.
            closing: Any = self._client
            closing.close()
            with sqlite3.connect(self._folder / "chroma.sqlite3", isolation_level=None) as file:
                file.execute("VACUUM")
            file.close()
            self._client = self._open()

    def _open(self) -> "ClientAPI":
        import chromadb
        from chromadb.config import Settings

        quiet = Settings(anonymized_telemetry=False)
        if self._url is None:
            return chromadb.PersistentClient(str(self._folder), settings=quiet)
        from urllib.parse import urlsplit

        parts = urlsplit(self._url)
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 8000)
        return chromadb.HttpClient(parts.hostname or "localhost", port, ssl=secure, settings=quiet)

    def _collection(self, name: str) -> "Collection":
        return self._client.get_or_create_collection(name, embedding_function=None, configuration=SPACE)

    def _embedder(self) -> Any:
        if self._model is None:
            from memory.vector_embedder import LocalEmbedder

            self._model = LocalEmbedder()
        return self._model


def main() -> None:
    """Serve until the input ends: `python -m memory.vector_worker FOLDER [URL]`."""
    folder, url = Path(sys.argv[1]), next(iter(sys.argv[2:]), None)
    # Whatever a library prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        # The process of a service that died may still be at its last work.
        fcntl.flock(lock, fcntl.LOCK_EX)
        answer(lambda: Keeper(folder if url is None else None, url), sys.stdin.buffer, answers)


def answer(opening: Callable[[], Keeper], requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    failures: tuple[type[BaseException], ...] = (
        OSError,
        ValueError,
        RuntimeError,
        ImportError,
        sqlite3.Error,
    )
    keeper: Keeper | None = None
    while True:
        try:
            asked = read_frame(requests)
        except EOFError:
            return
        try:
            if keeper is None:
                # Where it cannot be loaded, that is the answer.
                from chromadb.errors import ChromaError

                failures = (ChromaError, *failures)
                keeper = opening()
            work = asked.pop("op")
            told = {"done": None if work == "open" else getattr(keeper, work)(**asked)}
        except failures as error:
            told = {"error": f"{type(error).__name__}: {error}"[:500]}
        write_frame(answers, told)


if __name__ == "__main__":
    main()
