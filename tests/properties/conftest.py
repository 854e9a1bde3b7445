"""Property tests here run with the profile of tests/properties/profiles.py."""

import tests.properties.profiles  # noqa: F401 - loading it sets the profile
