"""What a run is told of its own past decisions names nobody."""

from decimal import Decimal

import pytest

from memory.decision_views import decision_text
from tests.memory.samples import decision
from tools.contests.recalling import addressed


@pytest.mark.parametrize("confidence", [None, Decimal("0.8")])
def test_runs_that_decided_alike_are_told_alike(confidence: Decimal | None) -> None:
    one, other = (
        addressed(decision_text(decision(model=model, account=account, confidence=confidence)))
        for model, account in (("claude-sonnet-5-5", "LLM-A"), ("my: own, model", "LLM-B"))
    )
    assert one == other
    assert "LLM" not in one
    assert " you" in one
    assert decision().reasoning in one


def test_what_is_no_decision_of_a_run_stays_as_it_is() -> None:
    assert addressed("I never trade at night") == "I never trade at night"
