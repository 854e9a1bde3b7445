"""What another alert policy would have done to past requests, before anything is published."""
