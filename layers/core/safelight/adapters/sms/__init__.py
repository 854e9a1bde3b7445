"""The SMS port, one module a provider. One request on the wire for a message, whatever happens to it."""
