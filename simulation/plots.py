"""Plots as SVG text: bars with intervals, columns, dots with intervals, and a map of tiles.

Nothing is loaded from anywhere; colours follow the reader's choice of a light or dark page. Every
mark has a title, which browsers show when it is pointed at and screen readers read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final, NamedTuple

COLOURS: Final = (
    "#0a75ad", "#d9822b", "#3d9970", "#b10dc9", "#85144b",
    "#7fdbff", "#aaaaaa", "#f012be", "#001f3f", "#2ecc40",
    "#c9a227",
)  # fmt: skip
"""One for each scenario."""
TILES: Final = {
    "YT": (0, 0), "NT": (1, 0), "NU": (2, 0), "NL": (7, 1),
    "BC": (0, 1), "AB": (1, 1), "SK": (2, 1), "MB": (3, 1), "ON": (4, 1), "QC": (5, 1),
    "NB": (6, 2), "PE": (7, 2), "NS": (8, 2),
}  # fmt: skip
"""Where the tile of each province stands: column and row, about as on a map."""
WIDTH: Final = 760


class Value(NamedTuple):
    """An estimate: its mean, and the interval where there is one."""

    mean: float
    low: float | None = None
    high: float | None = None


class Series(NamedTuple):
    """Values of one scenario, in the order of a plot's labels; None for no value."""

    name: str
    values: Sequence[Value | None]


def svg(width: int, height: int, label: str, marks: Iterable[str]) -> str:
    """Return a picture that scales to the page."""
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}"'
        f' preserveAspectRatio="xMinYMin meet">{"".join(marks)}</svg>'
    )


def text(x: float, y: float, words: str, *, anchor: str = "start", kind: str = "") -> str:
    """Return words at a place."""
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{of_kind}>{escape(words)}</text>'


def number(value: float) -> str:
    """Return a number as plots write it."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def told(value: Value, unit: str = "") -> str:
    """Return a value with its interval in words."""
    words = f"{number(value.mean)}{unit}"
    if value.low is not None and value.high is not None:
        words += f" ({number(value.low)} to {number(value.high)})"
    return words


def bars(label: str, names: Sequence[str], series: Sequence[Series], most: float) -> str:
    """Return horizontal bars from 0 to ``most``, with intervals; a group for each name."""
    left, thick, gap = 230, max(5, 14 - 2 * len(series)), 7
    group = thick * len(series) + gap
    height = group * len(names) + 24
    scale = (WIDTH - left - 60) / most if most else 0.0
    marks = [_grid(left, height - 20, most, scale)]
    for place, name in enumerate(names):
        top = place * group
        marks.append(text(left - 8, top + group / 2 + 3, name[:38], anchor="end"))
        for row, one in enumerate(series):
            value = one.values[place]
            if value is None:
                continue
            y = top + row * thick + gap / 2
            title = f"{name}, {one.name}: {told(value)}"
            marks.append(
                f'<rect x="{left}" y="{y:.1f}" width="{max(value.mean * scale, 0):.1f}"'
                f' height="{thick - 1}" fill="{COLOURS[row]}"><title>{escape(title)}</title></rect>'
            )
            marks.append(_whisker(value, left, scale, y + thick / 2 - 0.5))
    return svg(WIDTH, height, label, marks)


def _whisker(value: Value, left: float, scale: float, y: float) -> str:
    if value.low is None or value.high is None:
        return ""
    first, last = left + max(value.low, 0) * scale, left + value.high * scale
    return f'<line class="whisker" x1="{first:.1f}" x2="{last:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _grid(left: float, height: float, most: float, scale: float) -> str:
    marks = []
    for step in range(5):
        value = most * step / 4
        x = left + value * scale
        marks.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height}"/>')
        marks.append(text(x, height + 14, number(value), anchor="middle", kind="small"))
    return "".join(marks)


def columns(label: str, names: Sequence[str], series: Sequence[Series], unit: str) -> str:
    """Return upright columns with intervals; a group for each name."""
    height, base, left = 240, 200, 40
    values = [v for one in series for v in one.values if v is not None]
    most = max((v.high if v.high is not None else v.mean for v in values), default=1.0) or 1.0
    scale = (base - 14) / most
    group = (WIDTH - left - 10) / max(len(names), 1)
    thick = max(2.0, (group - 8) / max(len(series), 1))
    marks = [f'<line class="grid" x1="{left}" x2="{WIDTH}" y1="{base}" y2="{base}"/>']
    for place, name in enumerate(names):
        x = left + place * group
        marks.append(text(x + group / 2, base + 16, name, anchor="middle", kind="small"))
        for row, one in enumerate(series):
            value = one.values[place]
            if value is None:
                continue
            at, tall = x + 4 + row * thick, max(value.mean, 0) * scale
            title = f"{name}, {one.name}: {told(value, unit)}"
            marks.append(
                f'<rect x="{at:.1f}" y="{base - tall:.1f}" width="{thick - 1:.1f}"'
                f' height="{tall:.1f}" fill="{COLOURS[row]}"><title>{escape(title)}</title></rect>'
            )
            if value.low is not None and value.high is not None:
                middle = at + thick / 2 - 0.5
                low, high = base - max(value.low, 0) * scale, base - value.high * scale
                marks.append(
                    f'<line class="whisker" x1="{middle:.1f}" x2="{middle:.1f}"'
                    f' y1="{low:.1f}" y2="{high:.1f}"/>'
                )
            if len(series) * len(names) <= 24:
                marks.append(
                    text(at + thick / 2, base - tall - 5, number(value.mean), anchor="middle",
                         kind="small")
                )  # fmt: skip
    return svg(WIDTH, height, label, marks)


def dots(label: str, names: Sequence[str], series: Sequence[Series]) -> str:
    """Return dots with intervals around zero; a line for each name and scenario."""
    left, row = 230, 16
    values = [v for one in series for v in one.values if v is not None]
    reach = max(
        (abs(bound) for v in values for bound in (v.mean, v.low or 0.0, v.high or 0.0)), default=1.0
    )
    reach = reach or 1.0
    middle = left + (WIDTH - left - 60) / 2
    scale = (WIDTH - left - 80) / 2 / reach
    height = row * len(names) * len(series) + 26
    marks = [
        f'<line class="axis" x1="{middle:.1f}" x2="{middle:.1f}" y1="0" y2="{height - 20}"/>',
        text(middle, height - 6, "0", anchor="middle", kind="small"),
        text(middle - reach * scale, height - 6, number(-reach), anchor="middle", kind="small"),
        text(middle + reach * scale, height - 6, number(reach), anchor="middle", kind="small"),
    ]
    for place, name in enumerate(names):
        for line, one in enumerate(series):
            value = one.values[place]
            y = (place * len(series) + line) * row + row / 2
            if line == 0:
                marks.append(text(left - 8, y + 4, name[:38], anchor="end"))
            if value is None:
                continue
            marks.append(_whisker_around(value, middle, scale, y))
            title = f"{name}, {one.name}: {told(value)}"
            marks.append(
                f'<circle cx="{middle + value.mean * scale:.1f}" cy="{y:.1f}" r="4"'
                f' fill="{COLOURS[line + 1]}"><title>{escape(title)}</title></circle>'
            )
    return svg(WIDTH, height, label, marks)


def _whisker_around(value: Value, middle: float, scale: float, y: float) -> str:
    if value.low is None or value.high is None:
        return ""
    first, last = middle + value.low * scale, middle + value.high * scale
    return f'<line class="whisker" x1="{first:.1f}" x2="{last:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'


def tiles(label: str, shares: dict[str, tuple[float, str]]) -> str:
    """Return a map of provinces as tiles: a share from 0 to 1 as shade, and words for each."""
    size, marks = 74, []
    for province, (column, row) in TILES.items():
        x, y = column * (size + 6), row * (size + 6)
        share, words = shares.get(province, (None, "no program"))
        shade = "none" if share is None else f"hsl(205 80% {92 - 55 * min(max(share, 0), 1):.0f}%)"
        ink = "on-dark" if share is not None and share > 0.55 else "on-light" if share else "off"
        marks.append(
            f'<rect class="tile" x="{x}" y="{y}" width="{size}" height="{size}" rx="6"'
            f' fill="{shade}"><title>{escape(f"{province}: {words}")}</title></rect>'
        )
        marks.append(text(x + size / 2, y + 32, province, anchor="middle", kind=f"{ink} big"))
        if share is not None:
            marks.append(text(x + size / 2, y + 54, f"{share:.0%}", anchor="middle", kind=f"{ink}"))
    return svg(9 * (size + 6), 3 * (size + 6), label, marks)


def legend(names: Sequence[str]) -> str:
    """Return which colour is whose, as HTML."""
    items = "".join(
        f'<li><span style="background:{colour}"></span>{escape(name)}</li>'
        for name, colour in zip(names, COLOURS, strict=False)
    )
    return f'<ul class="legend">{items}</ul>' if len(names) > 1 else ""
