import subprocess
import sys

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


def test_the_package_offers_its_names_and_no_others() -> None:
    import kit

    assert {"KitClient", "KitError", "Answer"} <= set(dir(kit))
    assert not hasattr(kit, "NoSuchName")
