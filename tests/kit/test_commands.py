"""The command line as a person meets it."""

import asyncio
import json
import shutil
import signal
import socket
import stat
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from importlib.metadata import version
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from kit.settings import DOCUMENTED_PORTS
from tests.kit.commands import Ran, execute, executed, kit, page, ready, started, until_gone


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_a_service_starts_answers_and_stops_on_sigterm(tmp_path: Path) -> None:
    home, port = tmp_path / "home", str(free_port())
    async with until_gone(await execute(home, "start", KIT_GATEWAY_PORT=port)) as service:
        assert f"ws://127.0.0.1:{port}" in await ready(service)
        assert (await page(f"http://127.0.0.1:{port}/ready"))[0] == 200
        price = ("call", "market.price", '{"pair": "btc-usdt"}')
        asked = await executed(home, *price, KIT_GATEWAY_PORT=port)
        assert (asked.code, json.loads(asked.out)["pair"]) == (0, "BTC/USDT")
        chat = await executed(home, "chat", "buy BTC for 100", KIT_GATEWAY_PORT=port)
        assert (chat.code, "PAPER" in chat.out) == (0, True)
        service.send_signal(signal.SIGTERM)
        assert await service.wait() == 0

    held = await executed(home, "call", "trade.positions", KIT_GATEWAY_PORT="0")
    assert [position["pair"] for position in json.loads(held.out)["positions"]] == ["BTC/USDT"]


async def test_a_command_finds_the_service_of_its_home_wherever_that_listens(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with started(home, "start", KIT_GATEWAY_PORT=str(free_port())) as service:
        await ready(service)
        bought = await kit(home, "chat", "buy BTC for 100")
        assert (bought.code, "PAPER" in bought.out) == (0, True)
        assert (await kit(home, "call", "status")).code == 0
        service.kill()
        await service.wait()
    held = await kit(home, "call", "trade.positions")
    assert [position["pair"] for position in json.loads(held.out)["positions"]] == ["BTC/USDT"]


async def test_what_a_dead_service_left_behind_leads_nobody_to_another_one(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    async with started(theirs, "start", KIT_GATEWAY_PORT="0") as service:
        await ready(service)
        ours.mkdir()
        shutil.copy(theirs / "service.addresses", ours)
        assert (await kit(ours, "chat", "buy BTC for 100")).code == 0
        held = await kit(theirs, "call", "trade.positions")
    assert json.loads(held.out)["positions"] == []


async def test_the_first_start_makes_a_private_home_with_a_commented_config(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ran = await kit(home, "call", "status", KIT_GATEWAY_PORT="0")
    assert ran.code == 0
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    config = (home / "config.toml").read_text()
    assert all(line.startswith("#") or not line.strip() for line in config.splitlines())
    made = {path.name for path in (home / "workspace").iterdir()}
    assert made == {"SOUL.md", "AGENTS.md", "USER.md", "TOOLS.md", "HEARTBEAT.md", "MEMORY.md"}


async def test_lines_from_a_pipe_are_messages_of_one_conversation(tmp_path: Path) -> None:
    ran = await kit(tmp_path / "home", "chat", said="buy ETH\n200\n", KIT_GATEWAY_PORT="0")
    assert ran.code == 0
    assert "PAPER" in ran.out


async def test_a_call_that_fails_prints_its_code_and_exits_with_one(tmp_path: Path) -> None:
    ran = await kit(tmp_path / "home", "call", "no.such", KIT_GATEWAY_PORT="0")
    assert (ran.code, json.loads(ran.out)["error"]["code"]) == (1, "UNKNOWN_METHOD")


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"KIT_GATEWAY_PORT": "many"}, "gateway_port"),
        (
            {"KIT_GATWAY_PORT": "18799"},
            "KIT_GATWAY_PORT: there is no such setting; did you mean KIT_GATEWAY_PORT",
        ),
        ({"KIT_LOG_LEVEL": "loud"}, "'debug', 'info', 'warning' or 'error'"),
        ({"KIT_GATEWAY_HOST": "0.0.0.0"}, "gateway_token"),
        ({"KIT_GATEWAY_HOST": "0.0.0.0", "KIT_GATEWAY_TOKEN": "fifteen letters"}, "16 characters"),
        ({"KIT_MODEL": "nobody:model"}, "nobody"),
        ({"KIT_MODEL": "anthropic:claude-sonnet-4-5"}, "key"),
        ({"KIT_EXCHANGE": "mtgox"}, "mtgox"),
        ({"KIT_DATABASE_URL": "mysql://somewhere"}, "database"),
    ],
)
async def test_a_wrong_setting_is_named_and_refused_before_a_home_is_made(
    tmp_path: Path, variables: dict[str, str], named: str
) -> None:
    ran = await kit(tmp_path / "home", "start", **{"KIT_GATEWAY_PORT": "0", **variables})
    assert ran.code == 2
    assert named in ran.err
    assert "Traceback" not in ran.err
    assert not (tmp_path / "home").exists()


@pytest.mark.xdist_group("ports")
async def test_ports_that_are_taken_are_told_in_one_sentence(tmp_path: Path) -> None:
    with ExitStack() as taken:
        for port in DOCUMENTED_PORTS:
            occupier = taken.enter_context(socket.socket())
            # A connection that has ended there keeps nobody from listening.
            occupier.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Whoever else has it serves as well.
            with suppress(OSError):
                occupier.bind(("127.0.0.1", port))
                occupier.listen()
        ran = await kit(tmp_path / "home", "start")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("kit: ports 18799, 18800 are taken")
    assert ran.err.count("\n") == 1


async def test_a_model_that_cannot_be_reached_is_told_in_words_and_logged_in_the_home(tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/v1"
    model = {"KIT_MODEL": "openai:m", "OPENAI_API_KEY": "k", "OPENAI_BASE_URL": nowhere}
    ran = await kit(tmp_path / "home", "chat", "hello", **model)
    assert (ran.code, ran.out) == (1, "")
    told, hint = ran.err.splitlines()
    assert "openai:m" in told
    assert "kit doctor" in hint
    logged = (tmp_path / "home" / "logs" / "kit.log").read_text().splitlines()
    assert "a turn failed" in [json.loads(line)["event"] for line in logged]


async def test_the_version_is_told(tmp_path: Path) -> None:
    assert await executed(tmp_path, "--version") == Ran(0, f"kit {version('kit-trading-agent')}\n", "")


async def test_a_misspelt_line_in_the_config_is_named_and_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text("gateway_prot = 18799\n")
    ran = await executed(home, "start")
    assert ran.code == 2
    assert "gateway_prot: there is no such setting; did you mean gateway_port" in ran.err


async def test_a_second_service_in_the_same_home_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with started(home, "start", KIT_GATEWAY_PORT="0") as first:
        await ready(first)
        second = await kit(home, "start", KIT_GATEWAY_PORT="0")
    assert (second.code, str(home) in second.err) == (2, True)


async def test_the_doctor_says_what_is_well_and_what_to_mend(tmp_path: Path) -> None:
    well = await executed(tmp_path / "home", "doctor", KIT_GATEWAY_PORT=str(free_port()))
    assert (well.code, "!!" in well.out) == (0, False)
    ill = await kit(tmp_path / "home", "doctor", KIT_MODEL="openai:gpt-5", KIT_GATEWAY_PORT="0")
    assert (ill.code, "!!  model" in ill.out) == (1, True)


async def test_the_doctor_knows_who_has_a_port(tmp_path: Path) -> None:
    ours, theirs, port = tmp_path / "ours", tmp_path / "theirs", str(free_port())
    async with started(ours, "start", KIT_GATEWAY_PORT=port) as service:
        await ready(service)
        here = await kit(ours, "doctor", KIT_GATEWAY_PORT=port)
        there = await kit(theirs, "doctor", KIT_GATEWAY_PORT=port)
    assert (here.code, f"service: runs at ws://127.0.0.1:{port}" in here.out) == (0, True)
    assert "the K.I.T. of this home" in here.out
    assert (there.code, "another K.I.T." in there.out) == (1, True)
    async with TestServer(web.Application()) as stranger:
        ran = await kit(ours, "doctor", KIT_GATEWAY_PORT=str(stranger.port))
    assert (ran.code, "another program" in ran.out) == (1, True)


async def test_the_doctor_advises_by_the_kind_of_the_database(tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_text("no database at all")
    port = free_port()
    for url, advice in (
        (f"sqlite:///{tmp_path / 'broken.db'}", f"make {tmp_path / 'broken.db'} yours"),
        (f"postgresql://me:sesame@127.0.0.1:{port}/kit", f"Postgres runs at 127.0.0.1:{port}"),
        ("mysql://somewhere", "postgresql://user:password@host/name"),
    ):
        ran = await kit(tmp_path / "home", "doctor", KIT_DATABASE_URL=url, KIT_GATEWAY_PORT="0")
        assert (ran.code, advice in ran.out, "sesame" in ran.out) == (1, True, False)


async def test_a_message_without_words_is_refused_in_words(tmp_path: Path) -> None:
    ran = await kit(tmp_path / "home", "call", "chat.send", '{"message": " "}')
    error = json.loads(ran.out)["error"]
    assert (error["code"], "pattern" in error["message"]) == ("INVALID_PARAMS", False)


async def test_a_script_beside_a_folder_called_kit_still_finds_the_sdk(tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    script = tmp_path / "script.py"
    script.write_text("from kit import KitClient; print(KitClient.__name__)")
    process = await asyncio.create_subprocess_exec(sys.executable, script, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert (process.returncode, out.decode().strip()) == (0, "KitClient")


@pytest.mark.parametrize(("known", "code"), [(True, 0), (False, 1)])
async def test_the_doctor_asks_the_vendor_about_key_and_model(tmp_path: Path, known: bool, code: int) -> None:
    async def model(request: web.Request) -> web.Response:
        if request.headers["Authorization"] != "Bearer sk-good" or not known:
            return web.json_response(
                {"error": {"message": "no such key", "code": "invalid_api_key"}}, status=401
            )
        return web.json_response({"id": "m", "object": "model", "created": 0, "owned_by": "us"})

    async with TestServer(_application(model)) as vendor:
        ran = await kit(
            tmp_path / "home",
            "doctor",
            KIT_MODEL="openai:m",
            KIT_GATEWAY_PORT="0",
            OPENAI_API_KEY="sk-good",
            OPENAI_BASE_URL=str(vendor.make_url("/v1")),
        )
    assert ran.code == code
    assert ("ok  model" in ran.out) is known
    assert "sk-good" not in ran.out + ran.err


def _application(model: Callable[[web.Request], Awaitable[web.Response]]) -> web.Application:
    application = web.Application()
    application.router.add_get("/v1/models/m", model)
    return application


async def test_no_secret_is_printed_or_stored(tmp_path: Path) -> None:
    canary = "sk-canary-4f7a1c"
    home = tmp_path / "home"
    secrets = {"OPENAI_API_KEY": canary, "KIT_GATEWAY_TOKEN": canary, "KIT_LOG_LEVEL": "debug"}
    ran = await kit(home, "call", "health", KIT_MODEL="offline", KIT_GATEWAY_PORT="0", **secrets)
    told = await kit(home, "doctor", KIT_MODEL="offline", KIT_GATEWAY_PORT="0", **secrets)
    assert ran.code == 0
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert canary not in ran.out + ran.err + told.out + told.err
    assert canary.encode() not in kept
