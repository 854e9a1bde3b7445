"""From a request and what is known of it to a decision: light, next step, questions, and whom to tell."""

from dataclasses import replace

from safelight.domain.alert import Alert, StaffTask, TaskReason
from safelight.domain.assessment import Assessment
from safelight.domain.case import Case, CaseState, Decision, case_id_of
from safelight.domain.contradictions import known_facts
from safelight.domain.errors import ModelUnavailableError
from safelight.domain.facts import Facts
from safelight.domain.light import Light
from safelight.domain.request import Channel, Request
from safelight.features import contract
from safelight.ports import CaseFile, Model, Models, Telemetry
from safelight.scoring import policy
from safelight.scoring.rules import BY_CODE
from safelight.usecases.ask_next import ask_next
from safelight.usecases.call_for_help import call_for_help, staff_task
from safelight.usecases.discretion import call_back, discreet
from safelight.usecases.gather_facts import Gathered
from safelight.usecases.tell_holder import notice

TALKED = frozenset({Channel.CHAT, Channel.PHONE})


def decide_request(request: Request, gathered: Gathered, digest: str, models: Models, telemetry: Telemetry) -> CaseFile:
    """The case with its decision and whom to tell, not written yet."""
    packed = policy.pack_vector(contract.vector(*_scored_as(request, gathered.facts)))
    vector = policy.unpack_vector(packed)
    assessment, model = _assess(request, vector, gathered, models)
    if assessment.fallback_cause is not None:
        telemetry.count("FallbackDecision")
    rules = policy.rule_codes(vector)
    case = _opened(request, assessment, gathered, rules)
    alerts: tuple[Alert, ...] = ()
    tasks: tuple[StaffTask, ...] = ()
    if case.floor is Light.RED:
        alerts, tasks = call_for_help(case.case_id, request, gathered.dossier, request.requested_at)
    elif assessment.fallback_cause is not None:
        tasks = (_by_rules_task(case),)
    if case.discreet:
        tasks = (*tasks, call_back(case, request.requested_at))
    alerts = (*alerts, *notice(case, gathered.dossier, request.requested_at))
    red_at, yellow_at = model.thresholds.at(request.amount_twd) if model else (None, None)
    decision = Decision(
        case_id=case.case_id,
        number=1,
        decided_at=request.requested_at,
        assessment=assessment,
        next_step=case.next_step,
        questions=case.questions,
        vector=packed,
        rules=rules,
        amount_at_stake_twd=request.amount_twd,
        red_at=red_at,
        yellow_at=yellow_at,
        model_sha256=model.sha256 if model else None,
        missing=gathered.missing,
        discreet=case.discreet,
        contract=contract.FINGERPRINT,
    )
    return CaseFile(case=case, digest=digest, decisions=(decision,), alerts=alerts, tasks=tasks)


def _scored_as(request: Request, facts: Facts) -> tuple[Request, Facts]:
    """The same person and facts get the same light however they ask: what is said in a chat or on the phone is scored
    as what is typed in the app, now and before. What such a channel cannot see is missing all the same."""
    if request.channel in TALKED:
        request = replace(request, channel=scored_channel(request.channel))
    past = facts.behaviour.past_requests if facts.behaviour else ()
    if facts.behaviour and any(one.channel in TALKED for one in past):
        as_app = tuple(replace(one, channel=Channel.APP) if one.channel in TALKED else one for one in past)
        facts = replace(facts, behaviour=replace(facts.behaviour, past_requests=as_app))
    return request, facts


def scored_channel(channel: Channel) -> Channel:
    """The one that the model knows it as."""
    return Channel.APP if channel in TALKED else channel


def _assess(
    request: Request, vector: tuple[float, ...], gathered: Gathered, models: Models
) -> tuple[Assessment, Model | None]:
    """The assessment and the model that gave it, None where rules did."""
    if gathered.missing or not gathered.in_time:
        cause = "facts_missing" if gathered.in_time else "out_of_time"
        return policy.by_rules(vector, cause), None
    try:
        model = models.current(request.policyholder_id)
        score = model.score(vector)
        if not 0 <= score.probability <= 1:  # NaN too: no threshold holds against it, and GREEN would be the rest
            raise ModelUnavailableError("failed")  # noqa: TRY301 - handled as any other failure of the model
    except ModelUnavailableError as error:
        return policy.by_rules(vector, f"model_{error.cause}"), None
    return policy.by_model(score, vector, request.amount_twd, model.thresholds), model


def _opened(request: Request, assessment: Assessment, gathered: Gathered, rules: tuple[str, ...]) -> Case:
    case_id = case_id_of(request.policyholder_id, request.request_id)
    light = assessment.light
    goes_on = light is Light.GREEN
    quiet = discreet(request.channel, gathered.facts.context, goes_on=goes_on)
    if goes_on and not quiet:
        return Case.opened(case_id, request, assessment, CaseState.RELEASED, "green")
    if assessment.fallback_cause is not None:
        to, reason = CaseState.REVIEW, assessment.fallback_cause
    else:
        to = CaseState.REVIEW if light is Light.RED or quiet else CaseState.QUESTIONING
        reason = light.name.lower()
    known = known_facts(request, gathered.facts)
    case = Case.opened(case_id, request, assessment, to, reason, known, discreet=quiet)
    return ask_next(case, request.requested_at, firm=light is Light.RED or _tell_of_a_scam(rules))


def _tell_of_a_scam(rules: tuple[str, ...]) -> bool:
    """Whether his words do, or a rule that forces a light. That he is widowed or retired points to a scam type as well,
    but is no more than a hint."""
    return any(code.startswith("words_") or BY_CODE[code].at_least is not Light.GREEN for code in rules)


def _by_rules_task(case: Case) -> StaffTask:
    return staff_task(case.case_id, case.request.policyholder_id, TaskReason.ASSESSED_BY_RULES, case.opened_at)
