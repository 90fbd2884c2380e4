"""The parts of memory that settings choose: what makes vectors, and where they lie."""

from zoneinfo import ZoneInfo

from agent.distilling import Distiller
from agent.models.port import Model
from kit.background.loop import Loop
from kit.errors import CannotStart
from kit.settings import Settings
from memory.database import Database
from memory.embed import Embedder
from memory.embed_openai import OpenAIEmbedder
from memory.following import Follower
from memory.memory_index import MemoryIndex
from memory.notebook import Notebook
from memory.vectors import ChromaVectors, Vectors
from memory.workspace import Workspace
from tools.chronicle import Chronicle
from trading.clock import Clock
from trading.ports import NewId

VECTORS = "vectors"
"""The folder of the home's data in which Chroma keeps them."""

EVERY = 1.5
"""Seconds between two looks at the files."""

DISTILLED_EVERY = 60.0
"""Seconds between two looks for conversations that rest."""


def build_vectors(settings: Settings, new_id: NewId) -> Vectors | None:
    """Return where vectors lie, None where memories are to be found by their words alone.

    Raises CannotStart for an embedder that lacks its key.
    """
    if settings.embeddings == "off":
        return None
    folder = settings.data / VECTORS
    return ChromaVectors(folder, new_id, _embedder(settings), settings.chroma_url)


def build_notebook(
    settings: Settings, workspace: Workspace, database: Database, clock: Clock, new_id: NewId
) -> Notebook:
    """Return everybody's memories; raise CannotStart that says what to mend."""
    index = MemoryIndex(database, build_vectors(settings, new_id), clock, new_id)
    return Notebook(workspace, index, database, clock, ZoneInfo(settings.timezone))


def following(settings: Settings, notebook: Notebook, database: Database, clock: Clock) -> Loop:
    """Return what has memories follow their files, and what was traded and decided."""
    follower = Follower(notebook, database, clock)
    chronicle = Chronicle(database, notebook.index, clock, ZoneInfo(settings.timezone))

    async def step() -> None:
        await chronicle.step()
        await follower.step()

    return Loop("memory", step, EVERY, clock)


def distilling(
    settings: Settings, notebook: Notebook, database: Database, model: Model, clock: Clock
) -> Loop:
    """Return what notes of conversations that rest what people stated in them."""
    zone = ZoneInfo(settings.timezone)
    distiller = Distiller(database, notebook, model, clock, zone, settings.account)
    return Loop("notes of conversations", distiller.step, DISTILLED_EVERY, clock)


def _embedder(settings: Settings) -> Embedder | None:
    vendor, _, model = settings.embeddings.partition(":")
    if vendor != "openai":
        return None
    key = settings.embeddings_api_key or settings.openai_api_key
    if key is None:
        raise CannotStart("embeddings: set OPENAI_API_KEY, or KIT_EMBEDDINGS_API_KEY")
    url = settings.embeddings_base_url or settings.openai_base_url
    return OpenAIEmbedder(model, key.get_secret_value(), url or None)
