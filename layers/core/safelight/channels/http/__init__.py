"""The HTTP API for app, web, counter and staff."""
