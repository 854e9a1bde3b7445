"""Score a request while the policyholder waits, and store the decision with everything that follows from it."""

from dataclasses import dataclass, replace
from datetime import datetime

from safelight.domain.assessment import NextStep
from safelight.domain.case import Case, CaseState, Decision, case_id_of
from safelight.domain.errors import (
    ConflictError,
    ContendedError,
    GaveUpError,
    RejectedError,
    RetryableError,
)
from safelight.domain.facts import Context, Conversation, Profile
from safelight.domain.light import Light
from safelight.domain.request import Request
from safelight.ports import (
    Book,
    CaseFile,
    Cases,
    Changes,
    Clock,
    Indicators,
    Models,
    Sessions,
    Telemetry,
)
from safelight.usecases.decide_request import decide_request
from safelight.usecases.discretion import discreet
from safelight.usecases.gather_facts import HISTORY, HISTORY_MISSING, TIME_BUDGET_S, Gathered, gather_facts

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
    overheard: bool = False
    """Somebody may listen or read along by now. Of a replayed decision that may be news."""

    @property
    def discreet(self) -> bool:
        return self.decision.discreet or self.overheard

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
    heard: Conversation | None = None,
    *,
    book: Book,
    cases: Cases,
    sessions: Sessions,
    indicators: Indicators,
    models: Models,
    clock: Clock,
    telemetry: Telemetry,
    facts_within_s: float = TIME_BUDGET_S,
) -> Opened:
    """`digest` is the keyed digest of the request's body: the same id with another body is a ConflictError.

    Raises RejectedError for a policy that is not his and for more than the policies can give. Any failure of model or
    facts ends in the rules and a review, never in an error (promise 3). So does being overtaken by the policyholder's
    other requests time and again.
    """
    models.look()
    give_up_at = clock.monotonic() + OVERTAKEN_FOR_S
    for attempt in range(1, ATTEMPTS + 1):
        gathered = gather_facts(
            request,
            seen,
            heard,
            book=book,
            cases=cases,
            sessions=sessions,
            indicators=indicators,
            clock=clock,
            telemetry=telemetry,
            within_s=facts_within_s,
        )
        try:
            _check_against(gathered.facts.profile, request)
        except RejectedError as rejected:
            # Decided before: a retry gets that decision, though the policies may have changed since (promise 9).
            decided = cases.find(case_id_of(request.policyholder_id, request.request_id))
            if decided is None:
                raise
            return _replayed(decided, digest, gathered, rejected)
        last = attempt == ATTEMPTS or (attempt > 1 and clock.monotonic() >= give_up_at)
        if last:
            # What he asks for meanwhile is not known, and no score may rest on that.
            gathered = replace(gathered, missing=(*gathered.missing, HISTORY_MISSING))
        newest = _newest(gathered)
        if newest is not None and newest > request.requested_at:
            request = replace(request, requested_at=clock.now())  # what is decided already was asked before
        file = decide_request(request, gathered, digest, models, telemetry)
        try:
            cases.commit(_opening(file, gathered))
        except (ConflictError, RetryableError, GaveUpError) as error:
            # The case may be there all the same: by an earlier request, a twin, or a write whose answer was lost.
            try:
                stored = cases.find(file.case.case_id)
            except (RetryableError, GaveUpError):
                break
            if stored is not None:
                return _replayed(stored, digest, gathered, error)
            if last or not isinstance(error, ConflictError | ContendedError):
                break
            request = replace(request, requested_at=clock.now())
        else:
            telemetry.count(f"Light{file.case.floor.name.title()}")
            return Opened(file=file)
    return _unrecorded(file, gathered.facts.context, telemetry)


def _opening(file: CaseFile, gathered: Gathered) -> Changes:
    """The case's first transaction, on top of the newest earlier request that the decision knew of."""
    known = HISTORY_MISSING not in gathered.missing
    return Changes(
        case=file.case,
        decision=file.decisions[0],
        alerts=file.alerts,
        tasks=file.tasks,
        digest=file.digest,
        after=(_newest(gathered) or file.case.opened_at - HISTORY) if known else None,
    )


def _newest(gathered: Gathered) -> datetime | None:
    """When he last asked for something, None when he did not within the history or it could not be read."""
    past = gathered.facts.behaviour.past_requests if gathered.facts.behaviour else ()
    return past[0].requested_at if past else None


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


def _unrecorded(unwritten: CaseFile, seen: Context | None, telemetry: Telemetry) -> Opened:
    """Nothing is kept and nothing is let go: the answer is to talk to a person, and the same request may come again."""
    telemetry.count("DecisionUnrecorded")
    case = replace(unwritten.case, state=CaseState.REVIEW, questions=(), asked_at=(), floor=Light.RED)
    decision = replace(unwritten.decisions[0], next_step=NextStep.TALK_TO_US, questions=())
    held = replace(unwritten, case=case, decisions=(decision,), alerts=(), tasks=())
    overheard = discreet(case.request.channel, seen, goes_on=False)
    return Opened(file=held, recorded=False, overheard=overheard)


def _replayed(file: CaseFile, digest: str, gathered: Gathered, cause: Exception) -> Opened:
    """The first decision again. Raises ConflictError when the id was used with another body."""
    if file.digest != digest:
        raise ConflictError("request_id_reused", field="request_id") from cause
    goes_on = file.decisions[0].next_step is NextStep.PROCEED
    overheard = discreet(file.case.request.channel, gathered.facts.context, goes_on=goes_on)
    return Opened(file=file, replayed=True, overheard=overheard)
