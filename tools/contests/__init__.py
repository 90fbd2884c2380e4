"""Runs and the arena: what trades by itself, cycle by cycle, and what came of it."""
