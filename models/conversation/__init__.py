"""What customers, callers and agents write or say: a grammar that makes a corpus, and the expert that learns from it."""
