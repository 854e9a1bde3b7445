"""Production's training rows: written from the case store, read as the table that the trainer takes."""
