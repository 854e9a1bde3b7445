"""Requests and what comes of them. States are reached by legal moves only."""

from dataclasses import replace
from typing import Any

from safelight.domain.alert import Alert, AlertId, AlertPurpose, AlertState, AttemptId, StaffTask, TaskReason
from safelight.domain.assessment import Assessment, Modality, Reason, ScamType, Score, Source
from safelight.domain.caring import QuestionId
from safelight.domain.case import Actor, Case, CaseState, Decision, case_id_of
from safelight.domain.contact import Contact
from safelight.domain.light import Light
from safelight.domain.request import Channel, Locale, PolicyId, Request, RequestId, RequestKind
from tests.builders.people import NOW, POLICYHOLDER, a_contact

PATHS: dict[CaseState, tuple[tuple[CaseState, Actor], ...]] = {
    CaseState.OPEN: (),
    CaseState.QUESTIONING: ((CaseState.QUESTIONING, Actor.SYSTEM),),
    CaseState.REVIEW: ((CaseState.REVIEW, Actor.SYSTEM),),
    CaseState.RELEASED: ((CaseState.RELEASED, Actor.SYSTEM),),
    CaseState.STOPPED: ((CaseState.REVIEW, Actor.SYSTEM), (CaseState.STOPPED, Actor.STAFF)),
}
FIVE = tuple(
    QuestionId(name)
    for name in (
        "fake_authority.told_involved",
        "fake_authority.told_secret",
        "fake_authority.checked_how",
        "fake_investment.introduced_by",
        "general.guided",
    )
)
"""All at once and without their times, as cases were opened before questions followed from answers."""
PROBABILITIES = {Light.GREEN: 0.002, Light.YELLOW: 0.2, Light.RED: 0.9}


def a_request(**over: Any) -> Request:
    return replace(
        Request(
            request_id=RequestId("req-0001"),
            policyholder_id=POLICYHOLDER,
            kind=RequestKind.POLICY_LOAN,
            amount_twd=96_000,
            policy_ids=(PolicyId("pol-0001"),),
            channel=Channel.APP,
            locale=Locale.ZH_TW,
            requested_at=NOW,
        ),
        **over,
    )


def a_score(light: Light = Light.GREEN, **over: Any) -> Score:
    p = PROBABILITIES[light]
    return replace(
        Score(
            probability=p,
            experts={Modality.BEHAVIOUR: p, Modality.PROFILE: p, Modality.CONTEXT: p},
            reasons={"context": 1.5, "profile": -0.25},
            model_version="test-1",
            vector=(),
        ),
        **over,
    )


def an_assessment(light: Light = Light.GREEN, **over: Any) -> Assessment:
    p = PROBABILITIES[light]
    return replace(
        Assessment(
            light=light,
            source=Source.MODEL,
            probability=p,
            experts={Modality.BEHAVIOUR: p, Modality.CONTEXT: p},
            reasons=(Reason(code="context", weight=1.5),),
            suspected=() if light is Light.GREEN else (ScamType.FAKE_AUTHORITY, ScamType.FAKE_INVESTMENT),
            model_version="test-1",
        ),
        **over,
    )


def a_case(
    light: Light = Light.RED, state: CaseState | None = None, *, request: Request | None = None, **over: Any
) -> Case:
    """At version 1 and at the floor of its light; GREEN is released and the others in review unless told otherwise."""
    request = request or a_request()
    state = state or (CaseState.RELEASED if light is Light.GREEN else CaseState.REVIEW)
    assessment = over.pop("assessment", None) or an_assessment(light)
    case = Case(
        case_id=case_id_of(request.policyholder_id, request.request_id),
        request=request,
        state=CaseState.OPEN,
        floor=assessment.light,
        assessment=assessment,
        opened_at=request.requested_at,
        questions=() if light is Light.GREEN else FIVE,
    )
    for to, actor in PATHS[state]:
        case = case.move(to, actor, "built", request.requested_at)
    return replace(case, **over)


def a_decision(case: Case, number: int = 1, **over: Any) -> Decision:
    return replace(
        Decision(
            case_id=case.case_id,
            number=number,
            decided_at=case.opened_at,
            assessment=case.assessment,
            next_step=case.next_step,
            questions=case.questions,
            vector=b"\x00\x00\x80\x3f\x00\x00\xc0\x7f",
            rules=(),
            amount_at_stake_twd=case.request.amount_twd,
            red_at=0.5,
            yellow_at=0.1,
            model_sha256="f" * 64,
            missing=(),
        ),
        **over,
    )


def an_alert(case: Case, contact: Contact | None = None, **over: Any) -> Alert:
    """Pending, about `case`."""
    contact = contact or a_contact(policyholder_id=case.request.policyholder_id)
    alert = Alert.for_case(case.case_id, contact.contact_id, case.request.policyholder_id, case.opened_at)
    return replace(alert, **over)


def an_invitation(contact: Contact, number: int = 1, **over: Any) -> Alert:
    return replace(
        Alert(
            alert_id=AlertId(f"invite/{contact.contact_id}/{number}"),
            purpose=AlertPurpose.CONFIRM_CONTACT,
            policyholder_id=contact.policyholder_id,
            contact_id=contact.contact_id,
            created_at=NOW,
        ),
        **over,
    )


def sending(alert: Alert, attempt: str = "attempt-1", **over: Any) -> Alert:
    """The next version of a pending alert, as its sender writes it before the wire is touched."""
    at = over.pop("at", alert.created_at)
    moved = alert.move(AlertState.SENDING, at)
    return replace(moved, attempt_id=AttemptId(attempt), version=alert.version + 1, **over)


def ended(alert: Alert, state: AlertState = AlertState.SENT, **over: Any) -> Alert:
    """The next version of an alert, at its end."""
    at = over.pop("at", alert.created_at)
    return replace(alert.move(state, at, cause=over.pop("cause", None)), version=alert.version + 1, **over)


def a_task(case: Case, reason: TaskReason = TaskReason.ALERT_FAILED, **over: Any) -> StaffTask:
    return replace(
        StaffTask(
            case_id=case.case_id,
            policyholder_id=case.request.policyholder_id,
            reason=reason,
            created_at=case.opened_at,
            due_at=case.opened_at,
        ),
        **over,
    )
