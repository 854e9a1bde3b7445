"""What Safelight does, one verb a module, as plain functions over ports."""
