"""What customers, callers and agents write or say: a grammar, the corpus it makes, the expert that learns from it."""
