"""What Safelight costs, as ratios to named references measured in the same run. `make bench` runs it."""
