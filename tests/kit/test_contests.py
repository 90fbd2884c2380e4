"""Who decides in contests follows from the settings, and nothing is asked that costs money unbidden."""

import random
from pathlib import Path
from typing import Any

import pytest

from kit.contests import build_deciders
from kit.errors import CannotStart, WrongSettings
from kit.settings import load
from trading.clock import SystemClock
from trading.runs.errors import UnknownDecider
from trading.runs.record import DeciderKind, DeciderSpec

KEYS = {
    "anthropic_api_key": "sk-ant-canary",
    "openai_api_key": "sk-proj-canary",
    "deepseek_api_key": "sk-ds-canary",
}
OFFLINE = ["offline:donchian_breakout", "offline:macd", "offline:rsi_reversion"]
MODELS = ["claude-sonnet-4-20250514", "deepseek-reasoner", "gpt-4o"]


async def seated(home: Path, **settings: Any) -> list[str]:
    on = load(home, **{"arena": True, **settings})
    deciders, seats, aclose = build_deciders(on, SystemClock(), random.Random(1))
    found = [deciders.of(each.decider).model for each in seats]
    await aclose()
    return found


async def test_keys_alone_let_no_model_play(tmp_path: Path) -> None:
    assert await seated(tmp_path) == OFFLINE
    assert await seated(tmp_path, **KEYS) == OFFLINE


async def test_switched_on_models_play_whose_keys_are_set(tmp_path: Path) -> None:
    assert await seated(tmp_path, arena_models=True, **KEYS) == MODELS
    assert await seated(tmp_path, arena_models=True) == OFFLINE
    only = await seated(tmp_path, arena_models=True, deepseek_api_key="sk-ds-canary")
    assert only == [OFFLINE[0], "deepseek-reasoner", OFFLINE[1]]


async def test_the_arena_can_be_switched_off_or_seated_anew(tmp_path: Path) -> None:
    assert await seated(tmp_path, arena=False) == []
    others = "A=openai:llama3, B=strategy:macd, C=baseline:hold"
    local = {"openai_base_url": "http://127.0.0.1:9/v1", "arena_models": True}
    assert await seated(tmp_path, arena_seats=others, **local) == ["llama3", "offline:macd", "offline:hold"]


async def test_a_run_can_be_given_the_models_of_chats_and_no_others(tmp_path: Path) -> None:
    settings = load(tmp_path, model="anthropic", **KEYS)
    deciders, _, aclose = build_deciders(settings, SystemClock(), random.Random(1))
    of_chats = DeciderSpec(DeciderKind.MODEL, "anthropic:claude-sonnet-5-5")
    assert deciders.of(of_chats).provider == "anthropic"
    with pytest.raises(UnknownDecider):
        deciders.of(DeciderSpec(DeciderKind.MODEL, "openai:gpt-4o"))
    await aclose()


@pytest.mark.parametrize("seat", ["A=antropic:x", "A=offline:kit", "A=strategy:luck", "A=strategy:grid"])
async def test_a_seat_that_nobody_can_take_is_refused_at_the_start(tmp_path: Path, seat: str) -> None:
    with pytest.raises(CannotStart):
        await seated(tmp_path, arena_seats=seat)


@pytest.mark.parametrize(
    "setting",
    [
        {"arena_seats": "A"},
        {"arena_seats": "A=macd"},
        {"arena_seats": "A=strategy:macd,A=strategy:rsi"},
        {"arena_seats": tuple(f"S{n}=strategy:macd" for n in range(21))},
        {"arena_minutes": 0},
        {"arena_minutes": 10_081},
    ],
)
def test_settings_of_the_arena_are_held_to_their_bounds(tmp_path: Path, setting: dict[str, Any]) -> None:
    with pytest.raises(WrongSettings):
        load(tmp_path, **setting)
