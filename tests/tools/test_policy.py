import itertools

import pytest

from tools.catalog import CATALOG
from tools.policy import GRANTS, UNLIMITED, Principal, Role, Scope, Surface


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.VIEWER, {Scope.READ}),
        (Role.TRADER, {Scope.READ, Scope.TRADE}),
        (Role.OWNER, {Scope.READ, Scope.TRADE, Scope.ADMIN}),
    ],
)
def test_each_role_may_what_it_is_granted(role: Role, may: set[Scope]) -> None:
    principal = Principal("somebody", role)
    assert {scope for scope in Scope if principal.may(scope)} == may


def test_roles_grow() -> None:
    ladder = [GRANTS[role] for role in (Role.VIEWER, Role.TRADER, Role.OWNER)]
    assert all(lower < higher for lower, higher in itertools.pairwise(ladder))


def test_inner_calls_are_paid_for() -> None:
    for _ in range(10_000):
        UNLIMITED.spend("trade.execute")


def test_nothing_that_moves_money_is_open_to_viewers() -> None:
    for each in CATALOG:
        if each.group == "trade" and each.effects:
            assert each.scope is not Scope.READ, each.name


def test_a_model_is_never_offered_a_conversation_or_another_door() -> None:
    offered = {each.name for each in CATALOG if Surface.MODEL in each.surfaces}
    assert offered
    assert {each.partition(".")[0] for each in offered} & {"chat", "sessions", "tool"} == set()


def test_every_capability_has_a_name_and_help_of_its_own() -> None:
    assert len({each.name for each in CATALOG}) == len(CATALOG)
    assert len({each.tool_name for each in CATALOG}) == len(CATALOG)
    assert all(each.summary.endswith(".") for each in CATALOG)
