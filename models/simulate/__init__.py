"""A synthetic book of policyholders, requests and scams. No row of it is, or comes from, a real person."""
