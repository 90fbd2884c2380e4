"""Calling a tool by the name a model or an older client knows it by."""

from typing import Annotated, Any

from pydantic import Field

from tools.context import Context
from tools.errors import CallError, NotFound
from tools.registry import capability
from tools.wire import Params, Result

FAMILIES = {
    "trade": "trade.execute",
    "market": "market.data",
    "portfolio": "portfolio.snapshot",
    "backtest": "backtest.run",
}
"""The tools that the gateway's reference names, each with the capability that does its work."""


class Invoke(Params):
    """Which tool, and its own parameters."""

    tool: Annotated[str, Field(min_length=1, max_length=64)]
    args: dict[str, Any] = Field(default_factory=dict)


@capability("tool.invoke")
async def invoke(ctx: Context, params: Invoke) -> Result:
    """Run a tool with its own parameters and return its answer."""
    served = ctx.door.tools()
    name = served.get(params.tool)
    if name is None:
        raise NotFound(f"there is no tool {params.tool!r}; there are {', '.join(sorted(served))}")
    try:
        return await ctx.door.call(name, params.args, ctx.inner())
    except CallError as error:
        error.details.setdefault("capability", name)
        raise
