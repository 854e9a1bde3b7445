"""From features to a light: the ensemble, the rules and the policy."""
