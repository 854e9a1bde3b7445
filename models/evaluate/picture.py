"""The calibration picture as SVG: needs no plotting library and comes out the same every time."""

from collections.abc import Sequence
from math import log10

from models.evaluate.metrics import CalibrationBin

_SIZE, _MARGIN, _FLOOR = 360, 46, 1e-6
_TICKS = (1e-6, 1e-4, 1e-2, 1.0)


def calibration_svg(bins: Sequence[CalibrationBin]) -> str:
    """Said against was, both logarithmic from one in a million to one; a dot's size grows with its requests."""
    low, high, middle, bottom = _along(_FLOOR), _along(1.0), _SIZE / 2, _SIZE - _MARGIN
    ticks = "".join(_tick(value) for value in _TICKS)
    dots = "".join(
        f'<circle cx="{_along(b.predicted):.1f}" cy="{_up(b.observed):.1f}" r="{2 + log10(b.requests):.1f}"/>\n'
        for b in bins
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" role="img">
<title>Calibration on the synthetic test window: dots near the diagonal are well calibrated</title>
<style>
text {{ font: 11px sans-serif; fill: #444 }}
line {{ stroke: #ddd }}
line.diagonal {{ stroke: #666; stroke-dasharray: 4 3 }}
circle {{ fill: #c2410c; fill-opacity: .75 }}
</style>
<rect width="{_SIZE}" height="{_SIZE}" fill="#fff"/>
{ticks}<line class="diagonal" x1="{low:.1f}" y1="{_up(_FLOOR):.1f}" x2="{high:.1f}" y2="{_up(1.0):.1f}"/>
{dots}<text x="{middle}" y="{bottom + 36}" text-anchor="middle">said by the model (synthetic data)</text>
<text x="12" y="{middle}" text-anchor="middle" transform="rotate(-90 12 {middle})">was a scam</text>
</svg>
"""


def _along(value: float) -> float:
    return _MARGIN + (_SIZE - 2 * _MARGIN) * (1 - log10(max(value, _FLOOR)) / log10(_FLOOR))


def _up(value: float) -> float:
    return _SIZE - _along(value)


def _tick(value: float) -> str:
    x, y, near, far = _along(value), _up(value), _MARGIN, _SIZE - _MARGIN
    return (
        f'<line x1="{x:.1f}" y1="{far}" x2="{x:.1f}" y2="{near}"/>'
        f'<line x1="{near}" y1="{y:.1f}" x2="{far}" y2="{y:.1f}"/>'
        f'<text x="{x:.1f}" y="{far + 16}" text-anchor="middle">{value:g}</text>'
        f'<text x="{near - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>\n'
    )
