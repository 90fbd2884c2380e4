"""What decides for a run is found by its kind and name."""

from typing import Any

import pytest

from agent.arena.deciders import HouseDeciders, tuning
from agent.arena.model_decider import Tuning
from agent.models.scripted import ScriptedModel
from tests.trading.runs.given import NOW
from trading.clock import ManualClock
from trading.runs.decider_settings import Settings
from trading.runs.errors import InvalidRun, UnknownDecider
from trading.runs.record import DeciderKind, DeciderSpec

MODEL, STRATEGY, BASELINE = DeciderKind.MODEL, DeciderKind.STRATEGY, DeciderKind.BASELINE
CLAUDE = "anthropic:claude-sonnet-4-20250514"
DECIDERS = HouseDeciders({CLAUDE: ScriptedModel([], CLAUDE)}, ManualClock(NOW))


@pytest.mark.parametrize(
    ("kind", "name", "known"),
    [
        (MODEL, CLAUDE, ("anthropic", "claude-sonnet-4-20250514")),
        (STRATEGY, "Turtle", ("offline", "offline:donchian_breakout")),
        (BASELINE, "cash", ("offline", "offline:cash")),
    ],
)
def test_each_is_known_by_its_provider_and_model(kind: DeciderKind, name: str, known: Any) -> None:
    found = DECIDERS.of(DeciderSpec(kind, name))
    assert (found.provider, found.model) == known


@pytest.mark.parametrize(
    ("kind", "name"),
    [(MODEL, "openai:gpt-4o"), (MODEL, "cash"), (STRATEGY, "luck"), (STRATEGY, "grid"), (BASELINE, "macd")],
)
def test_one_that_is_not_there_is_refused(kind: DeciderKind, name: str) -> None:
    with pytest.raises(UnknownDecider):
        DECIDERS.of(DeciderSpec(kind, name))


def test_models_are_asked_as_their_run_says() -> None:
    assert tuning({}) == Tuning()
    given: Settings = {"personality": "B", "temperature": 0.7, "timeout": 30, "max_tokens": 4_000}
    assert tuning(given) == Tuning("B", 0.7, 30.0, 4_000)
    assert tuning({"temperature": 0}).temperature == 0


@pytest.mark.parametrize(
    "settings",
    [
        {"personality": "D"},
        {"temperature": 3},
        {"temperature": True},
        {"timeout": 0},
        {"max_tokens": 1.5},
        {"top_p": 1},
    ],
)
def test_settings_that_a_model_does_not_take_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidRun):
        DECIDERS.of(DeciderSpec(MODEL, CLAUDE, settings))
