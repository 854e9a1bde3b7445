"""The report's pictures, drawn by matplotlib as SVG that stands in a page: large type, dark text, no font to fetch."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

INK, QUIET, OURS, OTHER, ALERT, SHADE = "#16202a", "#5b6770", "#0b5d5e", "#8a97a3", "#b3261e", "#f3e3c3"
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "Helvetica"],
    "font.size": 15,
    "axes.titlesize": 17,
    "axes.titleweight": "bold",
    "axes.labelsize": 15,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dde2e6",
    "legend.frameon": False,
    "legend.fontsize": 14,
}
_BEHIND = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`svg` for a page; `says` is one sentence on what one sees, and the picture's text for those who do not."""

    key: str
    title: str
    says: str
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a dot chart: a value with its interval."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    ours: bool = False


def picture(key: str, title: str, says: str, draw: Callable[[Figure], None], *, height: float = 5.0) -> Picture:
    """`draw` fills a figure 11 inches wide. The same data give the same bytes."""
    with mpl.rc_context({**_STYLE, "svg.hashsalt": key}):
        figure = Figure(figsize=(11, height), layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure)
        text = StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return Picture(key=key, title=title, says=says, svg=_inline(text.getvalue(), key, f"{title}. {says}"))


def _inline(svg: str, key: str, alternative: str) -> str:
    """Without the XML head; names made the picture's own, for a page holds many; the alternative text in front."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{key}-', svg)
    svg = re.sub(r'href="#', f'href="#{key}-', svg)
    svg = re.sub(r"url\(#", f"url(#{key}-", svg)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    label = alternative.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)


def dots(
    figure: Figure, lines: Sequence[Line], label: str, *, percent: bool = False, mark: float | None = None
) -> None:
    """Values on a common scale with their intervals, the first line on top; each value is written beside its dot."""
    axes: Axes = figure.subplots()
    known = [(line, line.value) for line in lines if line.value is not None]
    places = range(len(known))[::-1]
    right = max([line.high or value for line, value in known] + [mark or 0.0])
    for place, (line, value) in zip(places, known, strict=True):
        colour = OURS if line.ours else QUIET
        if line.low is not None and line.high is not None:
            axes.plot([line.low, line.high], [place, place], color=colour, linewidth=3, alpha=0.5)
        axes.plot(value, place, "o", color=colour, markersize=11)
        text = f"{value:.0%}" if percent else f"{value:.3f}"
        axes.text(right * 1.04, place, text, va="center", fontweight="bold" if line.ours else "normal")
    axes.set_yticks(list(places), [line.name for line, _ in known])
    for tick, (line, _) in zip(axes.get_yticklabels(), known, strict=True):
        tick.set_fontweight("bold" if line.ours else "normal")
    if mark is not None:
        axes.axvline(mark, color=ALERT, linestyle="--", linewidth=2)
    axes.set_xlim(0, right * 1.15)
    axes.set_ylim(-0.6, len(known) - 0.4)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(label)
    if percent:
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))


def pairs(
    axes: Axes, names: Sequence[str], series: Mapping[str, tuple[Sequence[float | None], str]], label: str
) -> None:
    """Columns side by side, a colour a series, values written above; percentages."""
    width = 0.8 / len(series)
    top = max([value or 0.0 for values, _ in series.values() for value in values], default=0.0)
    for number, (name, (values, colour)) in enumerate(series.items()):
        places = [place + (number - (len(series) - 1) / 2) * width for place in range(len(names))]
        axes.bar(places, [value or 0.0 for value in values], width * 0.92, label=name, color=colour)
        for place, value in zip(places, values, strict=True):
            text = "–" if value is None else f"{value:.0%}" if top > 0.2 else f"{value:.1%}"
            axes.text(place, (value or 0.0) + top * 0.02, text, ha="center", va="bottom", fontsize=12, bbox=_BEHIND)
    axes.set_xticks(range(len(names)), list(names))
    axes.set_ylim(0, (top or 1.0) * 1.3)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.set_yticks([tick for tick in axes.get_yticks() if 0 <= tick <= 1])
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0 if top > 0.2 else 1))
    axes.grid(visible=False, axis="x")
    axes.set_ylabel(label)
    axes.legend(loc="upper left", ncols=len(series))


def shaded(axes: Axes, first: float, last: float, text: str) -> None:
    """A stretch of the x axis in a quiet colour with a word on top."""
    axes.axvspan(first, last, color=SHADE, zorder=0)
    axes.text(first + 0.1, 0.98, text, transform=axes.get_xaxis_transform(), ha="left", va="top", fontsize=13)
