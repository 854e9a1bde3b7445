"""Write training rows: each request with what was known of it then, and what was said of its end by now.

The facts are those of the record of the decision that opened the case, in the very bits that were scored. Today's book
is never read: it knows what the request's day did not.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile

from safelight.domain.assessment import Source
from safelight.domain.case import CaseId, CaseState, Decision
from safelight.domain.errors import GaveUpError
from safelight.domain.label import Label, label_at, silent_since
from safelight.domain.light import Light
from safelight.domain.outcome import Outcome, OutcomeLabel
from safelight.domain.request import Channel, RequestKind
from safelight.ports import CaseFile, Cases, Vault
from safelight.usecases.decide_request import scored_channel

PAGE = 100
AT_ONCE = 8
"""Cases read at a time: each is a query that mostly waits."""
_ORDER = (CaseState.OPEN, CaseState.QUESTIONING, CaseState.REVIEW, CaseState.RELEASED, CaseState.STOPPED)
"""Cases only move forward through these, so one that moves while rows are written is met in the later list, if not in
both: whoever reads the rows takes the first of each case."""
_PSEUDONYM = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an export goes on: `cursor` is the board's, None at the start of a state's list."""

    state: CaseState = _ORDER[0]
    cursor: str | None = None

    def after(self, cursor: str | None) -> "Place | None":
        """The next place, None at the end of the last list."""
        if cursor is not None:
            return replace(self, cursor=cursor)
        later = _ORDER[_ORDER.index(self.state) + 1 :]
        return Place(state=later[0]) if later else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said of it then, for people who replay policies."""

    probability: float | None
    light: Light
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRow:
    """`person` and the `by` of outcomes and label are keyed hashes: the same is the same, and nobody is named.

    `vector` are the features as little-endian float32 in the order that `contract` names; `channel` is the one that the
    model knew it by, `asked_by` the true one. `label` is as of the export's moment, `outcome` its word, `delay_s` how
    long after the request it was known; `silent_since` is what `label_at` needs to find it as of an earlier day.
    """

    case_id: CaseId
    number: int
    person: str
    kind: RequestKind
    channel: Channel
    asked_by: Channel
    decided_at: datetime
    amount_at_stake_twd: int
    vector: bytes
    contract: str
    model_sha256: str | None
    missing: tuple[str, ...]
    assessment: Said
    state: CaseState
    outcomes: tuple[Outcome, ...]
    silent_since: datetime | None
    label: Label | None
    outcome: OutcomeLabel | None
    delay_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsPage:
    """`then` is None after the last page. `unread` are cases whose rows cannot be read."""

    rows: tuple[TrainingRow, ...]
    then: Place | None
    unread: tuple[CaseId, ...] = ()


def export_rows(at: datetime, place: Place, *, cases: Cases, vault: Vault) -> RowsPage:
    """One page of rows of the requests made by `at`, with what was said by then. Raises RetryableError: the same
    place again gives the same page, but for cases that moved on."""
    page = cases.board(place.state, None, PAGE, place.cursor)
    wanted = [case.case_id for case in page.cases if case.opened_at <= at]

    def find(case_id: CaseId) -> CaseFile | None:
        try:
            return cases.find(case_id)
        except GaveUpError:
            return None

    with ThreadPoolExecutor(AT_ONCE) as readers:
        found = dict(zip(wanted, readers.map(find, wanted), strict=True))
    rows = {case_id: _row(file, at, vault) for case_id, file in found.items() if file and file.decisions}
    unread = tuple(case_id for case_id in wanted if case_id not in rows)
    return RowsPage(rows=tuple(rows.values()), then=place.after(page.next_cursor), unread=unread)


def _row(file: CaseFile, at: datetime, vault: Vault) -> TrainingRow:
    case, request = file.case, file.case.request
    opening: Decision = file.decisions[0]
    outcomes = tuple(
        replace(one, by=_pseudonym(vault, "staff", one.by))
        for one in takewhile(lambda one: one.recorded_at <= at, case.said)
    )
    silent = silent_since(case)
    label = label_at(outcomes, silent, at)
    return TrainingRow(
        case_id=case.case_id,
        number=opening.number,
        person=_pseudonym(vault, "policyholder", request.policyholder_id),
        kind=request.kind,
        channel=scored_channel(request.channel),
        asked_by=request.channel,
        decided_at=opening.decided_at,
        amount_at_stake_twd=opening.amount_at_stake_twd,
        vector=opening.vector,
        contract=opening.contract,
        model_sha256=opening.model_sha256,
        missing=opening.missing,
        assessment=Said(
            probability=opening.assessment.probability,
            light=opening.assessment.light,
            source=opening.assessment.source,
        ),
        state=case.state,
        outcomes=outcomes,
        silent_since=silent,
        label=label,
        outcome=_word(label),
        delay_s=(label.known_at - opening.decided_at) / timedelta(seconds=1) if label else None,
    )


def _word(label: Label | None) -> OutcomeLabel | None:
    if label is None:
        return None
    return OutcomeLabel.SCAM if label.scam else OutcomeLabel.GENUINE


def _pseudonym(vault: Vault, whose: str, who: str) -> str:
    return vault.digest(f"training row {whose} {who}")[:_PSEUDONYM]
