"""What all connections of a gateway have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gateway.auth import Doorman
from gateway.hub import Hub
from gateway.limits import Budgets, Nanoseconds
from gateway.metrics import Metrics
from gateway.recent import Recent
from gateway.settings import GatewaySettings
from tools.policy import Surface
from tools.registry import Registry
from tools.services import Services
from tools.skills import view


class Catalog:
    """What the gateway serves, as `connect` tells it."""

    def __init__(self, registry: Registry, services: Services) -> None:
        self._registry = registry
        self._services = services
        self.methods = frozenset(each.name for each in registry.served(Surface.WIRE))

    @cached_property
    def tools(self) -> list[dict[str, Any]]:
        """Every tool that `tool.invoke` knows, with the JSON schema of its parameters."""
        found = {tool: self._registry.find(name) for tool, name in self._registry.tools().items()}
        return [
            {
                "name": tool,
                "description": capability.summary,
                "parameters": capability.params.model_json_schema(),
            }
            for tool, capability in found.items()
        ]

    def skills(self) -> list[dict[str, Any]]:
        """Every skill as it stands."""
        views = [view(skill, self._services) for skill in self._services.skills.all()]
        return [each.model_dump(mode="json", by_alias=True) for each in views]

    def behind(self, method: str, params: Mapping[str, Any] | None) -> str | None:
        """Return the capability that answers a call: the method itself, or what a tool stands for."""
        if method != "tool.invoke":
            return method
        tool = (params or {}).get("tool")
        return self._registry.tools().get(tool) if isinstance(tool, str) else None


@dataclass(frozen=True, slots=True)
class Shared:
    """The parts that connections work with."""

    registry: Registry
    services: Services
    settings: GatewaySettings
    catalog: Catalog
    hub: Hub
    recent: Recent
    budgets: Budgets
    doorman: Doorman
    metrics: Metrics
    clock: Nanoseconds
