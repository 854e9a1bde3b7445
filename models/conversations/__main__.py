"""Run as `python -m models.conversations`."""

from models.conversations.play import main

main()
