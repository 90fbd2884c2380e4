"""Accounts that trade by themselves: runs, what decides in them, and how they are compared."""
