"""Bars as SVG: nDCG@10 of each method, by language and kind, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from warehouse.search.evaluation import METHODS, Cell

HEIGHT: Final = 200
BAR: Final = 14
GAP: Final = 24
LEFT: Final = 40
TOP: Final = 46
COLOURS: Final = ("#bbbbbb", "#888888", "#4477aa", "#66ccee", "#228833")
"""Of the methods in their order; Paul Tol's bright scheme, told apart by colour-blind eyes."""


def bars(cells: Sequence[Cell]) -> str:
    """Return a drawing of the means of nDCG@10 with their intervals."""
    groups = sorted({(c.language, c.kind) for c in cells if c.language and c.kind})
    found = {(c.language, c.kind, c.method): c.measures["ndcg"] for c in cells}
    step = BAR * len(METHODS) + GAP
    width = LEFT + step * len(groups) + GAP
    parts = [_legend(), *(_line(share / 4, width) for share in range(5))]
    for number, (language, kind) in enumerate(groups):
        left = LEFT + GAP / 2 + number * step
        for place, method in enumerate(METHODS):
            mean = found.get((language, kind, method))
            if mean is not None:
                parts.append(_bar(left + place * BAR, COLOURS[place], mean.mean))
                parts.append(_whisker(left + (place + 0.5) * BAR, mean.low, mean.high))
        middle = left + BAR * len(METHODS) / 2
        for line, word in enumerate((language, str(kind).replace("_", " ").lower())):
            parts.append(
                f'<text x="{middle}" y="{TOP + HEIGHT + 16 + 14 * line}"'
                f' text-anchor="middle">{word}</text>'
            )
    total = TOP + HEIGHT + 44
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {total}" width="{width}"'
        f' font-family="sans-serif" font-size="11"><title>nDCG@10 by method, language and kind'
        f'</title><rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>\n'
    )


def _y(value: float) -> float:
    return round(TOP + HEIGHT * (1 - value), 1)


def _line(value: float, width: float) -> str:
    y = _y(value)
    return (
        f'<line x1="{LEFT}" x2="{width}" y1="{y}" y2="{y}" stroke="#dddddd"/>'
        f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{value:.2f}</text>'
    )


def _bar(x: float, colour: str, value: float) -> str:
    top = _y(value)
    height = round(TOP + HEIGHT - top, 1)
    return f'<rect x="{x}" y="{top}" width="{BAR - 2}" height="{height}" fill="{colour}"/>'


def _whisker(x: float, low: float, high: float) -> str:
    return f'<line x1="{x - 1}" x2="{x - 1}" y1="{_y(low)}" y2="{_y(high)}" stroke="#333333"/>'


def _legend() -> str:
    return "".join(
        f'<rect x="{LEFT + 110 * n}" y="12" width="10" height="10" fill="{COLOURS[n]}"/>'
        f'<text x="{LEFT + 110 * n + 14}" y="21">{method}</text>'
        for n, method in enumerate(METHODS)
    )
