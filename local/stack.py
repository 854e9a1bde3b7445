"""The real template, built and deployed by SAM CLI into an emulator on loopback.

Example:
    >>> with LocalStack("demo", {"Stage": "local"}) as stack:
    ...     token = stack.issuer.mint("policyholder-1")
    ...     urllib.request.urlopen(f"{stack.api_url}/v1/contacts")
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from local.build import built_template
from local.emulator_process import Emulator
from local.issuer import Issuer
from local.machine import STATE, LocalStackError, alone, python_minor
from local.sam import deploy


class LocalStack:
    """One emulator, one issuer and one deployment: a context manager. Several run side by side under other names.

    Args:
        name: of its folder under .local/stacks/. One that is running is not started twice: LocalStackError.
        parameters: template parameters on top of ``local_parameters``.
        port: the emulator's loopback port; a free one by default.
        secrets: what must lie in Secrets Manager before the template is deployed, as JSON, by the parameter that takes
            its ARN.
    """

    def __init__(
        self,
        name: str,
        parameters: Mapping[str, str] | None = None,
        port: int | None = None,
        secrets: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.folder = STATE / "stacks" / name
        self.emulator = Emulator(self.folder, port)
        self.issuer = Issuer()
        self.outputs: dict[str, str] = {}
        self._parameters = dict(parameters or {})
        self._secrets = dict(secrets or {})
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        with self._resources as starting:
            starting.enter_context(alone(self.folder))
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            starting.enter_context(self.issuer)
            starting.enter_context(self.emulator)
            self._parameters |= {parameter: self._keep(parameter) for parameter in self._secrets}
            with built_template() as template:
                self.deploy(template)
            # All is up: keep it so until __exit__.
            self._resources = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    @property
    def endpoint(self) -> str:
        """Every AWS service of the emulated account."""
        return self.emulator.endpoint

    @property
    def api_url(self) -> str:
        """The HTTP API, without a slash at the end."""
        return f"{self.endpoint}/_aws/execute-api/{self.outputs['ApiId']}/$default"

    def local_parameters(self) -> dict[str, str]:
        """What differs from AWS: tokens come from the local issuer, functions run on the emulator's interpreter."""
        return {
            "Runtime": f"python{python_minor()}",
            "JwtIssuer": self.issuer.url,
            "JwtAudience": self.issuer.audience,
            **self._parameters,
        }

    def deploy(self, template: Path) -> None:
        """Deploy, or update what is deployed."""
        self.outputs = deploy(self.emulator, template, self.local_parameters())
        if "ApiId" not in self.outputs:
            raise LocalStackError(f"The template must output ApiId; it has {sorted(self.outputs) or 'no outputs'}.")

    def _keep(self, parameter: str) -> str:
        """The ARN of a secret that the insurer's own people would have put there."""
        held = json.dumps(self._secrets[parameter])
        return str(self.client("secretsmanager").create_secret(Name=parameter, SecretString=held)["ARN"])

    def client(self, service: str) -> Any:
        """A boto3 client of the emulated account."""
        return self.emulator.client(service)

    def log_lines(self, function: str, since: float = 0.0) -> list[str]:
        """What a function (physical name) wrote since a moment (seconds since 1970), oldest first."""
        pages = self.client("logs").get_paginator("filter_log_events")
        events = pages.paginate(logGroupName=f"/aws/lambda/{function}", startTime=int(since * 1000))
        return [event["message"] for page in events for event in page["events"]]
