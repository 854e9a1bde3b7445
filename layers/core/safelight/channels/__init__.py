"""How channels speak: event ↔ domain, both ways. No SDK, no storage."""
