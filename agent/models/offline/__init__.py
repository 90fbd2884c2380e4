"""The model that needs no key: set sentences in English and German, and the same tools."""

from agent.models.offline.model import OfflineModel

__all__ = ["OfflineModel"]
