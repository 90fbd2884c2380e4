"""The part of the table that trades: positions, orders and sessions."""

from collections.abc import Callable
from typing import Any

from gateway.dialects.cryptofunk import answers, sessions, trading
from gateway.rest.table import Route

SESSION = {"session_id": "run"}
FOUND = {**SESSION, "symbol": "pair"}
ORDER = {"id": "orderId"}

PLACING = ((10, 1),)
"""Orders a second of each key."""


def _route(
    method: str, path: str, capability: str, tells: Callable[..., Any], answer: Any, **more: Any
) -> Route:
    return Route(method, f"/api/v1{path}", capability, tells=tells, answer=answer, **more)


def _latest(path: str, **names: str) -> Route:
    return _route(
        "GET",
        path,
        "books.positions",
        trading.latest,
        answers.OnePosition,
        names={**SESSION, **names},
        asks=trading.of_session,
    )


TRADING = (
    _route(
        "GET",
        "/positions",
        "books.positions",
        trading.positions,
        answers.PositionPage,
        names=FOUND,
        asks=trading.of_session,
    ),
    _latest("/positions/{symbol}", symbol="pair"),
    _latest("/positions/{base}/{quote}"),
    _route(
        "GET",
        "/orders",
        "books.orders",
        trading.orders,
        answers.OrderPage,
        names=FOUND,
        asks=trading.of_orders,
    ),
    _route(
        "POST",
        "/orders",
        "books.place",
        trading.created,
        answers.OrderCreated,
        status=201,
        asks=trading.of_new,
        rules=PLACING,
    ),
    _route(
        "GET",
        "/orders/{id}",
        "books.order",
        trading.one,
        answers.OneOrder,
        names=ORDER,
        asks=trading.of_order,
    ),
    _route(
        "DELETE",
        "/orders/{id}",
        "books.cancel",
        trading.cancelled,
        answers.OrderCancelled,
        names=ORDER,
        asks=trading.of_order,
    ),
    _route(
        "POST",
        "/trade/start",
        "runs.open",
        sessions.started,
        answers.SessionStarted,
        asks=sessions.of_start,
    ),
    _route(
        "POST",
        "/trade/stop",
        "runs.stop",
        sessions.stopped,
        answers.SessionStopped,
        asks=sessions.of_stop,
        echoes=True,
    ),
    _route("POST", "/trade/pause", "runs.pause", sessions.paused, answers.SessionHeld, asks=sessions.of_one),
    _route(
        "POST",
        "/trade/resume",
        "runs.resume",
        sessions.resumed,
        answers.SessionHeld,
        asks=sessions.of_resume,
    ),
    _route(
        "GET",
        "/sessions/{id}",
        "runs.get",
        sessions.one,
        answers.OneSession,
        names={"id": "name"},
        asks=sessions.of_shown,
    ),
)
