import random
import subprocess
import sys

import pytest

from agent.models.catalog import Access, Spec, assemble, build, default_spec, parse
from agent.models.errors import ModelKeyRejected, ModelRejected, ModelUnavailable
from tests.agent.listening import asking, listen
from tests.agent.loopback import Answer, events, refusal, serving
from trading.clock import SystemClock

KEYS = {
    "anthropic": Access("sk-ant-canary"),
    "openai": Access("sk-proj-canary"),
    "deepseek": Access("sk-deepseek-canary"),
}

UP = Answer(
    events({"id": "c1", "choices": [{"index": 0, "delta": {"content": "Up."}, "finish_reason": "stop"}]})
)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("anthropic:claude-opus-5-5", Spec("anthropic", "claude-opus-5-5")),
        ("openai:llama3:8b", Spec("openai", "llama3:8b")),
        (" openai : qwen/qwen-4 ", Spec("openai", "qwen/qwen-4")),
        ("anthropic", Spec("anthropic", "claude-sonnet-5-5")),
        ("openai:", Spec("openai", "gpt-6-sol")),
        ("offline", Spec("offline", "kit")),
    ],
)
def test_a_name_is_a_vendor_and_its_model(text: str, spec: Spec) -> None:
    assert parse(text) == spec
    assert parse(str(spec)) == spec


@pytest.mark.parametrize("text", ["", "claude-opus-5-5", "mistral:large", ":gpt-6-sol", "Anthropic:x"])
def test_an_unknown_vendor_is_rejected(text: str) -> None:
    with pytest.raises(ModelRejected):
        parse(text)


@pytest.mark.parametrize(
    "spec", ["anthropic:claude-opus-5-5", "openai:gpt-6-sol", "deepseek:r1", "offline:kit"]
)
def test_a_model_is_built_under_its_name(spec: str) -> None:
    assert build(spec, KEYS).name == spec


@pytest.mark.parametrize("spec", ["anthropic", "openai", "deepseek"])
@pytest.mark.parametrize("access", [Access(), Access(" ")])
def test_a_vendor_without_a_key_cannot_be_built(spec: str, access: Access) -> None:
    with pytest.raises(ModelKeyRejected):
        build(spec, {spec: access})


@pytest.mark.parametrize(
    ("keys", "spec"),
    [
        ({}, "offline:kit"),
        ({"openai": Access("k")}, "openai:gpt-6-sol"),
        ({"openai": Access("k"), "anthropic": Access("k")}, "anthropic:claude-sonnet-5-5"),
        ({"openai": Access(base_url="http://127.0.0.1:11434/v1"), "anthropic": Access()}, "offline:kit"),
        ({"mistral": Access("k")}, "offline:kit"),
    ],
)
def test_a_key_alone_chooses_a_model(keys: dict[str, Access], spec: str) -> None:
    assert default_spec(keys) == spec


def test_access_does_not_show_its_key() -> None:
    assert "canary" not in f"{KEYS!r} {KEYS['anthropic']}"


async def test_several_names_are_one_model_that_asks_the_next_when_one_fails() -> None:
    async with serving(refusal(404, {"message": "no such model"}), UP) as server:
        keys = {"openai": Access(base_url=f"{server.url}/v1")}
        model = assemble(["openai:gone", "openai:there"], keys, SystemClock(), random.Random(1))
        heard = await listen(model, asking("and?"))
        await model.aclose()
    assert heard.completion.model == "openai:there"
    assert [body["model"] for body in server.bodies] == ["gone", "there"]


async def test_a_built_model_is_asked_again_when_that_can_help() -> None:
    async with serving(refusal(503, {"message": "sorry"}, retry_after="0"), UP) as server:
        keys = {"openai": Access(base_url=f"{server.url}/v1")}
        model = assemble(["openai:local"], keys, SystemClock(), random.Random(1))
        heard = await listen(model, asking("and?"))
        await model.aclose()
    assert heard.completion.text == "Up."
    assert len(server.bodies) == 2


async def test_without_names_the_default_model_is_taken() -> None:
    keys = {"anthropic": Access("sk-ant-canary", "http://127.0.0.1:9")}
    model = assemble([], keys, SystemClock(), random.Random(1))
    assert model.name == "anthropic:claude-sonnet-5-5"


def test_building_a_model_loads_no_sdk() -> None:
    script = (
        "import sys\n"
        "from agent.models.catalog import Access, build\n"
        "build('anthropic', {'anthropic': Access('k')}); build('openai', {'openai': Access('k')})\n"
        "sys.exit(len({'anthropic', 'openai', 'httpx2'} & set(sys.modules)))\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


async def test_no_server_is_a_model_that_cannot_be_reached() -> None:
    model = build("openai:local", {"openai": Access(base_url="http://127.0.0.1:9/v1")})
    with pytest.raises(ModelUnavailable):
        await listen(model, asking("and?"))
