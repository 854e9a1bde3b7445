"""Two tables behind the ports: cases (with decisions, alerts, tasks and history) and the book (with sessions)."""
