"""A deployment that fails says which resource failed and why, not how the rollback ended."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from local.emulator_process import Emulator
from local.machine import STATE, LocalStackError
from local.sam import deploy

pytestmark = pytest.mark.stack

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Fine: {Type: AWS::SQS::Queue}
  Wrong: {Type: AWS::CloudWatch::Alarm, DependsOn: Fine, Properties: {MetricName: Errors, Namespace: AWS/Lambda}}
"""


def test_failed_deployment_names_the_resource_and_the_reason(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(TEMPLATE)
    emulator = Emulator(STATE / "stacks" / f"failing-{uuid.uuid4().hex[:8]}")
    with emulator, pytest.raises(LocalStackError, match=r"What failed:\n  Wrong: .*ComparisonOperator"):
        deploy(emulator, template, {})
