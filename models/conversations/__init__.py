"""Conversations played through the real use cases: how many questions it takes, and what coached victims get past."""
