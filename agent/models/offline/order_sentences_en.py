"""How people ask in English about orders that are placed, and about what protects positions."""

from collections.abc import Mapping

from agent.models.offline.intents import Kind


def _moving(level: str) -> tuple[str, ...]:
    """Return the sentences that set or move a level of a position, such as its stop."""
    return tuple(
        pattern.replace("LEVEL", level)
        for pattern in (
            "<set> [my|the|a] LEVEL [order] [of|for|on] [my] {pair} [position] (to|at|of) {rest}",
            "<set> [my|the|a] {pair} LEVEL [order] (to|at|of) {rest}",
            "<set> [my|the|a] LEVEL [order] (to|at|of) {rest} (on|for) [my] {pair} [position]",
            "<set> [my|the|a] LEVEL [order] [to|at|of] {rest}",
            "<set> [my|the|a] {level} LEVEL [order] [(on|for) [my] {pair} [position]]",
            "<set> [my|the|a] LEVEL [order] [(on|for) [my] {pair} [position]]",
            "LEVEL (of|for|on) [my] {pair} (to|at) {rest}",
            "LEVEL [of|at] {level} [(on|for) [my] {pair}]",
            "[my] {pair} LEVEL (to|at) {rest}",
            "LEVEL (to|at) {rest}",
        )
    )


def _dropping(level: str) -> tuple[str, ...]:
    """Return the sentences that take a level of a position away."""
    return (
        f"<drop> [my|the] {level} [order] [(of|for|on|from) [my] {{pair}} [position]]",
        f"<drop> [my|the] {{pair}} {level} [order]",
        f"take [my|the] {level} off [of] [my] {{pair}} [position]",
    )


_TARGET = "(target|profit target|price target)"

ORDER_SENTENCES: Mapping[Kind, tuple[str, ...]] = {
    Kind.ORDERS: (
        "[<show>] [<the>] {state} [{n}] orders [(of|for|in|on) [my] {pair}]",
        "[<show>] [<the>] {state} {pair} orders",
        "[<show>] [<the>] {state} order",
        "[<show>] [<the>] order {state} [(of|for|in|on) [my] {pair}]",
        "[<show>] [<the>] {state} of [my|the|all] orders",
        "[<show>] [<the>] orders [(of|for|in|on) [my] {pair}]",
        "[<show>] [<the>] {pair} orders",
        "(what|which) orders (do i have|are) [{state}]",
        "(which|what) [of my] orders (were|have been|got|are) {state}",
        "(do i have|are there|any) [any] [{state}] orders [(of|for|in|on) {pair}]",
        "order (list|book|status)",
        "[<show>] [<the>] (status|state|states) of [my|the|all] orders",
    ),
    Kind.CANCEL_ORDER: (
        "<drop> [my|the] order [number|no|id] {n}",
        "cancel {n}",
        "<drop> [my|the] {pair} order",
        "<drop> [my|the] order (of|for|in|on) {pair}",
    ),
    Kind.CANCEL_ALL: (
        "<drop> (all|everything|all orders|all my orders|all open orders|my orders|orders|all of my orders|"
        "all my open orders|all the orders|the orders|my open orders|open orders|every order)",
        "<drop> [all|all my|my|all the|the|every|all of my] [open] {pair} orders",
        "<drop> [all|all my|my|all the|the|every|all of my] [open] orders (of|for|in|on) [my] {pair}",
    ),
    Kind.TRAIL: (
        "trail [my|the] {pair} [position|holding|stop] (by|at|with|of) {rest}",
        "trail [my|the|a] stop (of|for|on) [my|the] {pair} [position] (by|at|with|of) {rest}",
        "trail [my|the|a] stop (by|at|with|of) {rest} (of|for|on) [my|the] {pair} [position]",
        "trail [my|the|a|it|position|holding|my position] [stop] (by|at|with|of) {rest}",
        "<set> [my|the|a] trailing stop [order] (of|for|on) [my] {pair} [position] (to|at|of|by|with) {rest}",
        "<set> [my|the|a] trailing stop [order] [of|at|to|by|with] {level} (on|for|of) [my] {pair} "
        "[position]",
        "<set> [my|the|a] {level} trailing stop [order] [(on|for) [my] {pair} [position]]",
        "<set> [my|the|a] trailing stop [order] [of|at|to|by|with] {level}",
        "trail [my|the] {pair} [position|holding|stop]",
        "<set> [my|the|a] trailing stop [order] [(on|for|of) [my] {pair} [position]]",
        "trailing stop (of|for|on) [my] {pair} (to|at|of|by|with) {rest}",
        "trailing stop [my] {pair} [position] [of|at|by] {level}",
        "trailing stop [of|at|by] {level} [(on|for) [my] {pair} [position]]",
        "[my] {pair} trailing stop [to|at|of|by|with] {level}",
        "protect [my] {pair} [position] with a trailing stop [of|at] {level}",
        "protect [my] {pair} [position] with a {level} trailing stop",
    ),
    Kind.DROP_STOP: _dropping("stop"),
    Kind.DROP_TARGET: _dropping(_TARGET),
    Kind.MOVE_STOP: (*_moving("stop"), "[my|the|a] stop order"),
    Kind.MOVE_TARGET: _moving(_TARGET),
}
