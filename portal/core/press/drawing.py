"""Draws the round red seal from outlines of the print font: lines and curves, no font inside."""

import math
from pathlib import Path
from typing import Any

FONT = Path(__file__).resolve().parents[3] / "static" / "fonts" / "NotoSansSC-Bold.ttf"
SIZE = 120.0
RED = "0.78 0.09 0.13"
Matrix = tuple[float, float, float, float, float, float]


def seal(around: str, below: str) -> str:
    """PDF operators in a square of SIZE points: a ring, a star, a text around, a text below."""
    font = _font()
    middle = SIZE / 2
    parts = [f"q {RED} rg {RED} RG 3.2 w", _circle(middle, middle, middle - 4), "S"]
    parts += [_star(middle, middle + 3, 15), "f"]
    step = min(math.radians(26), math.radians(250) / max(len(around) - 1, 1))
    size = min(17.0, step * (middle - 20) * 0.95)
    for place, letter in enumerate(around):
        angle = math.pi / 2 + step * ((len(around) - 1) / 2 - place)
        turn = angle - math.pi / 2
        radius = middle - 8 - size
        centre = (middle + radius * math.cos(angle), middle + radius * math.sin(angle))
        parts.append(_glyph(font, letter, _turned(centre, turn, size, font)))
    width = 11.0 * len(below)
    for place, letter in enumerate(below):
        left = middle - width / 2 + 11.0 * place
        scale = 11.0 / font["head"].unitsPerEm
        parts.append(_glyph(font, letter, (scale, 0, 0, scale, left, 22.0)))
    return "\n".join([*parts, "Q"])


def _font() -> Any:
    from fontTools.ttLib import TTFont

    return TTFont(FONT, lazy=True)


def _turned(centre: tuple[float, float], turn: float, size: float, font: Any) -> Matrix:
    """Puts a glyph upright on the circle, its middle on the radius through `centre`."""
    scale = size / font["head"].unitsPerEm
    cos, sin = math.cos(turn) * scale, math.sin(turn) * scale
    half = font["head"].unitsPerEm / 2
    return (cos, sin, -sin, cos, centre[0] - cos * half, centre[1] - sin * half)


def _glyph(font: Any, letter: str, matrix: Matrix) -> str:
    """The outline of one letter; raises KeyError where the font has none."""
    from fontTools.pens.basePen import BasePen
    from fontTools.pens.transformPen import TransformPen

    out: list[str] = []

    class Pen(BasePen):  # type: ignore[misc]
        def _moveTo(self, point: tuple[float, float]) -> None:
            out.append(f"{_at(point)} m")

        def _lineTo(self, point: tuple[float, float]) -> None:
            out.append(f"{_at(point)} l")

        def _curveToOne(self, *points: tuple[float, float]) -> None:
            out.append(f"{' '.join(map(_at, points))} c")

        def _closePath(self) -> None:
            out.append("h")

    glyphs = font.getGlyphSet()
    glyphs[font.getBestCmap()[ord(letter)]].draw(TransformPen(Pen(glyphs), matrix))
    return "\n".join([*out, "f"])


def _at(point: tuple[float, float]) -> str:
    return f"{point[0]:.2f} {point[1]:.2f}"


def _circle(x: float, y: float, radius: float) -> str:
    pull = radius * 0.5523
    corners = [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 0)]
    out = [f"{_at((x + radius, y))} m"]
    for (ax, ay), (bx, by) in zip(corners, corners[1:], strict=False):
        first = (x + radius * ax + pull * bx, y + radius * ay + pull * by)
        second = (x + radius * bx + pull * ax, y + radius * by + pull * ay)
        out.append(f"{_at(first)} {_at(second)} {_at((x + radius * bx, y + radius * by))} c")
    return "\n".join(out)


def _star(x: float, y: float, radius: float) -> str:
    points = []
    for place in range(10):
        length = radius if place % 2 == 0 else radius * 0.382
        angle = math.pi / 2 + place * math.pi / 5
        points.append((x + length * math.cos(angle), y + length * math.sin(angle)))
    first, *rest = points
    return "\n".join([f"{_at(first)} m", *(f"{_at(point)} l" for point in rest), "h"])
