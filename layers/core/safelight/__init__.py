"""Safelight (安心燈): early warning for scams on life insurance."""
