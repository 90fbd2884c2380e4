"""The references: the same work done with nothing around it."""
