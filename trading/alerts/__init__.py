"""Alerts: figures, conditions on them, and when they fire."""
