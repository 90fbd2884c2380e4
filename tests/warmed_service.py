"""Imported where services are forked from: what each loads and compiles before its first answer."""

import alembic.command
import uvloop

import agent.checkpoints
import agent.graph
import kit.app
import kit.chat_prompt
import kit.logs
import kit.run
import trading.exchanges.simulated
from agent.models.offline.grammar import grammar

__all__ = ["agent", "alembic", "kit", "trading", "uvloop"]

grammar()
