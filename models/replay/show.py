"""A comparison for people: tables in the terminal, and the same as one page of HTML that loads nothing."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from rich.console import Console
from rich.table import Table

Json = dict[str, Any]
LIGHTS = ("green", "yellow", "red")
Rows = list[Sequence[str]]
Section = tuple[str, Sequence[str], Rows]
SYNTHETIC = "SYNTHETIC requests: no real person's data; figures show how the policies differ, not what to expect."
OUTCOMES = "Requests on record. Scams are those known by their outcome; others may not have come to light yet."


HEAD = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Policy replay</title><style>"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#211a12}"
    "table{border-collapse:collapse;margin:.5rem 0 2rem}th,td{padding:.3rem .7rem;border-bottom:1px solid #ddd;"
    "text-align:left;vertical-align:top}td+td{font-variant-numeric:tabular-nums}.over{color:#b42318;font-weight:700}"
    "</style><h1>Policy replay</h1>"
)
TOLD = 3
"""Reasons of an example; JSON has them all."""


def sections(found: Json) -> list[Section]:
    """(title, columns, rows) of every table."""
    before, after = found["before"], found["after"]
    sides = (("before", before), ("after", after))

    def row(title: str, value: Callable[[Json], str]) -> list[str]:
        return [title, *(value(side) for _, side in sides)]

    totals: Rows = [
        row("policy", lambda s: str(s["policy"])),
        row("reds a day", lambda s: f"{s['calls_a_day']['red']:.1f}"),
        row("calls a day (red and yellow)", lambda s: f"{s['calls_a_day']['red_or_yellow']:.1f}"),
        row("red, of all requests", lambda s: f"{s['share']['red']:.2%}"),
        row("red or yellow, of all requests", lambda s: f"{s['share']['red_or_yellow']:.2%}"),
        row("… red by the model alone", lambda s: f"{s['model_share']['red']:.2%}{_budget(s, 'red')}"),
        row("… red or yellow by the model alone",
            lambda s: f"{s['model_share']['red_or_yellow']:.2%}{_budget(s, 'red_or_yellow')}"),
        row("scams met by a red light", lambda s: f"{s['stopped']['red']['scams']} of {found['scams_known']}"),
        row("scams met by any light", lambda s: f"{s['stopped']['red_or_yellow']['scams']} of {found['scams_known']}"),
        row("value at risk met by a red light", lambda s: _value(s["stopped"]["red"])),
        row("value at risk met by any light", lambda s: _value(s["stopped"]["red_or_yellow"])),
    ]  # fmt: skip
    matrix: Rows = [[a, *(f"{found['matrix'][a][b]:,}" for b in LIGHTS)] for a in LIGHTS]
    columns = ("requests", "scams", "red", "→", "yellow", "→", "scams alerted", "→")
    examples: Rows = [
        [
            f"{e['before']} → {e['after']}",
            f"{e['probability']:.2g}",
            f"NT${e['about_twd']:,}",
            e["channel"],
            "scam" if e["scam"] else "",
            "; ".join(e["reasons"][:TOLD]),
        ]
        for e in found["examples"]
    ]
    return [
        ("Totals", ("", "before", "after"), totals),
        ("Lights: before (rows) → after (columns)", ("", *LIGHTS), matrix),
        ("By amount at stake", ("from TWD", *columns), [_group(g, _stake(g)) for g in found["by_stake"]]),
        ("By channel", ("channel", *columns), [_group(g, g["channel"]) for g in found["by_channel"]]),
        (
            "Examples of what changes",
            ("light", "probability", "about", "channel", "known", "reasons"),
            examples,
        ),
    ]


def headline(found: Json) -> list[str]:
    """What is looked at, and what to be careful about."""
    over = found["after"]["over_budget"]
    lines = [
        SYNTHETIC if found["synthetic"] else OUTCOMES,
        f"{found['requests']:,} requests of {found['days']:.0f} days.",
        f"{found['stricter']:,} get a worse light, {found['milder']:,} a milder one.",
        f"The thresholds of a policy file are sized on the {found['sized_on']:,} requests before these.",
        "A light is not a stop: how many victims turn back is not known here.",
    ]
    if over:
        lines.append(f"OVER BUDGET: {' and '.join(over).replace('_', ' ')}, by more than chance explains.")
    return lines


def terminal(found: Json, console: Console) -> None:
    for line in headline(found):
        console.print(line, style="bold red" if line.startswith("OVER") else None, highlight=False)
    for title, columns, rows in sections(found):
        if not rows:
            continue
        table = Table(title=title, title_justify="left", title_style="bold")
        for place, column in enumerate(columns):
            table.add_column(column, justify="left" if place == 0 or "Examples" in title else "right")
        for row in rows:
            table.add_row(*row)
        console.print(table)


def page(found: Json) -> str:
    """HTML that stands alone."""
    parts = [HEAD]
    parts += [f"<p{' class=over' if line.startswith('OVER') else ''}>{escape(line)}</p>" for line in headline(found)]
    for title, columns, rows in sections(found):
        head = "".join(f"<th scope=col>{escape(column)}</th>" for column in columns)
        body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
        parts.append(f"<h2>{escape(title)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    return "".join(parts) + "</html>\n"


def _budget(side: Json, name: str) -> str:
    if side["budget"] is None:
        return ""
    return f" (budget {side['budget'][name]:.1%}{', OVER' if name in side['over_budget'] else ''})"


def _value(stopped: Json) -> str:
    share = stopped["share_of_value"]
    return f"NT${stopped['twd']:,}" + ("" if share is None else f" ({share:.0%})")


def _stake(group: Json) -> str:
    return f"{group['from_twd']:,}" if group["from_twd"] else "no amount"


def _group(group: Json, name: str) -> list[str]:
    before, after = group["before"], group["after"]
    cells = [f"{group['requests']:,}", str(group["scams"])]
    for count in ("red", "yellow", "scams_alerted"):
        cells += [f"{before[count]:,}", f"{after[count]:,}"]
    return [name, *cells]
