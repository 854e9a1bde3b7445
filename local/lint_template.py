"""Lint the SAM template as written and as CloudFormation will get it; run in .venv-lint.

Raw SAM hides what the transform makes of it: ``Action: "*"`` in a policy or a queue's visibility shorter than its
function's timeout pass as written and are caught once transformed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from samtranslator.public.translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from local.machine import ROOT, STATE

_LOCAL_CODE = {"CodeUri", "ContentUri", "DefinitionUri", "LocationUri"}


class _NoManagedPolicies(ManagedPolicyLoader):  # type: ignore[misc]  # samtranslator has no types
    """The template names none of AWS's managed policies, so none has to be fetched from an account."""

    def __init__(self) -> None:
        super().__init__(None)

    def load(self) -> dict[str, str]:
        return {}


def _as_uploaded(template: Any) -> None:
    """Replace local folders by where `sam package` would put them: the transform accepts only S3."""
    for resource in template["Resources"].values():
        for name in _LOCAL_CODE & resource.get("Properties", {}).keys():
            if isinstance(resource["Properties"][name], str):
                resource["Properties"][name] = "s3://bucket/key"


def transformed(template: Path) -> dict[str, Any]:
    """The template after the serverless transform, with the parameters' defaults."""
    parsed = yaml_parse(template.read_text())
    _as_uploaded(parsed)
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")  # names the partition; nothing is called
    result: dict[str, Any] = transform(parsed, {}, _NoManagedPolicies())
    return result


def run(*command: str | Path) -> int:
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def main() -> int:
    source = ROOT / sys.argv[1]
    target = STATE / "transformed.yaml"
    target.parent.mkdir(exist_ok=True)
    # Through JSON: the transform's ordered dictionaries and repeated nodes would become YAML tags and anchors.
    target.write_text(yaml.safe_dump(json.loads(json.dumps(transformed(source), default=str)), sort_keys=False))
    tools = Path(sys.executable).parent
    options = ("--quiet", "--compact", "--config-file", ROOT / ".checkov.yaml")
    failed = [
        run(tools / "cfn-lint", "--template", source),
        # W2001, a parameter is not used: the transform has put the parameters' defaults in. W1028, a branch cannot be
        # reached: it asks the condition of a conditional function's route again in each part of the route.
        run(tools / "cfn-lint", "--ignore-checks", "W2001", "W1028", "--template", target),
        run(tools / "checkov", "--file", target, "--framework", "cloudformation", *options),
    ]
    return int(any(failed))


if __name__ == "__main__":
    sys.exit(main())
