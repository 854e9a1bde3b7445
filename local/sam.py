"""Run SAM CLI against an emulated account."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from local.emulator_process import Emulator
from local.machine import ROOT, STATE, LocalStackError, environment_python, tail

STACK_NAME = "safelight"


def sam_environment(environment: dict[str, str]) -> dict[str, str]:
    """``environment`` for SAM CLI: no telemetry, its own files under the project, its Python first on PATH."""
    return {
        **environment,
        "SAM_CLI_TELEMETRY": "0",
        "__SAM_CLI_APP_DIR": str(STATE / "sam-cli"),
        "PATH": f"{environment_python('.venv-sam').parent}{os.pathsep}{environment['PATH']}",
    }


def run_sam(arguments: list[str], environment: dict[str, str], log: Path) -> None:
    """Run SAM CLI at the repository's root, its output into ``log``. Raises LocalStackError with the end of it."""
    sam = environment_python(".venv-sam").parent / "sam"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        done = subprocess.run(
            [sam, *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    if done.returncode != 0:
        raise LocalStackError(f"`sam {arguments[0]}` failed. {log.relative_to(ROOT)} ends:\n{tail(log)}")


def deploy(emulator: Emulator, template: Path, parameters: Mapping[str, str]) -> dict[str, str]:
    """Deploy a template, or update what it deployed before. Returns the stack's outputs."""
    overrides = [f"ParameterKey={key},ParameterValue={value}" for key, value in parameters.items()]
    arguments = ["deploy", "--template-file", str(template), "--stack-name", STACK_NAME, "--resolve-s3"]
    arguments += ["--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset"]
    arguments += ["--no-progressbar", *(["--parameter-overrides", *overrides] if overrides else [])]
    try:
        run_sam(arguments, sam_environment(emulator.environment()), emulator.folder / "sam-deploy.log")
    except LocalStackError as error:
        # The log ends with the rollback; the cause is hundreds of lines above.
        if reasons := _failed_resources(emulator):
            raise LocalStackError(f"{error}\n\nWhat failed:\n{reasons}") from error
        raise
    stacks = emulator.client("cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stacks[0].get("Outputs", [])}


def _failed_resources(emulator: Emulator) -> str:
    """The resources that could not be created or updated, oldest first, each with CloudFormation's reason."""
    cloudformation = emulator.client("cloudformation")
    try:
        events = cloudformation.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
    except cloudformation.exceptions.ClientError:
        return ""  # it failed before there was a stack: the log says it all
    failed = [event for event in reversed(events) if event["ResourceStatus"].endswith("_FAILED")]
    return "\n".join(f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed)
