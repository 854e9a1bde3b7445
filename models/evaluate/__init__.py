"""Judging a model on requests it never touched, and saying so in its card."""
