"""The ports on real services. Only this package touches SDKs and the wire."""
