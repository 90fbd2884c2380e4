import asyncio
import subprocess
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from kit.lock import announced
from tests.kit.commands import environment
from tests.service import running

HEAVY = {
    "aiohttp",
    "anthropic",
    "ccxt",
    "chromadb",
    "langchain_core",
    "langgraph",
    "numpy",
    "openai",
    "pydantic",
    "sqlalchemy",
    "talib",
}
SERVICE = {"agent", "bot", "gateway", "memory", "structlog", "rich"}
LOOK = f"""
import sys
import kit
bare = [name for name in sys.modules if name.startswith("kit.")]
from kit import KitClient, KitError
KitClient()
print(sorted({HEAVY!r} & set(sys.modules)), bare)
"""


def test_importing_the_client_loads_nothing_heavy() -> None:
    looked = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert looked.stdout.strip() == "[] []"


async def test_a_command_at_a_service_that_runs_loads_nothing_of_a_service(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        with announced(tmp_path, service.app.listening.urls):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-X", "importtime", "-m", "kit.cli", "call", "status"),
                env=environment(tmp_path),
                stdout=PIPE,
                stderr=PIPE,
            )
            said, told = await process.communicate()
    assert (process.returncode, b"tools" in said) == (0, True)
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in told.decode().splitlines()}
    assert {"aiohttp", "pydantic", "kit"} <= loaded
    assert (HEAVY - {"aiohttp", "pydantic"} | SERVICE) & loaded == set()


def test_the_package_offers_its_names_and_no_others() -> None:
    import kit

    assert {"KitClient", "KitError", "Answer"} <= set(dir(kit))
    assert not hasattr(kit, "NoSuchName")
