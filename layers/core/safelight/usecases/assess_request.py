"""Score a request while the policyholder waits, and store the decision with everything that follows from it."""

from dataclasses import dataclass, replace
from datetime import datetime

from safelight.domain.alert import Alert, StaffTask, TaskReason
from safelight.domain.assessment import Assessment
from safelight.domain.caring import select
from safelight.domain.case import Actor, Case, CaseState, Decision, case_id_of
from safelight.domain.errors import (
    ConflictError,
    ContendedError,
    GaveUpError,
    ModelUnavailableError,
    RejectedError,
    RetryableError,
)
from safelight.domain.facts import Context, Profile
from safelight.domain.light import Light
from safelight.domain.request import Request
from safelight.features import contract
from safelight.ports import (
    Book,
    CaseFile,
    Cases,
    Changes,
    Clock,
    Indicators,
    Model,
    Models,
    Sessions,
    Telemetry,
)
from safelight.scoring import policy
from safelight.usecases.call_for_help import call_for_help, staff_task
from safelight.usecases.gather_facts import HISTORY, HISTORY_MISSING, Gathered, gather_facts

ATTEMPTS = 3
"""Of deciding on a history that another request has grown since. Requests sent at the same moment are each decided with
those before it in view; without that a sum cut in twenty would pass in twenty parts. The last attempt is by rules."""
OVERTAKEN_FOR_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A case with the decision that opened it. `replayed`: this request had been decided before.

    `recorded` is False when the store could not be written: the decision is to talk to a person, and nothing is kept.
    """

    file: CaseFile
    replayed: bool = False
    recorded: bool = True

    @property
    def case(self) -> Case:
        return self.file.case

    @property
    def decision(self) -> Decision:
        return self.file.decisions[0]


def assess_request(
    request: Request,
    seen: Context | None,
    digest: str,
    *,
    book: Book,
    cases: Cases,
    sessions: Sessions,
    indicators: Indicators,
    models: Models,
    clock: Clock,
    telemetry: Telemetry,
) -> Opened:
    """`digest` is the keyed digest of the request's body: the same id with another body is a ConflictError.

    Raises RejectedError for a policy that is not his and for more than the policies can give. Any failure of model or
    facts ends in the rules and a review, never in an error (promise 3). So does being overtaken by the policyholder's
    other requests time and again.
    """
    give_up_at = clock.monotonic() + OVERTAKEN_FOR_S
    overtaken, attempt = True, 0
    while overtaken:
        attempt += 1
        gathered = gather_facts(
            request,
            seen,
            book=book,
            cases=cases,
            sessions=sessions,
            indicators=indicators,
            clock=clock,
            telemetry=telemetry,
        )
        try:
            _check_against(gathered.facts.profile, request)
        except RejectedError as rejected:
            # Decided before: a retry gets that decision, though the policies may have changed since (promise 9).
            decided = cases.find(case_id_of(request.policyholder_id, request.request_id))
            if decided is None:
                raise
            return _replayed(decided, digest, rejected)
        last = attempt == ATTEMPTS or (attempt > 1 and clock.monotonic() >= give_up_at)
        if last:
            # What he asks for meanwhile is not known, and no score may rest on that.
            gathered = replace(gathered, missing=(*gathered.missing, HISTORY_MISSING))
        newest = _newest(gathered)
        if newest is not None and newest > request.requested_at:
            request = replace(request, requested_at=clock.now())  # what is decided already was asked before
        after = None if HISTORY_MISSING in gathered.missing else newest or request.requested_at - HISTORY
        file = _decided(request, gathered, digest, models, telemetry)
        opening = Changes(
            case=file.case,
            decision=file.decisions[0],
            alerts=file.alerts,
            tasks=file.tasks,
            digest=digest,
            after=after,
        )
        try:
            cases.commit(opening)
        except (ConflictError, RetryableError, GaveUpError) as error:
            # The case may be there all the same: by an earlier request, a twin, or a write whose answer was lost.
            try:
                stored = cases.find(file.case.case_id)
            except (RetryableError, GaveUpError):
                break
            if stored is not None:
                return _replayed(stored, digest, error)
            overtaken = isinstance(error, ConflictError | ContendedError) and not last
            request = replace(request, requested_at=clock.now())
        else:
            telemetry.count(f"Light{file.case.floor.name.title()}")
            return Opened(file=file)
    return _unrecorded(file, telemetry)


def _newest(gathered: Gathered) -> datetime | None:
    """When he last asked for something, None when he did not within the history or it could not be read."""
    past = gathered.facts.behaviour.past_requests if gathered.facts.behaviour else ()
    return past[0].requested_at if past else None


def _decided(request: Request, gathered: Gathered, digest: str, models: Models, telemetry: Telemetry) -> CaseFile:
    """The case with its decision and whom to tell, not written yet."""
    assessment, evidence = _assess(request, gathered, models)
    if assessment.fallback_cause is not None:
        telemetry.count("FallbackDecision")
    case = _opened(request, assessment)
    alerts: tuple[Alert, ...] = ()
    tasks: tuple[StaffTask, ...] = ()
    if case.floor is Light.RED:
        alerts, tasks = call_for_help(case.case_id, request.policyholder_id, gathered.dossier, request.requested_at)
    elif assessment.fallback_cause is not None:
        tasks = (_by_rules_task(case),)
    decision = Decision(
        case_id=case.case_id,
        number=1,
        decided_at=request.requested_at,
        assessment=assessment,
        next_step=case.next_step,
        questions=case.questions,
        vector=evidence.vector,
        rules=policy.rule_codes(policy.unpack_vector(evidence.vector)),
        amount_at_stake_twd=request.amount_twd,
        red_at=evidence.model.thresholds.red_at if evidence.model else None,
        yellow_at=evidence.model.thresholds.yellow_at if evidence.model else None,
        model_sha256=evidence.model.sha256 if evidence.model else None,
        missing=gathered.missing,
    )
    return CaseFile(case=case, digest=digest, decisions=(decision,), alerts=alerts, tasks=tasks)


@dataclass(frozen=True, slots=True)
class _Evidence:
    vector: bytes
    model: Model | None


def _assess(request: Request, gathered: Gathered, models: Models) -> tuple[Assessment, _Evidence]:
    packed = policy.pack_vector(contract.vector(request, gathered.facts))
    vector = policy.unpack_vector(packed)
    if gathered.missing or not gathered.in_time:
        cause = "facts_missing" if gathered.in_time else "out_of_time"
        return policy.by_rules(vector, cause), _Evidence(packed, None)
    try:
        model = models.current()
        score = model.score(vector)
        if not 0 <= score.probability <= 1:  # NaN too: no threshold holds against it, and GREEN would be the rest
            raise ModelUnavailableError("failed")  # noqa: TRY301 - handled as any other failure of the model
    except ModelUnavailableError as error:
        return policy.by_rules(vector, f"model_{error.cause}"), _Evidence(packed, None)
    return policy.by_model(score, vector, request.amount_twd, model.thresholds), _Evidence(packed, model)


def _check_against(profile: Profile | None, request: Request) -> None:
    """What he asks for must be his and be there. Without a profile nothing can be checked: staff will."""
    if profile is None:
        return
    own = {policy.policy_id: policy for policy in profile.policies}
    for position, policy_id in enumerate(request.policy_ids):
        if policy_id not in own:
            raise RejectedError("unknown_policy", field=f"policy_ids[{position}]")
    if request.amount_twd > sum(own[policy_id].available_twd for policy_id in set(request.policy_ids)):
        raise RejectedError("more_than_available", field="amount_twd")


def _opened(request: Request, assessment: Assessment) -> Case:
    case = Case(
        case_id=case_id_of(request.policyholder_id, request.request_id),
        request=request,
        state=CaseState.OPEN,
        floor=assessment.light,
        assessment=assessment,
        opened_at=request.requested_at,
    )
    if assessment.light is Light.GREEN:
        return case.move(CaseState.RELEASED, Actor.SYSTEM, "green", request.requested_at)
    case = replace(case, questions=select(assessment.suspected))
    if assessment.fallback_cause is not None:
        return case.move(CaseState.REVIEW, Actor.SYSTEM, assessment.fallback_cause, request.requested_at)
    state = CaseState.REVIEW if assessment.light is Light.RED else CaseState.QUESTIONING
    return case.move(state, Actor.SYSTEM, assessment.light.name.lower(), request.requested_at)


def _by_rules_task(case: Case) -> StaffTask:
    return staff_task(case.case_id, case.request.policyholder_id, TaskReason.ASSESSED_BY_RULES, case.opened_at)


def _unrecorded(unwritten: CaseFile, telemetry: Telemetry) -> Opened:
    """Nothing is kept and nothing is let go: the answer is to talk to a person, and the same request may come again."""
    telemetry.count("DecisionUnrecorded")
    case = replace(unwritten.case, state=CaseState.REVIEW, questions=(), floor=Light.RED)
    decision = replace(unwritten.decisions[0], next_step=case.next_step, questions=())
    held = replace(unwritten, case=case, decisions=(decision,), alerts=(), tasks=())
    return Opened(file=held, recorded=False)


def _replayed(file: CaseFile, digest: str, cause: Exception) -> Opened:
    """The first decision again. Raises ConflictError when the id was used with another body."""
    if file.digest != digest:
        raise ConflictError("request_id_reused", field="request_id") from cause
    return Opened(file=file, replayed=True)
