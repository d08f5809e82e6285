"""A link or an address as a QR code (ISO/IEC 18004), for a page to draw and to print."""

import segno
from msgspec import Struct


class Qr(Struct, frozen=True):
    """``path`` is that of an SVG of ``size`` × ``size`` squares."""

    path: str
    size: int


BORDER = 4  # squares: ISO/IEC 18004 section 5.3.8


def qr_of(text: str, border: int = BORDER) -> Qr:
    """With the quiet ``border`` that readers need, and a quarter of the squares to spare: paper is folded, screens are
    scratched. A path of one run of dark squares after another, ``M4 4h7v1H4z``."""
    code = segno.make_qr(text, error="m")
    path = []
    for y, row in enumerate(code.matrix, border):
        x = border
        while x < len(row) + border:
            run = x
            while run < len(row) + border and row[run - border]:
                run += 1
            if run > x:
                path.append(f"M{x} {y}h{run - x}v1H{x}z")
            x = max(run, x + 1)
    return Qr("".join(path), len(code.matrix) + 2 * border)
