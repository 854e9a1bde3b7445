"""evaluation.html: one page that needs nothing else, to be read on a screen or on paper."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from models.evaluate.baselines import BASELINES
from models.evaluate.charts import Picture
from models.evaluate.jobs import OURS
from models.evaluate.pictures import pictures
from models.evaluate.summary import EXPERT

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
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td small { display: block; font-size: .85em; color: #37434d; }
tr.ours td { font-weight: 700; background: #e6f2f1; }
.met, .missed { font-weight: 700; white-space: nowrap; }
.met { color: #0a5c36; }
.missed { color: #a3160f; }
td .tried { display: block; margin-top: .4rem; padding-left: .7rem; border-left: 4px solid #a3160f; font-size: .9em; }
figure { margin: 2rem 0; break-inside: avoid; }
figure svg { width: 100%; height: auto; display: block; }
figcaption { font-size: 1em; margin-bottom: .4rem; }
figcaption strong { display: block; font-size: 1.2em; }
@media print { body { font-size: 10.5pt; max-width: none; padding: 0; } .wide { overflow: visible; }
  th, td { padding: .25rem .3rem; } td { font-size: .9em; } .banner, tr.ours td { print-color-adjust: exact; }
  tr { break-inside: avoid; } h2 { break-after: avoid; margin-top: 1.5rem; } }
"""


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
        "<h2>Bars measured elsewhere</h2>",
        "<p>Public data sets: reports/public_benchmark.json. Speed and size: benchmarks/latest.json.</p>",
        _bars(document["elsewhere"]["public_benchmark"]) or _not_run("public benchmark"),
        _bars(document["elsewhere"]["latency"]) or _not_run("benchmark of speed"),
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
    test, bars = document["test"], document["bars"]
    met, count = sum(bar["met"] for bar in bars), document["study"]["books"]
    books = "one book" if count == 1 else f"{count} books"
    return f"""<p class="banner">SYNTHETIC. Every request, person and scam below is made up. The figures show whether
the pipeline learns and keeps its promises; they cannot show how many real scams would be caught.</p>
<h1>Safelight: how good is the model?</h1>
<p>{met} of {len(bars)} bars are met, on {test["requests"]:,} requests that no model was fitted on, {test["scams"]} of
them scams, from {books} of {document["study"]["years"]:g} years with one scam in
{1 / document["study"]["scam_rate"]:,.0f} requests. Intervals hold 90 % of resamples of books and requests.</p>"""


def _bars(bars: Sequence[Mapping[str, Any]]) -> str:
    if not bars:
        return ""
    rows = "".join(
        f"<tr><td>{escape(bar['name'])}<small>{escape(bar['shown'])}</small>{_tried(bar)}</td>"
        f"<td class='n'>{'≤' if bar['at_most'] else '≥'} {bar['bar']:.4g}{_unit(bar)}</td>"
        f"<td class='n'>{_value(bar)}</td>"
        f"<td class='{'met' if bar['met'] else 'missed'}'>{'✓ met' if bar['met'] else '✗ missed'}</td></tr>"
        for bar in bars
    )
    return _table(("What", "#Bar", "#Measured", "Reached?"), rows)


def _table(columns: Sequence[str], rows: str) -> str:
    """A column whose name starts with # holds numbers."""
    head = "".join(f"<th class='n'>{name[1:]}</th>" if name.startswith("#") else f"<th>{name}</th>" for name in columns)
    return f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"


def _not_run(what: str) -> str:
    return f"<p class='missed'>✗ No {what} has been run.</p>"


def _tried(bar: Mapping[str, Any]) -> str:
    return f"<span class='tried'>What was tried: {escape(bar['tried'])}</span>" if bar["tried"] else ""


def _unit(bar: Mapping[str, Any]) -> str:
    return f" {escape(bar['unit'])}" if bar["unit"] else ""


def _value(bar: Mapping[str, Any]) -> str:
    if bar["value"] is None:
        return "not measured"
    interval = bar["interval"]
    beside = f"<small>{interval[0]:.2f} to {interval[1]:.2f}</small>" if interval and None not in interval else ""
    return f"{bar['value']:.3f}{_unit(bar)}{beside}"


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
        shown = name.replace(EXPERT, "expert alone: ")
        cells = [
            _estimate(model["average_precision"]),
            _share(model["recall_red"]),
            _share(model["recall_red_or_yellow"]),
        ]
        cells += (
            [f"{at['red']['alerted']:.2%}", f"{at['red']['recall']:.0%}", f"{at['red']['value_saved']:.0%}"]
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
        _table(columns, "".join(rows)) + "<p>Baselines get the same rows, labels and weights, each the best of "
        f"{document['study']['trials_a_search']} random settings on the later part of the training window. Thresholds "
        "are set on the validation window by the same alert policy, after calibration there that makes up for the same "
        "late and missing labels. “Expert alone: together” is the part of Safelight that looks at all modalities; it "
        "is shown, and is no baseline.</p>"
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
        f"measured {escape(machine['measured_at'])}.</p>"
    )


def _estimate(estimate: Mapping[str, Any]) -> str:
    if estimate["value"] is None:
        return "–"
    return f"{estimate['value']:.3f}<small>{estimate['low'] or 0:.3f}–{estimate['high'] or 0:.3f}</small>"


def _share(estimate: Mapping[str, Any]) -> str:
    if estimate["value"] is None:
        return "–"
    return f"{estimate['value']:.0%}<small>{estimate['low'] or 0:.0%}–{estimate['high'] or 0:.0%}</small>"
