"""The light that a request would get, before there is one: nothing is stored, nobody is told, nothing is let go."""

from safelight.domain.facts import Conversation, Profile
from safelight.domain.light import Light
from safelight.domain.request import Channel, Locale, PolicyholderId, Request, RequestId, RequestKind
from safelight.ports import Book, Cases, Clock, Indicators, Models, Sessions, Telemetry
from safelight.usecases.decide_request import decide_request
from safelight.usecases.gather_facts import TIME_BUDGET_S, gather_facts


def foresee(
    who: PolicyholderId,
    kind: RequestKind,
    channel: Channel,
    heard: Conversation | None,
    profile: Profile,
    *,
    book: Book,
    cases: Cases,
    sessions: Sessions,
    indicators: Indicators,
    models: Models,
    clock: Clock,
    telemetry: Telemetry,
    facts_within_s: float = TIME_BUDGET_S,
) -> Light:
    """Of a request for all that his policies can give, to the account of record."""
    request = Request(
        request_id=RequestId("foreseen"),
        policyholder_id=who,
        kind=kind,
        amount_twd=sum(policy.available_twd for policy in profile.policies) if kind.moves_money else 0,
        policy_ids=tuple(policy.policy_id for policy in profile.policies),
        channel=channel,
        locale=Locale.ZH_TW,
        requested_at=clock.now(),
    )
    gathered = gather_facts(
        request,
        None,
        heard,
        book=book,
        cases=cases,
        sessions=sessions,
        indicators=indicators,
        clock=clock,
        telemetry=telemetry,
        within_s=facts_within_s,
    )
    return decide_request(request, gathered, "", models, telemetry).case.floor
