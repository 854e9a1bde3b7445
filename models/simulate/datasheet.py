"""DATASHEET.md: what the synthetic book is, what was assumed and from where, and what a book of a plan measures.

After Gebru et al., Datasheets for Datasets (2021), shortened to what a made-up data set can answer.
"""

from pathlib import Path

import numpy as np

from models.evaluate.giveaways import PERSON_NUMBER, ROW_ORDER, Giveaways, giveaways
from models.simulate.book import BookPlan
from models.simulate.gangs import DRIFT_APPEARS, DRIFT_CHANGES
from models.simulate.table import Flags, Numbers, Table
from models.simulate.typologies import TYPOLOGIES
from safelight.domain.assessment import ScamType
from safelight.domain.request import Channel
from safelight.features.contract import FEATURES

SHEET = Path(__file__).with_name("DATASHEET.md")


def datasheet(plan: BookPlan, book: Table) -> str:
    """Markdown. Raises ValueError when a part of the book has no scams (`giveaways`)."""
    return f"{_text(plan)}\n{_measured(plan, book, giveaways(book))}"


def _text(plan: BookPlan) -> str:
    shares = ", ".join(f"{scam.value} {share:.0%}" for scam, share in plan.mix)
    candour = ", ".join(f"{scam.value} {typology.candour:.2f}" for scam, typology in TYPOLOGIES.items())
    return f"""# Data sheet: the synthetic book

> **Every row is made up.** No real person, policy, request or scam is in it, nor is it derived from any. It shows that
> the pipeline learns and keeps its promises. It cannot show how many real scams would be caught.

Written by `python -m models datasheet`; the same plan writes the same sheet. After Gebru et al. (2021).

## Why it exists
No insurer publishes requests with scam labels. The book stands in for them until a model is trained on an insurer's own
cases, in the same shape (`rows.Row`): a request, the facts as known at that moment, what was learnt later and when.

## What is in it
One row a request of a policyholder: loans, surrenders, partial withdrawals, changes of payout account, contact or
beneficiary. Each comes from a life: age, sex, family, income, business, policies, an agent or none, and needs that make
people borrow and surrender for good reasons. A victim's life has a campaign in it: a gang's wave, weeks of grooming, a
small test now and then, a contact struck off, then the large requests over several policies, at one sitting, in parts.
`Table` holds the {len(FEATURES)} features of the contract; beside them the truth, the scam type, the day a label became
known, the channel and the amount; `person` groups requests; `sex` and `age` are for measuring fairness. Rows also carry
what lies behind them (`rows.Story`): the need or the cover story, and how openly a victim would speak.

Never give a model `truth`, `scam_type`, `person`, `sex`, `amount` as a column, or the story.

## What was assumed, and from where
| what | value | from |
|---|---|---|
| requests a year | {plan.requests_a_year:,} | one Taiwanese insurer's published volume of surrenders and loans |
| one scam in | {1 / plan.scam_rate:,.0f} requests | assumed; published: tens to low hundreds in 350,000 |
| mix of campaigns | {shares} | investment, romance and authority: one insurer's intercepted cases; the rest assumed |
| ages of victims | mostly 50-69 | the same insurer's; the curve of each type is assumed |
| hit again | 5 % of victims, 2-10 months later, unless the book ends first | public reports; the gap assumed |
| loss | follows from the policies drained | assumed; police (2025): NT$1.6M investment, NT$2.1M authority |
| label delay | median {plan.label_delay_days:g} days, log-normal, spread 0.8; a whole campaign at once | assumed |
| never reported | {plan.never_reported:.0%} of campaigns | assumed |
| recorded genuine by staff | {plan.wrongly_cleared:.0%} of scam requests | assumed |
| genuine taken for scams | {plan.wrongly_reported:.3%}, and 30 % of those made while being groomed | assumed |
| coached to show nothing | 22 % of campaigns | assumed; coached answers are reported, their share is not |
| candour of victims | {candour} | assumed; a third of it when coached to show nothing |
| telecom figures | 30 % of people | assumed: consent |
| device and call signals | app only; page and chat see the form, phone and counter nothing | what each can see |
| agents | 35 % of people have one; a third of agents never note anything, 15 % note a lot | assumed |
| lookups, calls, chats, forms | chances and medians in `asks.Signs`, `typologies`, `lookalikes` | assumed |
| needs, families, incomes, policies | `needs`, `people` | assumed |
| payment | a third of loans within hours, others 1-4 days, surrenders and withdrawals 2-9 days | assumed |
| gangs | waves of 45-100 days; an account for 12-35 days, in reports after a median of 26 | assumed |

None was chosen by looking at the score of a model.

**Look-alikes.** Every sign of a scam has genuine people who show it: the son who set up a new account and leads the way
on the phone, the widow who really moves abroad, the broker who comes along, the remote-control app for work, the
investor, the online friend who exists, the one whom scammers rang in vain. A test holds that at this rate most people
who show any one sign are genuine.

**Missing.** What is missing follows the channel, consent and what a file happens to hold, never the scam.

**Drift** ({"on" if plan.drift else "off"}). fake_loan exists only in the last {1 - DRIFT_APPEARS:.0%} of the book. From
{DRIFT_CHANGES:.0%} of the book on fake_authority turns from calls, counters and strangers' accounts to the app, remote
control and a new account of the victim's own.

## Known to be unlike life
- One insurer, one country, no holidays but week-ends, no interest, no premiums, no market, no new policies: what is
  taken out is not made good, so that the number of requests falls by about a tenth over three years.
- Gangs do not react to being stopped, nor to the model; staff never stop a campaign half-way.
- Signs are drawn independently given the campaign; in life a remote-control app and a shared screen go together.
- Sex changes widowhood and income only. Whether scams pick by sex is not modelled: a gap seen here comes from those.
- Everybody in the book asks at least once; the millions who never ask are not in it.
- Look-alikes are as common as we guess. An insurer's own rate of them decides how many false alerts there are.
- A victim's requests go on as planned: in life some break off.

## Uses
Training and judging the pipeline, load and end-to-end tests, teaching. Not for: any statement about real detection
rates, pricing, or about a group of people.
"""


def _measured(plan: BookPlan, book: Table, telling: Giveaways) -> str:
    scam = book.truth
    known = scam & np.isfinite(book.label_day)
    cleared = scam & np.isfinite(book.cleared_day)
    never = scam & ~known & ~cleared
    victims = np.unique(book.person[scam])
    wrongly = ~scam & np.isfinite(book.label_day)
    delay = float(np.median(book.label_day[known] - book.day[known]))
    ages = book.age[scam]
    return f"""## Measured: seed {plan.seed}, {plan.years:g} years from {plan.start.date()}
{len(book):,} requests of {len(np.unique(book.person)):,} people; {int(scam.sum())} scam requests (one in
{1 / scam.mean():,.0f}) of {len(victims)} victims, {((ages >= 50) & (ages < 70)).mean():.0%} of them made at 50-69.

| labels of scam requests | share |
|---|---|
| reported, median {delay:.0f} days after the request | {known.sum() / scam.sum():.0%} |
| never reported | {never.sum() / scam.sum():.0%} |
| recorded as genuine by staff | {cleared.sum() / scam.sum():.0%} |

Genuine requests taken for scams: {int(wrongly.sum())}. Genuine requests looked at and recorded so:
{np.isfinite(book.cleared_day[~scam]).mean():.1%}.

| scam type | requests | victims | of victims | mean loss here, TWD |
|---|---|---|---|---|
{_types(book, victims)}

| channel | of requests | of scam requests | scams |
|---|---|---|---|
{_channels(book)}

| month | requests | scam requests |
|---|---|---|
{_months(plan, book)}

## Does a column give the label away?
Each alone, fitted on the first 60 % by time and judged on the rest, against the truth (`models/evaluate/giveaways.py`).
All columns in a small model: AP {telling.together.average_precision:.3f}, AUC {telling.together.auc:.3f}; chance AP
{telling.chance:.4f}. Too telling by the stated bounds: {", ".join(t.column for t in telling.too_telling()) or "none"}.

| column | AP | AUC |
|---|---|---|
{_columns(telling)}
"""


def _types(book: Table, victims: Numbers) -> str:
    lines = []
    for code, scam in enumerate(ScamType):
        rows = book.scam_type == code
        of_type = len(np.unique(book.person[rows]))
        loss = book.amount[rows].sum() / max(1, of_type)
        lines.append(f"| {scam.value} | {int(rows.sum())} | {of_type} | {of_type / len(victims):.0%} | {loss:,.0f} |")
    return "\n".join(lines)


def _channels(book: Table) -> str:
    def line(channel: Channel, rows: Flags) -> str:
        scams = rows & book.truth
        return f"| {channel.value} | {rows.mean():.1%} | {scams.sum() / book.truth.sum():.1%} | {int(scams.sum())} |"

    return "\n".join(line(channel, book.channel == code) for code, channel in enumerate(Channel))


def _months(plan: BookPlan, book: Table) -> str:
    first = np.datetime64(plan.start.date(), "D")
    month = (first + book.day.astype(np.int64)).astype("datetime64[M]")
    return "\n".join(
        f"| {name} | {int((month == name).sum()):,} | {int(book.truth[month == name].sum())} |"
        for name in np.unique(month)
    )


def _columns(telling: Giveaways) -> str:
    shown = [*telling.columns[:8], telling.of(ROW_ORDER), telling.of(PERSON_NUMBER)]
    return "\n".join(f"| {t.column} | {t.average_precision:.3f} | {t.auc:.3f} |" for t in dict.fromkeys(shown))
