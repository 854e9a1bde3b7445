"""Run the emulator as a child process on loopback, with files of its own, and end it by its process id."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config

from local.machine import (
    LOOPBACK,
    REGION,
    ROOT,
    ROOT_CREDENTIAL,
    LocalStackError,
    clean_environment,
    environment_python,
    free_port,
    require_free_port,
    tail,
)

_START_SECONDS = 30.0
_STOP_SECONDS = 15.0


class Emulator:
    """An emulated AWS account. Use as a context manager; several can run side by side.

    Args:
        folder: for its log and temporary files; emptied of the latter when it stops.
        port: loopback port; a free one by default.
    """

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.endpoint = f"http://{LOOPBACK}:{self.port}"
        self.log = folder / "emulator.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it answers. Raises LocalStackError with the end of its log when it does not."""
        require_free_port(self.port)
        temporary = self.folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        # The functions inherit this environment, so it holds nothing of the developer's.
        environment = clean_environment(
            {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            GATEWAY_PORT=str(self.port),
            BIND_HOST=LOOPBACK,
            MINISTACK_HOST="localhost",
            AUTH="true",  # policies are enforced: a function without a permission fails here as on AWS
            IOT_MTLS_ENABLED="0",
            SFTP_ENABLED="0",
            LOG_LEVEL="WARNING",
            TMPDIR=str(temporary.resolve()),
        )
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [environment_python(".venv-emulator"), "-m", "local.emulator", "--until-stdin-closes"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us first, and we stop it in order
            )
        give_up = time.monotonic() + _START_SECONDS
        while not self._healthy():
            if self._process.poll() is not None or time.monotonic() > give_up:
                self.stop()
                raise LocalStackError(
                    f"The emulator did not start on port {self.port}; its log ends:\n{tail(self.log)}"
                )
            time.sleep(0.05)

    def stop(self) -> None:
        """Ask the process to end, insist after a while, and remove its temporary files."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """For a child process that talks to this account and to nothing else."""
        return clean_environment(os.environ, AWS_ENDPOINT_URL=self.endpoint)

    def client(self, service: str) -> Any:
        """A boto3 client of this account. It never retries, so a test sees the first answer."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ROOT_CREDENTIAL,
            aws_secret_access_key=ROOT_CREDENTIAL,
            config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
        )

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=1) as answer:  # loopback # nosec B310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
