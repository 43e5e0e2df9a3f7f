"""Bars of a chart, laid out in the units of its picture. The table beside it says the same in figures."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 190
LEFT, TOP, BOTTOM = 44, 10, 24
LABELS_MOST = 7
ROW, ROW_LABEL, LABEL_LETTERS = 26, 240, 34
ROUND = (1, 2, 5)


@dataclass(frozen=True)
class Bar:
    """One bar: its place, and which of the chart's series it belongs to, from 1."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True)
class Chart:
    """Bars with marks at the side and labels below; `series` names what they count, in order."""

    bars: tuple[Bar, ...]
    marks: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, str], ...]
    series: tuple[str, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM


def bar_chart(labels: Sequence[str], **series: Sequence[float | None]) -> Chart:
    """A chart of one or more series over the same labels; None draws no bar."""
    top = _round_above(max((value for values in series.values() for value in values if value), default=1))
    scale, step = (HEIGHT - TOP - BOTTOM) / top, (WIDTH - LEFT) / max(len(labels), 1)
    width = step * 0.8 / len(series)
    bars = tuple(
        Bar(
            round(LEFT + at * step + step * 0.1 + number * width, 1),
            round(HEIGHT - BOTTOM - value * scale, 1),
            round(max(width - 0.5, 0.5), 1),
            round(value * scale, 1),
            number + 1,
        )
        for number, values in enumerate(series.values())
        for at, value in enumerate(values)
        if value
    )
    marks = tuple((round(HEIGHT - BOTTOM - part * scale, 1), _figure(part)) for part in (0, top / 2, top))
    return Chart(bars, marks, _spread(labels, step), tuple(name.replace("_", " ") for name in series))


def row_chart(labels: Sequence[str], values: Sequence[float], series: str) -> Chart:
    """A chart of one series with a row for each label, for labels that are long: names of events and people."""
    top = max((*values, 1))
    scale, height = (WIDTH - ROW_LABEL - LEFT) / top, ROW * max(len(labels), 1)
    bars = tuple(
        Bar(ROW_LABEL, at * ROW + 4, round(value * scale, 1), ROW - 8, 1) for at, value in enumerate(values)
    )
    middles = [at * ROW + ROW / 2 + 4 for at in range(len(labels))]
    marks = tuple((middle, _figure(value)) for middle, value in zip(middles, values, strict=True))
    names = tuple((middle, _short(label)) for middle, label in zip(middles, labels, strict=True))
    return Chart(bars, marks, names, (series,), height=height, left=ROW_LABEL, base=height)


def _short(label: str) -> str:
    return label if len(label) <= LABEL_LETTERS else f"{label[: LABEL_LETTERS - 1]}…"


def _spread(labels: Sequence[str], step: float) -> tuple[tuple[float, str], ...]:
    every = -(-len(labels) // LABELS_MOST) or 1
    return tuple((round(LEFT + (at + 0.5) * step, 1), labels[at]) for at in range(0, len(labels), every))


def _round_above(value: float) -> float:
    size = 1.0
    while size * 5 < value:
        size *= 10
    return next((size * part for part in ROUND if size * part >= value), size * 10)


def _figure(value: float) -> str:
    return f"{value:g}"
