"""The functions, loaded once for each test worker, over a loopback AWS that is empty before each test."""

import gc
from collections.abc import Iterator

import pytest

from safelight.adapters.aws_json import AwsJson
from safelight.adapters.line_api import LineApi
from safelight.adapters.s3_objects import S3Objects
from tests.channels.deployed import Deployed, environment
from tests.channels.loopback_aws import LoopbackAws


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """What a module's functions are deployed with otherwise."""
    return {}


@pytest.fixture(scope="module")
def loaded(settings: dict[str, str]) -> Iterator[Deployed]:
    aws = LoopbackAws()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**environment(aws.url), **settings}.items():
            patch.setenv(name, value)
        yield Deployed(aws)
    # A function's connections end with its process; here they must be ended.
    for kept in gc.get_objects():
        if isinstance(kept, AwsJson | LineApi | S3Objects):
            kept.close()
    aws.close()


@pytest.fixture
def insurer(loaded: Deployed) -> Deployed:
    loaded.aws.reset()
    loaded.seed()
    return loaded
