"""evaluation.html: one page that needs nothing else, to be read on a screen or on paper."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from models.evaluate.bars import told_name
from models.evaluate.baselines import BASELINES, BLOCKS, GO_ON
from models.evaluate.charts import Picture
from models.evaluate.jobs import OURS
from models.evaluate.pictures import pictures

Document = Mapping[str, Any]

_STYLE = """
:root { color-scheme: light; }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 66rem; background: #fff; color: #16202a;
  font: 1.125rem/1.6 system-ui, "Noto Sans", "Noto Sans TC", "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 2em; line-height: 1.2; margin: 1.5rem 0 .5rem; }
h2 { font-size: 1.45em; margin: 3rem 0 .5rem; border-top: 3px solid #16202a; padding-top: 1rem; }
.banner { background: #ffe08a; border: 3px solid #16202a; padding: .8rem 1.2rem; font-weight: 600; }
.wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .5rem .7rem; border-bottom: 1px solid #b8c2ca; }
th { border-bottom: 2px solid #16202a; font-size: .9em; }
td.met small, td.missed small { font-weight: 400; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td small { display: block; font-size: .85em; color: #37434d; }
tr.ours td { font-weight: 700; background: #e6f2f1; }
.met, .missed { font-weight: 700; white-space: nowrap; }
.met { color: #0a5c36; }
.missed { color: #a3160f; }
td .tried { display: block; margin-top: .4rem; padding-left: .7rem; border-left: 4px solid #a3160f; font-size: .9em; }
figure { margin: 2rem 0; break-inside: avoid; }
figure svg { width: 100%; height: auto; display: block; }
h3 { margin: 2rem 0 .3rem; }
figcaption { font-size: 1em; margin-bottom: .4rem; }
figcaption strong { display: block; font-size: 1.2em; }
@media print { body { font-size: 10.5pt; max-width: none; padding: 0; } .wide { overflow: visible; }
  th, td { padding: .25rem .3rem; } td { font-size: .9em; } .banner, tr.ours td { print-color-adjust: exact; }
  tr { break-inside: avoid; } h2 { break-after: avoid; margin-top: 1.5rem; } }
"""


_WITHOUT = """<p>Facts are taken away when the model answers, and only then: it is not fitted again without them. A
model that had never had them might do better than this.</p>"""


def page(document: Document) -> str:
    """The page of the document that `command` writes as evaluation.json."""
    drawn = pictures(document)
    parts = [
        _head(document),
        "<h2>The bars</h2>",
        _bars(document["bars"]),
        "<h2>How well it ranks</h2>",
        _figures(drawn, "average-precision", "recall-red", "curve"),
        _models(document),
        "<h2>Learning from little</h2>",
        _figures(drawn, "learning"),
        _learning(document),
        "<h2>Does it mean what it says?</h2>",
        _figures(drawn, "calibration"),
        "<h2>Month by month</h2>",
        _figures(drawn, "months-expected", "months-caught"),
        "<h2>By scam type and channel</h2>",
        _figures(drawn, "by-scam-type", "by-channel"),
        "<h2>Is it fair?</h2>",
        _figures(drawn, "false-alerts", "recall-by-age"),
        "<h2>When facts are missing</h2>",
        _figures(drawn, "without"),
        _WITHOUT,
        "<h2>Bars measured elsewhere</h2>",
        _elsewhere(document["elsewhere"]),
        _cost(document),
        "<h2>How it was measured</h2>",
        _how(document),
    ]
    body = "\n".join(parts)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Safelight: evaluation on a synthetic book</title>
<style>{_STYLE}</style>
</head>
<body>
{body}
</body>
</html>
"""


def _head(document: Document) -> str:
    test, count = document["test"], document["study"]["books"]
    here, elsewhere = document["bars"], document["elsewhere"]
    every = [*here, *(bar for group in elsewhere.values() for bar in group)]
    parts = [(here, "on the synthetic book"), *((elsewhere[key], where) for key, _, where in _ELSEWHERE)]
    told = ", ".join(f"{_met(bars)} of {len(bars)} {where}" for bars, where in parts if bars)
    books = "one book" if count == 1 else f"{count} books"
    return f"""<p class="banner">SYNTHETIC. Every request, person and scam below is made up, unless a bar says that it
is of public data. The figures show whether the pipeline learns and keeps its promises; they cannot show how many real
scams would be caught.</p>
<h1>Safelight: how good is the model?</h1>
<p><strong>{_met(every)} of {len(every)} bars are met</strong>: {told}.</p>
<p>The synthetic figures are of {test["requests"]:,} requests that no model was fitted on, {test["scams"]} of them
scams, from {books} of {document["study"]["years"]:g} years with one scam in {1 / document["study"]["scam_rate"]:,.0f}
requests. {_intervals(count)} {_shipped(document["shipped"])}</p>"""


def _met(bars: Sequence[Mapping[str, Any]]) -> int:
    return sum(bar["met"] for bar in bars)


def _intervals(books: int) -> str:
    if books == 1:
        return (
            "Intervals hold 90 % of resamples of the people of this one book, all of a person's requests together: "
            "another book, or another seed of training, may lie outside."
        )
    return (
        f"Intervals hold 90 % of resamples of the {books} books, and of the people within them, all of a person's "
        "requests together; each book is trained with a seed of its own, so that the seed is in them too. "
        f"{books} books are few: take the ends as rough."
    )


def _shipped(shipped: Mapping[str, Any]) -> str:
    version = escape(shipped["version"] or "none")
    if shipped["is_made_so"] is None:
        return (
            f"The shipped model, {version}, was made from another book or seed: these figures are of models trained "
            "the same way, not of that file."
        )
    if shipped["is_made_so"]:
        return (
            f"The shipped model is what the first of these books and its seed make: yes, byte for byte ({version}). "
            "Its figures are that file's."
        )
    return (
        "<span class='missed'>The shipped model is what the first of these books and its seed make: no.</span> "
        f"{version} was made by other code or other libraries; these figures are of models trained now, not of that "
        "file. `make train` makes it anew."
    )


_ELSEWHERE = (
    ("public_benchmark", "Public tables (reports/public_benchmark.json)", "on public tables"),
    ("public_text", "Public texts (reports/public_text.json)", "on public texts"),
    ("latency", "Speed and size (benchmarks/latest.json)", "of speed and size"),
    ("train", "Training (reports/train.json)", "of what training takes"),
)
"""Key, title, and how the headline says it."""


def _elsewhere(groups: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    says = {
        "public_benchmark": "These bars measure <code>RareEventClassifier</code>, the learner for anybody's table. The "
        "shipped model and every synthetic figure on this page are of other learners, the guided experts and their "
        "stacker: the public tables say nothing about those, and the synthetic book nothing about this one.",
        "public_text": "These measure the text expert whose answers the shipped model reads as columns. Sources were "
        "never trained on; the bar is the best of four forms of the usual method. Intervals here hold 95 %.",
    }
    return "\n".join(
        f"<h3>{title}</h3>"
        + (f"<p>{says[key]}</p>" if key in says else "")
        + (_bars(groups[key]) or f"<p class='missed'>✗ Not measured: no {escape(title)}.</p>")
        for key, title, _ in _ELSEWHERE
    )


def _bars(bars: Sequence[Mapping[str, Any]]) -> str:
    if not bars:
        return ""
    rows = "".join(
        f"<tr><td>{escape(bar['name'])}<small>{escape(bar['shown'])}</small>{_tried(bar)}</td>"
        f"<td class='n'>{_sign(bar)} {bar['bar']:.4g}{_unit(bar)}</td>"
        f"<td class='n'>{_value(bar)}</td>"
        f"<td class='{'met' if bar['met'] else 'missed'}'>{'✓ met' if bar['met'] else '✗ missed'}{_doubt(bar)}</td>"
        "</tr>"
        for bar in bars
    )
    return _table(("What", "#Bar", "#Measured", "Reached?"), rows)


def _sign(bar: Mapping[str, Any]) -> str:
    return ">" if bar["above"] else "≤" if bar["at_most"] else "≥"


def _doubt(bar: Mapping[str, Any]) -> str:
    return "<small>interval straddles<br>the bar</small>" if bar["straddled"] else ""


def _table(columns: Sequence[str], rows: str) -> str:
    """A column whose name starts with # holds numbers."""
    head = "".join(f"<th class='n'>{name[1:]}</th>" if name.startswith("#") else f"<th>{name}</th>" for name in columns)
    return f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"


def _tried(bar: Mapping[str, Any]) -> str:
    return f"<span class='tried'>What was tried: {escape(bar['tried'])}</span>" if bar["tried"] else ""


def _unit(bar: Mapping[str, Any]) -> str:
    return f" {escape(bar['unit'])}" if bar["unit"] else ""


def _value(bar: Mapping[str, Any]) -> str:
    if bar["value"] is None:
        return "not measured"
    interval = bar["interval"]
    beside = f"<small>{interval[0]:.3f} to {interval[1]:.3f}</small>" if interval and None not in interval else ""
    close = abs(bar["value"] - bar["bar"]) < 0.0015  # a bar missed by a hair must not look met
    return f"{bar['value']:{'.5f' if close else '.3f'}}{_unit(bar)}{beside}"


def _figures(drawn: Mapping[str, Picture], *keys: str) -> str:
    return "\n".join(
        f"<figure><figcaption><strong>{escape(drawn[key].title)}</strong>{escape(drawn[key].says)}</figcaption>"
        f"{drawn[key].svg}</figure>"
        for key in keys
    )


def _models(document: Document) -> str:
    rows = []
    for name, model in document["models"].items():
        at = model.get("at_its_thresholds")
        shown = told_name(name)
        cells = [
            _estimate(model["average_precision"]),
            _share(model["recall_red"]),
            _share(model["recall_red_or_yellow"]),
        ]
        cells += (
            [f"{at['red']['alerted']['value']:.2%}", _share(at["red"]["recall"]), _share(at["red"]["value_saved"])]
            if at
            else ["", "", ""]
        )
        marked = " class='ours'" if name == OURS else ""
        rows.append(f"<tr{marked}><td>{escape(shown)}</td>{''.join(f'<td class=n>{cell}</td>' for cell in cells)}</tr>")
    budget = document["budget"]
    columns = (
        "Model",
        "#Average<br>precision",
        f"#Recall in the<br>{budget['red']:.1%} highest",
        f"#… in the<br>{budget['red_or_yellow']:.1%} highest",
        "#Red at its<br>threshold",
        "#Scams<br>so caught",
        "#Money<br>so saved",
    )
    return (
        _table(columns, "".join(rows))
        + "<p>Safelight is to beat every other row: the tuned baselines, and each of its own experts alone. "
        f"{_weighed(document)}</p><p>Baselines get the same rows, labels and weights. Each is the best of "
        f"{document['study']['trials_a_search']} random settings on the training window, judged on up to {BLOCKS} "
        f"blocks of days by what was fitted on the others; one in {GO_ON} goes on from block to block. Safelight's own "
        "settings were chosen by hand, on development books of other seeds (docs/decisions/0012), and none here. "
        "Calibration and thresholds are set on the validation window for all of them by one recipe and one alert "
        "policy, which makes up for late and missing labels.</p>"
    )


def _weighed(document: Document) -> str:
    """Ours beside the best of the others, by average precision, in words."""
    best, models = document["best_baseline"]["average_precision"], document["models"]
    ours, its = models[OURS]["average_precision"]["value"], models[best]["average_precision"]["value"]
    ratio = document["ratios"]["average_precision_to_best"]
    return (
        f"By average precision the best of those is {escape(told_name(best))}: {its:.3f}, and Safelight "
        f"{ours:.3f} ({ratio['value']:.2f} times, {ratio['low']:.2f} to {ratio['high']:.2f})."
    )


def _learning(document: Document) -> str:
    learning = document["learning"]
    rows = "".join(
        f"<tr{' class=ours' if key == f'little: {OURS}' else ''}><td>{escape(_told(key))}</td>"
        f"<td class='n'>{_scams(learning['rows'][key]['scams'])}</td>"
        f"<td class='n'>{_estimate(learning['drift_included'][key])}</td>"
        f"<td class='n'>{_estimate(learning['drift_left_out'][key]) if 'drift_left_out' in learning else ''}</td></tr>"
        for key in learning["rows"]
    )
    columns = (
        "Learned from",
        "#Scams<br>known",
        "#Average precision<br>on the test year",
        "#… without the<br>scams that drifted",
    )
    return (
        _table(columns, rows)
        + "<p>The year of labels ends 90 days before the test year, and its labels are those known on the test year's "
        "first day: late, partial and sometimes wrong. Plenty is another book, rich in scams, with as many as "
        f"{learning['scam_years']:g} years hold, with true labels and drift included: it has seen what the year could "
        "not. The last column leaves out fake authority, which changes its method, and fake loans, which only then "
        "appear.</p>"
    )


def _told(key: str) -> str:
    task, _, name = key.partition(": ")
    return f"{name}: {'one year of labels' if task == 'little' else 'plenty of true labels'}"


def _scams(counts: Sequence[int]) -> str:
    return " / ".join(f"{count:,}" for count in counts)


def _cost(document: Document) -> str:
    rows = "".join(
        f"<tr{' class=ours' if name == OURS else ''}><td>{escape(name)}</td>"
        f"<td class='n'>{' / '.join(f'{seconds:.0f} s' for seconds in model['seconds'])}</td>"
        f"<td class='n'>{' / '.join(f'{mb:,.0f} MB' for mb in model['peak_mb'])}</td></tr>"
        for name in (OURS, *BASELINES)
        for model in (document["models"][name],)
    )
    return (
        "<h2>What training costs</h2><p>Seconds by the clock of a fit on one thread, baselines with their search, and "
        "the most memory that its process held, the book included; one figure a book, no bar.</p>"
        + _table(("Model", "#Time", "#Memory"), rows)
    )


def _how(document: Document) -> str:
    study, machine = document["study"], document["machine"]
    windows = "".join(
        f"<tr><td>{name}</td><td>{w['from']} to {w['to']}</td><td class='n'>{w['requests']:,}</td>"
        f"<td class='n'>{w.get('scams', w.get('scams_known')):,}{' known' if 'scams_known' in w else ''}</td></tr>"
        for name, w in document["windows"].items()
    )
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return (
        _table(("Window", "Days", "#Requests, all books", "#Scams"), windows)
        + f"<p>Seeds of the books {', '.join(map(str, study['seeds']))}; of training "
        f"{', '.join(map(str, study['training_seeds']))}. Training sees the labels known on the first day of "
        "validation; the test window is judged by the truth of the simulation, reported or not, and nothing was chosen "
        f"on it. Genuine requests are thinned for training only, and weighted back. {machine['cores']} cores, "
        f"Python {escape(machine['python'])}, {escape(versions)}. The study took {study['seconds'] / 60:.0f} minutes; "
        f"measured {escape(document['measured_at'])}.</p>"
    )


def _estimate(estimate: Mapping[str, Any]) -> str:
    if estimate["value"] is None:
        return "–"
    return f"{estimate['value']:.3f}<small>{estimate['low'] or 0:.3f}–{estimate['high'] or 0:.3f}</small>"


def _share(estimate: Mapping[str, Any]) -> str:
    if estimate["value"] is None:
        return "–"
    return f"{estimate['value']:.0%}<small>{estimate['low'] or 0:.0%}–{estimate['high'] or 0:.0%}</small>"
