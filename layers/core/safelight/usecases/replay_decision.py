"""Decide again from a decision record alone, to show that it follows from what was recorded (promise 6)."""

from dataclasses import replace

from safelight.domain.assessment import Assessment
from safelight.domain.case import Decision
from safelight.domain.errors import GaveUpError
from safelight.features import contract
from safelight.ports import Model
from safelight.scoring import policy


def replay_decision(decision: Decision, model: Model | None) -> Assessment:
    """The assessment that the record's vector, answers and floor give, bit for bit.

    `model` must be the recorded one, None when rules decided. Raises GaveUpError for another model, other thresholds, a
    vector of another feature contract, or rules that hold otherwise today: such a record needs the code of its day.
    """
    found = policy.with_answers(_before_answers(decision, model), decision.answers, decision.contradictions)
    return replace(found, light=found.light.worse(decision.floor))


def _before_answers(decision: Decision, model: Model | None) -> Assessment:
    vector = policy.unpack_vector(decision.vector)
    if len(vector) != len(contract.FEATURES):
        raise GaveUpError("another_contract")
    if policy.rule_codes(vector) != decision.rules:
        raise GaveUpError("other_rules")
    if decision.model_sha256 is None:
        return policy.by_rules(vector, decision.assessment.fallback_cause or "")
    if model is None or model.sha256 != decision.model_sha256:
        raise GaveUpError("another_model")
    if model.thresholds.at(decision.amount_at_stake_twd) != (decision.red_at, decision.yellow_at):
        raise GaveUpError("other_thresholds")
    return policy.by_model(model.score(vector), vector, decision.amount_at_stake_twd, model.thresholds)
