"""The life of a request: `open → questioning → review → released | stopped`, every move with actor, reason and time."""

from base64 import b32encode
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import NewType

from safelight.domain.assessment import Assessment, NextStep
from safelight.domain.caring import Answer, QuestionId
from safelight.domain.errors import ConflictError
from safelight.domain.light import Light
from safelight.domain.outcome import Outcome
from safelight.domain.reply import Reply, Word
from safelight.domain.request import PolicyholderId, Request, RequestId

CaseId = NewType("CaseId", str)


def case_id_of(policyholder_id: PolicyholderId, request_id: RequestId) -> CaseId:
    """One case per policyholder and request id. Another policyholder's request id never reaches this case."""
    digest = sha256(f"{len(policyholder_id)}:{policyholder_id}{request_id}".encode()).digest()
    return CaseId(b32encode(digest[:15]).decode().lower())


class CaseState(StrEnum):
    OPEN = "open"
    QUESTIONING = "questioning"
    REVIEW = "review"
    RELEASED = "released"
    STOPPED = "stopped"

    @property
    def ended(self) -> bool:
        return self in (CaseState.RELEASED, CaseState.STOPPED)


class Actor(StrEnum):
    SYSTEM = "system"
    POLICYHOLDER = "policyholder"
    CONTACT = "contact"
    STAFF = "staff"


LEGAL_MOVES: dict[tuple[CaseState, CaseState], frozenset[Actor]] = {
    (CaseState.OPEN, CaseState.RELEASED): frozenset({Actor.SYSTEM}),
    (CaseState.OPEN, CaseState.QUESTIONING): frozenset({Actor.SYSTEM}),
    (CaseState.OPEN, CaseState.REVIEW): frozenset({Actor.SYSTEM}),
    (CaseState.QUESTIONING, CaseState.RELEASED): frozenset({Actor.SYSTEM, Actor.STAFF}),
    (CaseState.QUESTIONING, CaseState.REVIEW): frozenset({Actor.SYSTEM, Actor.CONTACT, Actor.STAFF}),
    (CaseState.QUESTIONING, CaseState.STOPPED): frozenset({Actor.POLICYHOLDER, Actor.STAFF}),
    (CaseState.REVIEW, CaseState.RELEASED): frozenset({Actor.STAFF}),
    (CaseState.REVIEW, CaseState.STOPPED): frozenset({Actor.POLICYHOLDER, Actor.STAFF}),
}
"""Who may make which move. Nothing leaves `released` or `stopped`; only staff release what is in review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    from_: CaseState
    to: CaseState
    actor: Actor
    reason: str
    at: datetime
    by: str | None = None


def _legal_move(
    from_: CaseState, to: CaseState, actor: Actor, reason: str, at: datetime, by: str | None = None
) -> Move:
    if actor not in LEGAL_MOVES.get((from_, to), frozenset()):
        raise ConflictError("illegal_move", field=f"{from_}->{to}")
    return Move(from_=from_, to=to, actor=actor, reason=reason, at=at, by=by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`floor` is the light below which no answer can bring the case. `version` counts the stored states.

    `questions` are those asked so far: one is added when the last is answered, none is taken out. `asked_at` is when
    each was given out; a case of older code lacks the first ones. `known` are the facts that answers are held against,
    as they stood when the case was opened; `contradictions` what was found so far, which only grows. `discreet`:
    somebody may be reading along, so its questions are for the call-back, not for the screen. `replies` is what his
    contacts said, in order. `outcomes` is all that was said of how it ended, which only grows; `outcome` what leads of
    it, and all that a case of older code has.
    """

    case_id: CaseId
    request: Request
    state: CaseState
    floor: Light
    assessment: Assessment
    opened_at: datetime
    questions: tuple[QuestionId, ...] = ()
    answers: tuple[Answer, ...] = ()
    asked_at: tuple[datetime, ...] = ()
    known: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()
    outcome: Outcome | None = None
    discreet: bool = False
    version: int = 1
    replies: tuple[Reply, ...] = ()
    outcomes: tuple[Outcome, ...] = ()

    @property
    def said(self) -> tuple[Outcome, ...]:
        """Every outcome recorded, in order. Their numbers count from 1."""
        return self.outcomes or ((self.outcome,) if self.outcome else ())

    @classmethod
    def opened(
        cls,
        case_id: CaseId,
        request: Request,
        assessment: Assessment,
        to: CaseState,
        reason: str,
        known: tuple[str, ...] = (),
        *,
        discreet: bool = False,
    ) -> "Case":
        """A new case that the system moves on at once. Raises ConflictError where `LEGAL_MOVES` does not allow it."""
        at = request.requested_at
        return cls(
            case_id=case_id,
            request=request,
            state=to,
            floor=assessment.light,
            assessment=assessment,
            opened_at=at,
            known=known,
            discreet=discreet,
            moves=(_legal_move(CaseState.OPEN, to, Actor.SYSTEM, reason, at),),
        )

    def move(self, to: CaseState, actor: Actor, reason: str, at: datetime, by: str | None = None) -> "Case":
        """The case after one legal move. Raises ConflictError where `LEGAL_MOVES` does not allow it."""
        return replace(self, state=to, moves=(*self.moves, _legal_move(self.state, to, actor, reason, at, by)))

    def reassessed(self, assessment: Assessment) -> "Case":
        """The case under a new assessment, which never counts for less than the floor."""
        light = self.floor.worse(assessment.light)
        return replace(self, assessment=replace(assessment, light=light), floor=light)

    def heard(self, reply: Reply) -> "Case":
        """The case after a contact's word. It can only make a case worse: a verified contact who is worried makes it
        RED, and he or one who cannot reach the policyholder brings it to review. Nothing moves an ended case."""
        case = replace(self, replies=(*self.replies, reply))
        if not reply.verified or reply.word is Word.KNOWS or case.state.ended:
            return case
        if reply.word is Word.WORRIED:
            case = case.reassessed(replace(case.assessment, light=Light.RED))
        if case.state is CaseState.QUESTIONING:
            case = case.move(CaseState.REVIEW, Actor.CONTACT, f"contact_{reply.word}", reply.at, by=reply.contact_id)
        return case

    @property
    def unanswered(self) -> tuple[QuestionId, ...]:
        done = {answer.question_id for answer in self.answers}
        return tuple(q for q in self.questions if q not in done)

    @property
    def shown_at(self) -> dict[QuestionId, datetime]:
        first = len(self.questions) - len(self.asked_at)
        return dict(zip(self.questions[first:], self.asked_at, strict=True))

    def asking(self, question_id: QuestionId, at: datetime) -> "Case":
        return replace(self, questions=(*self.questions, question_id), asked_at=(*self.asked_at, at))

    @property
    def next_step(self) -> NextStep:
        """What the channel does now. Only a released case proceeds."""
        match self.state:
            case CaseState.RELEASED:
                return NextStep.PROCEED
            case CaseState.STOPPED:
                return NextStep.TALK_TO_US
        if self.discreet:
            return NextStep.WAIT  # the same for every light: what comes next is a call from us
        if self.unanswered:
            return NextStep.ANSWER
        return NextStep.TALK_TO_US if self.floor is Light.RED else NextStep.WAIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One append-only record of how a case came to its light: enough to compute it again, bit for bit.

    `vector` is the feature vector as little-endian float32 (NaN survives), whoever decided; model and thresholds are
    None when rules did. `rules` are the rule codes that held; `answers` and `contradictions` are all by then. `floor`
    is what the case had before: a contact's word may have raised it. `contract` names the features of the vector (empty
    in one of older code).
    """

    case_id: CaseId
    number: int
    decided_at: datetime
    assessment: Assessment
    next_step: NextStep
    questions: tuple[QuestionId, ...]
    vector: bytes
    rules: tuple[str, ...]
    amount_at_stake_twd: int
    red_at: float | None
    yellow_at: float | None
    model_sha256: str | None
    missing: tuple[str, ...]
    answers: tuple[Answer, ...] = ()
    contradictions: tuple[str, ...] = ()
    discreet: bool = False
    floor: Light = Light.GREEN
    contract: str = ""
