"""The words of Safelight and the rules that live on them. Standard library only."""
