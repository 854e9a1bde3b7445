"""The feature contract: every number the model sees, once, for training and for serving alike."""
