"""The model card: what the model is, what it was made from, how it did. Markdown, no time of day."""

from collections.abc import Sequence
from typing import Any

from models.evaluate.giveaways import PERSON_NUMBER, ROW_ORDER, Giveaways
from models.evaluate.metrics import (
    CALIBRATED,
    FAIR,
    FEW,
    JUDGED,
    AtBudget,
    CalibrationBin,
    Group,
    NearRed,
    Report,
    share_of,
    worst_band,
)
from models.simulate.book import BookPlan
from models.train import alert_policy
from models.train.alert_policy import AlertPolicy
from models.train.experts import AGE_KEPT
from models.train.fitting import NEVER_REPORTED


def card(version: str, plan: BookPlan, windows: dict[str, Any], report: Report, giveaways: Giveaways) -> str:
    """CARD.md."""
    low, high = report.average_precision_interval
    top = ", ".join(f"{t.column} {t.average_precision:.3f}" for t in giveaways.columns[:5])
    policy = alert_policy.read()
    near = report.near_red
    rate, chance = 1 / plan.scam_rate, report.scams / report.requests
    together = giveaways.together.average_precision
    order, number = giveaways.of(ROW_ORDER).auc, giveaways.of(PERSON_NUMBER).auc
    return f"""# Model card: {version}

> **Everything below is about a SYNTHETIC book.** No real person, request or scam is in it. The figures show that the
> pipeline learns and that its promises hold; they say nothing about how many real scams would be caught. Before a
> decision rests on this model it must be trained on, and judged by, an insurer's own cases.

## What it is
Up to seven experts: one a modality (behaviour, profile, context, conversation, external, field), which sees nothing
else, and one that looks at all of them together. Each is a guided model, the mean of two: a linear part over every
column in three shapes (itself, its logarithm, itself levelling off) and over what is missing, and slow LightGBM trees
of four leaves. Both hold every sign that is known beforehand. An additive stacker, fitted on out-of-fold
answers with modalities hidden at random, weighs whichever experts are present; none counts below 0. Platt calibration
on the validation window follows, in which a known scam stands also for those not reported yet and for the
{NEVER_REPORTED:.0%} that never are (an estimate the insurer gives). All of it is one ONNX graph with the reasons in it.
The conversation expert reads figures that a small text model makes of what people say (`words.bin`, beside the graph
and pinned with it); words are not kept.

It answers: how likely is it that this request is being made under a scammer's spell? It decides nothing: thresholds
turn the probability into a light, staff decide.

## What it is not for
Credit, underwriting, pricing, refusing a request, or judging a person. It must not hold money back by itself. Sex is
not a feature. Age is, because scams pick by age, with {AGE_KEPT:.0%} of its linear weight and of what a split by it
gains; what that does to false alerts is below. It has heard synthetic conversations only, and knows of no scam that
does not end in a request.

## How alerts are set
{policy.red:.1%} of requests may be red and {policy.red_or_yellow:.0%} red or yellow (policy {policy.version}). The
more is at stake, the lower the probability that is enough:

| amount asked, TWD | thresholds times | model alone may make red |
|---|---|---|
{_stake_rows(policy)}

## What it was made from
{plan.requests_a_year:,} requests a year for {plan.years:g} years, one scam in {rate:,.0f} requests, seed {plan.seed}.
Labels come late (median {plan.label_delay_days:g} days), {plan.never_reported:.0%} never. Of genuine requests,
{plan.wrongly_reported:.3%} are taken for scams.

| window | from | to | requests | scams | known when fitted |
|---|---|---|---|---|---|
{_window_rows(windows)}
Training sees only the labels known on the first day of validation, some of them wrong: those are its scams, not all
that there were. Test rows are judged by the truth of the simulation.

## How it did on the test window ({report.requests:,} requests, {report.scams} scams)
Average precision {report.average_precision:.3f} (90 % interval {low:.3f}-{high:.3f}; chance {chance:.4f}),
AUC {report.auc:.3f}.

| alerts | share of requests | recall of scams | value saved | scams among alerts |
|---|---|---|---|---|
{_budget_row("red", report.red)}
{_budget_row("red or yellow", report.red_or_yellow)}

| scam type | scams | caught red | caught red or yellow |
|---|---|---|---|
{_recall_rows(report.by_scam_type)}

| channel | scams | caught red | caught red or yellow |
|---|---|---|---|
{_recall_rows(report.by_channel)}

| expert alone | present in | average precision | AUC |
|---|---|---|---|
{_expert_rows(report.experts)}

## Is it fair?
Genuine requests alerted for nothing, and scams caught, by age and sex. Fewer than {FEW} scams are counted, not made
percentages: they tell next to nothing.

| people | genuine | false red | false red or yellow | scams | caught red | caught red or yellow |
|---|---|---|---|---|---|---|
{_group_rows(report.by_age | report.by_sex)}

{fairness(report.by_age)}

## Calibration
![Calibration on the test window](calibration.svg)

| probability | requests | said | was |
|---|---|---|---|
{_calibration_rows(report.calibration)}

Around the red threshold (half to twice of it, {near.requests:,} requests) it says {near.said:.4f}; {near.was:.4f} were
scams and {near.reported:.4f} were reported as such in the end. {_calibration_bar(near)} In all it expects
{report.expected_scams:.0f} scams where there were {report.scams}.

How it compares with tuned baselines, with intervals, bars and pictures: `make evaluate`, reports/evaluation.html.

## Does a column give it away?
Each column alone, fitted on the earlier part of the book and judged on the later, against the truth. Average precision
of the best: {top}. All columns in a small model: {together:.3f}; chance {giveaways.chance:.4f}.
AUC of the row order {order:.3f}, of the person's number {number:.3f}.
"""


def _window_rows(windows: dict[str, Any]) -> str:
    return "".join(
        f"| {name} | {w['from']} | {w['to']} | {w['requests']:,} | {w['scams']} | {w.get('scams_known', '')} |\n"
        for name, w in windows.items()
    )


def _budget_row(name: str, at: AtBudget) -> str:
    return f"| {name} | {at.alerted:.2%} | {at.recall:.0%} | {at.value_saved:.0%} | {at.precision:.1%} |"


def _recall_rows(recalls: dict[str, dict[str, float]]) -> str:
    return "\n".join(
        f"| {name} | {r['scams']:.0f} | {share_of(r['red'], int(r['scams']))} | "
        f"{share_of(r['red_or_yellow'], int(r['scams']))} |"
        if r["scams"]
        else f"| {name} | 0 | | |"
        for name, r in recalls.items()
    )


def _expert_rows(experts: dict[str, dict[str, float]]) -> str:
    return "\n".join(
        f"| {name} | {e['present']:.0%} | {e['average_precision']:.3f} | {e['auc']:.3f} |"
        for name, e in experts.items()
    )


def _group_rows(groups: dict[str, Group]) -> str:
    return "\n".join(
        f"| {name} | {g.genuine:,} | {g.false_red:.2%} | {g.false_red_or_yellow:.2%} | {g.scams} | "
        f"{share_of(g.recall_red, g.scams)} | {share_of(g.recall_red_or_yellow, g.scams)} |"
        for name, g in groups.items()
    )


def fairness(bands: dict[str, Group]) -> str:
    """The worst age band's share of false alerts against everybody's under both lights, and whether that is the bar's.

    Never said to be met where there is nothing to judge under either light (`metrics.worst_band`).
    """
    names, groups = list(bands), list(bands.values())
    genuine = [group.genuine for group in groups]
    found = {
        "red": worst_band([group.false_red * group.genuine for group in groups], genuine),
        "red or yellow": worst_band([group.false_red_or_yellow * group.genuine for group in groups], genuine),
    }
    ratios = "; ".join(
        f"{light} {worst[0]:.2f} ({names[worst[1]]})" if worst else f"{light}: nothing to judge"
        for light, worst in found.items()
    )
    unfair = [light for light, worst in found.items() if worst and worst[0] > FAIR]
    unknown = [light for light, worst in found.items() if worst is None]
    if unfair:
        verdict = f"**missed** under {' and '.join(unfair)}"
    elif unknown:
        verdict = f"**not judged** under {' and '.join(unknown)}: nothing to judge"
    else:
        verdict = "**met** under both lights"
    left_out = [name for name, group in bands.items() if group.genuine < JUDGED]
    return (
        f"Worst age band's share of genuine requests alerted ÷ everybody's: {ratios}.\n"
        + (f"Not judged, of fewer than {JUDGED:,} genuine requests: {', '.join(left_out)}.\n" if left_out else "")
        + f"The bar, at most {FAIR:g}, is {verdict}."
    )


def _calibration_bar(near: NearRed) -> str:
    error = abs(near.said / near.was - 1) if near.was else float("inf")
    verdict = "met" if error <= CALIBRATED else "missed"
    return f"The bar, a relative error of at most {CALIBRATED:.0%}, is **{verdict}**: {error:.0%}."


def _stake_rows(policy: AlertPolicy) -> str:
    return "\n".join(
        ["| none asked | 1 | yes |"]
        + [f"| {b.from_twd:,} and more | {b.factor:g} | {'yes' if b.red else 'no'} |" for b in policy.stakes]
    )


def _calibration_rows(bins: Sequence[CalibrationBin]) -> str:
    return "\n".join(
        f"| {b.low:.5f}-{b.high:.5f} | {b.requests:,} | {b.predicted:.5f} | {b.observed:.5f} |" for b in bins
    )
