"""Property tests here run with the profile of tests/properties/profiles.py."""

from tests.properties import profiles as profiles
