"""A link as a QR code (ISO/IEC 18004), for a page to draw and to print."""

import segno
from msgspec import Struct


class Qr(Struct, frozen=True):
    """``path`` is that of an SVG of ``size`` × ``size`` squares, with the quiet border that readers need."""

    path: str
    size: int


BORDER = 4  # squares: ISO/IEC 18004 section 5.3.8


def qr_of(text: str) -> Qr:
    """With a quarter of the squares to spare: paper is folded, screens are scratched."""
    code = segno.make_qr(text, error="m")
    path = []
    for y, row in enumerate(code.matrix, BORDER):
        x = BORDER
        while x < len(row) + BORDER:
            run = x
            while run < len(row) + BORDER and row[run - BORDER]:
                run += 1
            if run > x:
                path.append(f"M{x} {y}h{run - x}v1H{x}z")
            x = max(run, x + 1)
    return Qr("".join(path), len(code.matrix) + 2 * BORDER)
