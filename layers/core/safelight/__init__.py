"""Safelight (安心燈): early warning for scams on life insurance."""

__version__ = "0.1.0"
