"""A run as a picture: rung, rate, loss and concealment over time, as SVG without any library."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Final

from load_tests.netlab.timeline import Second, Side

RUNGS: Final = ("text", "notes", "voice-web", "voice-lean", "voice", "stills", "video-small", "video")
WIDTH, LEFT, RIGHT = 960, 110, 20
HEIGHT, GAP, TOP = 120, 34, 60
FAR, NEAR, SENT, LOST = "#b3420b", "#0b62b3", "#999999", "#b30b3f"
Points = Sequence[tuple[float, float | None]]


class Panel:
    """One strip of the picture: ``low`` at its bottom, ``high`` at its top."""

    def __init__(self, title: str, top: float, span: float, high: float, labels: Sequence[str] = ()) -> None:
        self._top = top
        self._span = max(span, 1e-9)
        self._high = max(high, 1e-9)
        self.parts = [
            f'<text x="{LEFT}" y="{top - 6}" font-weight="bold">{escape(title)}</text>',
            f'<rect x="{LEFT}" y="{top}" width="{WIDTH - LEFT - RIGHT}" height="{HEIGHT}" fill="#fafafa" '
            'stroke="#ccc"/>',
        ]
        if labels:
            for index, label in enumerate(labels):
                self.parts.append(f'<text x="{LEFT - 6}" y="{self.y(index) + 4:.1f}" text-anchor="end">{label}</text>')
        else:
            for value in (0.0, high):
                self.parts.append(
                    f'<text x="{LEFT - 6}" y="{self.y(value) + 4:.1f}" text-anchor="end">{value:g}</text>'
                )

    def x(self, at: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * at / self._span

    def y(self, value: float) -> float:
        return self._top + HEIGHT - (HEIGHT - 10) * min(value, self._high) / self._high - 5

    def line(self, points: Points, colour: str, *, steps: bool = False) -> None:
        """A line that is broken where a value is missing."""
        pieces: list[list[str]] = [[]]
        for at, value in points:
            if value is None:
                pieces.append([])
                continue
            if steps and pieces[-1]:
                pieces[-1].append(f"{self.x(at):.1f},{pieces[-1][-1].partition(',')[2]}")
            pieces[-1].append(f"{self.x(at):.1f},{self.y(value):.1f}")
        for piece in pieces:
            if piece:
                self.parts.append(
                    f'<polyline points="{" ".join(piece)}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
                )

    def mark(self, at: float, what: str) -> None:
        x = self.x(at)
        self.parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{self._top}" y2="{self._top + HEIGHT}" stroke="#333"/>')
        if what:
            self.parts.append(f'<text x="{x + 3:.1f}" y="{self._top + 12}" font-style="italic">{escape(what)}</text>')


def draw(title: str, seconds: Sequence[Second], events: Sequence[tuple[float, str]]) -> str:
    """Orange is the person behind the bad line, blue the other."""
    span = seconds[-1].at if seconds else 1.0
    tops = [TOP + index * (HEIGHT + GAP) for index in range(4)]

    def of(value: Callable[[Second], float | None]) -> Points:
        return [(second.at, value(second)) for second in seconds]

    rates = [of(lambda second, way=way: _kbit(second, way)) for way in ("up", "down")]  # type: ignore[misc]
    most = max((value or 0 for points in rates for _, value in points), default=1)
    rung = Panel("rung (what the far person sends, and is sent: grey)", tops[0], span, len(RUNGS) - 1, RUNGS)
    rung.line(of(lambda second: _rung(second.far.in_rung)), SENT, steps=True)
    rung.line(of(lambda second: _rung(second.far.out_rung)), FAR, steps=True)
    rate = Panel("kbit/s through the line (up: orange, down: blue)", tops[1], span, round(most + 1))
    rate.line(rates[0], FAR)
    rate.line(rates[1], NEAR)
    loss = Panel("packets lost on the line, % (up: orange, down: blue)", tops[2], span, 60)
    loss.line(of(lambda second: _lost(second, "up")), FAR)
    loss.line(of(lambda second: _lost(second, "down")), NEAR)
    made_up = Panel("concealed voice, % (heard far: orange, heard near: blue)", tops[3], span, 40)
    made_up.line(of(lambda second: _share(second.far)), FAR)
    made_up.line(of(lambda second: _share(second.near)), NEAR)
    panels = (rung, rate, loss, made_up)
    for panel in panels:
        for at, what in events:
            panel.mark(at, what if panel is rung else "")
    height = tops[-1] + HEIGHT + 30
    ticks = "".join(
        f'<text x="{made_up.x(at):.1f}" y="{tops[-1] + HEIGHT + 16}" text-anchor="middle">{at} s</text>'
        for at in range(0, round(span) + 1, max(10, round(span / 10 / 10) * 10))
    )
    body = "\n".join(part for panel in panels for part in panel.parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="11">\n<rect width="{WIDTH}" height="{height}" fill="white"/>\n'
        f'<text x="{LEFT}" y="24" font-size="15">{escape(title)}</text>\n{body}\n{ticks}\n</svg>\n'
    )


def _kbit(second: Second, way: str) -> float | None:
    return float(second.line[way]["bits"]) / 1000 if second.line else None


def _lost(second: Second, way: str) -> float | None:
    if not second.line or not second.line[way]["offered"]:
        return None
    report = second.line[way]
    return 100 * float(report["lost"] + report["overflowed"] + report["cut"]) / float(report["offered"])


def _share(side: Side) -> float | None:
    return None if side.concealed is None else 100 * side.concealed


def _rung(name: str | None) -> float | None:
    return RUNGS.index(name) if name in RUNGS else None
