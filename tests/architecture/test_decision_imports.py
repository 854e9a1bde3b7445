"""A customer who waits for a decision does not wait for what only others need."""

import os
import subprocess
import sys

from tests.architecture.template import ROOT

ELSEWHERE = {
    "safelight.usecases.look_again",
    "safelight.usecases.manage_contacts",
    "safelight.usecases.staff_contacts",
    "safelight.usecases.reply_as_contact",
    "safelight.domain.sms_text",
}
WITH_A_STORE = {
    "safelight.bootstrap.model_store",
    "safelight.adapters.stored_models",
    "safelight.adapters.s3_objects",
    "safelight.adapters.kms_signatures",
    "safelight.scoring.pointer",
}
MODELS = """
import os, sys
from safelight.bootstrap.adapters import Adapters
from safelight.settings import Settings
print(type(Adapters(Settings(os.environ)).models).__name__, *sys.modules)
"""
IMPORTS = """
import sys
import safelight.channels.http.parse, safelight.channels.http.views, safelight.usecases.assess_request
print(*sys.modules)
"""


def test_a_decision_imports_nothing_of_contacts_and_staff() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "layers/core")}
    done = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True, env=environment)
    assert "safelight.usecases.decide_request" in done.stdout.split()
    assert ELSEWHERE.isdisjoint(done.stdout.split())


def test_without_a_model_store_a_start_imports_nothing_of_it() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "layers/core"), "MODEL_DIRECTORY": "/none", "MODEL_STORE": ""}
    done = subprocess.run([sys.executable, "-c", MODELS], capture_output=True, text=True, check=True, env=environment)
    made, *imported = done.stdout.split()
    assert made == "PinnedModel"
    assert WITH_A_STORE.isdisjoint(imported)
