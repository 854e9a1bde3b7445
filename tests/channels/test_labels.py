"""From a case's end, told to the deployed functions, to the rows that the next model learns from."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from models.labelled.read import read, rows
from safelight.adapters.dynamodb.codec import decode
from safelight.domain.case import Decision
from tests.channels.deployed import ME, ROOT, STAFF, Answer, Deployed, a_body, a_red_body

SCAM = {"label": "scam", "reason": "told_by_customer"}
GENUINE = {"label": "genuine", "reason": "told_by_customer"}


def ends(insurer: Deployed, case_id: str, body: dict[str, Any], who: str = "st-1") -> Answer:
    return insurer.call("POST", f"/v1/staff/cases/{case_id}/outcome", body, who=who, groups=STAFF)


def the_cases(insurer: Deployed) -> list[str]:
    stored = insurer.aws.tables["cases"].values()
    return [row["pk"]["S"].removeprefix("CASE#") for row in stored if row["kind"]["S"] == "case"]


def test_staff_read_who_said_what_what_stands_and_the_label_it_makes(insurer: Deployed) -> None:
    insurer.call("POST", "/v1/requests", a_red_body())
    (case_id,) = the_cases(insurer)
    before = insurer.call("GET", f"/v1/staff/cases/{case_id}", who="st-1", groups=STAFF).json
    assert (before["outcome"], before["outcomes"], before["label"]) == (None, [], None)
    ends(insurer, case_id, SCAM)  # as older clients do: staff's own judgement
    said = ends(insurer, case_id, {**GENUINE, "source": "policyholder", "confidence": 0.6}, who="st-2").json
    assert [(o["number"], o["label"], o["source"], o["by"], o["stands"], o["held"]) for o in said["outcomes"]] == [
        (1, "scam", "staff", "st-1", True, False),
        (2, "genuine", "policyholder", "st-2", True, False),
    ]
    assert (said["state"], said["outcome"]["number"]) == ("stopped", 1)
    assert (said["label"]["scam"], said["label"]["source"], said["label"]["disputed"]) == (True, "staff", True)
    outranked = ends(insurer, case_id, {**GENUINE, "source": "contact", "corrects": 1})
    assert (outranked.status, outranked.json["detail"]) == (409, "outranked")
    corrected = ends(insurer, case_id, {**GENUINE, "source": "police", "corrects": 1}, who="st-2").json
    assert [o["stands"] for o in corrected["outcomes"]] == [False, True, True]
    assert corrected["outcomes"][2]["supersedes"] == [1]
    assert corrected == insurer.call("GET", f"/v1/staff/cases/{case_id}", who="st-1", groups=STAFF).json


@pytest.mark.parametrize("more", [{"source": "no_complaint"}, {"source": "agent"}, {"corrects": 0}, {"corrects": "1"}])
def test_a_source_that_nobody_is_and_a_number_that_none_has_are_refused(
    insurer: Deployed, more: dict[str, object]
) -> None:
    insurer.call("POST", "/v1/requests", a_red_body())
    (case_id,) = the_cases(insurer)
    assert ends(insurer, case_id, {**SCAM, **more}).status == 422
    assert insurer.call("GET", f"/v1/staff/cases/{case_id}", who="st-1", groups=STAFF).json["outcomes"] == []


def command(out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, with the environment that the functions have."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "layers/core")}
    line = [sys.executable, "-m", "models", "export-rows", "--out", str(out), *more]
    return subprocess.run(line, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_writes_rows_of_the_stored_decisions(insurer: Deployed, tmp_path: Path) -> None:
    insurer.call("POST", "/v1/requests", a_red_body())
    insurer.call("POST", "/v1/requests", a_body(request_id="r-2"))
    for case_id in the_cases(insurer):
        ends(insurer, case_id, SCAM)
    out = tmp_path / "rows.jsonl"
    done = command(out)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 rows" in done.stdout
    stored = insurer.aws.tables["cases"].values()
    kept = [decode(Decision, row["doc"]["S"]) for row in stored if row["kind"]["S"] == "decision"]
    found = read(out)
    assert {c: x.astype("<f4").tobytes() for c, x in zip(found.case_ids, found.table.x, strict=True)} == {
        decision.case_id: decision.vector for decision in kept
    }
    assert found.table.truth.all()
    assert len({row.person for row in rows(out)}) == 1
    assert ME not in out.read_text(encoding="utf-8")


def test_the_command_that_cannot_says_why_and_leaves_no_file(insurer: Deployed, tmp_path: Path) -> None:
    for done in (command(tmp_path / "none" / "rows.jsonl"), command(tmp_path / "rows.jsonl", "--at", "2026-07-01")):
        assert done.returncode in (1, 2)
        assert "Traceback" not in done.stderr
    assert "needs an offset from UTC" in done.stderr
    assert list(tmp_path.iterdir()) == []
