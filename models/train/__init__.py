"""Training: an expert a modality, a stacker that accepts any subset, thresholds sized to an alert budget."""
