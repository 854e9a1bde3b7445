"""The model card: what the model is, what it was made from, how it did. Markdown, no time of day."""

from collections.abc import Sequence
from typing import Any

from models.evaluate.giveaways import PERSON_NUMBER, ROW_ORDER, Giveaways
from models.evaluate.metrics import AtBudget, CalibrationBin, Report
from models.simulate.book import BookPlan


def card(version: str, plan: BookPlan, windows: dict[str, Any], report: Report, giveaways: Giveaways) -> str:
    """CARD.md."""
    low, high = report.average_precision_interval
    top = ", ".join(f"{t.column} {t.average_precision:.3f}" for t in giveaways.columns[:5])
    rate, chance = 1 / plan.scam_rate, report.scams / report.requests
    together = giveaways.together.average_precision
    order, number = giveaways.of(ROW_ORDER).auc, giveaways.of(PERSON_NUMBER).auc
    return f"""# Model card: {version}

> **Everything below is about a SYNTHETIC book.** No real person, request or scam is in it. The figures show that the
> pipeline learns and that its promises hold; they say nothing about how many real scams would be caught. Before a
> decision rests on this model it must be trained on, and judged by, an insurer's own cases.

## What it is
Five small LightGBM experts (behaviour, profile, context, external, field), an additive stacker that accepts any subset
of them, Platt calibration, one ONNX graph with the reasons in it. It answers: how likely is it that this request is
being made under a scammer's spell? It decides nothing: thresholds turn the probability into a light, staff decide.

Not meant for: credit, underwriting, pricing, or refusing a request. Gender is not a feature. Age is, because scams pick
by age; the false alerts by age band are below.

## What it was made from
{plan.requests_a_year:,} requests a year for {plan.years:g} years, one scam in {rate:,.0f} requests, seed {plan.seed}.
Labels come late (median {plan.label_delay_days:g} days), {plan.never_reported:.0%} never. Of genuine requests,
{plan.wrongly_reported:.3%} are taken for scams.

| window | from | to | requests | scams |
|---|---|---|---|---|
{_window_rows(windows)}
Training sees only labels known on the first day of validation. Test rows are judged by the truth of the simulation.

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

| age | genuine requests alerted |
|---|---|
{_age_rows(report.false_alerts_by_age)}

## Calibration
![Calibration on the test window](calibration.svg)

| probability | requests | said | was |
|---|---|---|---|
{_calibration_rows(report.calibration)}
The model expects {report.expected_scams:.0f} scams where there were {report.scams}. It can only know of scams that
somebody reports, so it should say about {1 - plan.never_reported:.0%} of what was.

## Does a column give it away?
Each column alone, fitted on the earlier part of the book and judged on the later, against the truth. Average precision
of the best: {top}. All columns in a small model: {together:.3f}; chance {giveaways.chance:.4f}.
AUC of the row order {order:.3f}, of the person's number {number:.3f}.
"""


def _window_rows(windows: dict[str, Any]) -> str:
    return "".join(
        f"| {name} | {w['from']} | {w['to']} | {w['requests']:,} | {w['scams']} |\n" for name, w in windows.items()
    )


def _budget_row(name: str, at: AtBudget) -> str:
    return f"| {name} | {at.alerted:.2%} | {at.recall:.0%} | {at.value_saved:.0%} | {at.precision:.1%} |"


def _recall_rows(recalls: dict[str, dict[str, float]]) -> str:
    return "\n".join(
        f"| {name} | {r['scams']:.0f} | {r['red']:.0%} | {r['red_or_yellow']:.0%} |"
        if r["scams"]
        else f"| {name} | 0 | | |"
        for name, r in recalls.items()
    )


def _expert_rows(experts: dict[str, dict[str, float]]) -> str:
    return "\n".join(
        f"| {name} | {e['present']:.0%} | {e['average_precision']:.3f} | {e['auc']:.3f} |"
        for name, e in experts.items()
    )


def _age_rows(bands: dict[str, float]) -> str:
    return "\n".join(f"| {band} | {share:.2%} |" for band, share in bands.items())


def _calibration_rows(bins: Sequence[CalibrationBin]) -> str:
    return "\n".join(
        f"| {b.low:.5f}-{b.high:.5f} | {b.requests:,} | {b.predicted:.5f} | {b.observed:.5f} |" for b in bins
    )
