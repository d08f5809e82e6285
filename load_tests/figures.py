"""The figures that Binôme is held to, and what was measured of them."""

import math
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """``measurement`` is the name that `python -m load_tests` takes. A kB is 1,000 bytes. Without a ``target`` the
    value is told and not judged."""

    key: str
    measurement: str
    title: str
    unit: str
    target: float | None
    at_least: bool = False

    def met(self, value: float) -> bool | None:
        if self.target is None:
            return None
        return value >= self.target if self.at_least else value <= self.target

    @property
    def bound(self) -> str:
        if self.target is None:
            return "–"
        return f"{'≥' if self.at_least else '≤'} {self.target:,g}"


FIGURES = (
    Figure("saturation.rate", "saturation", "chat, the most that 100 people get through", "messages/s", 4000, True),
    Figure("saturation.cpu", "saturation", "… CPU of server and database", "ms/message", 0.30),
    Figure("steady.p50", "steady", "chat at 200 messages/s, send to the other's screen, half", "ms", 2.5),
    Figure("steady.p99", "steady", "… 99 of 100", "ms", 8),
    Figure("steady.cpu", "steady", "… CPU of server and database", "ms/message", 1.2),
    Figure("idle.memory", "idle", "memory of an idle connection, at 1,000", "kB", 36),
    Figure("message.bytes", "message", "a message of 40 characters on the wire", "bytes", 240),
    Figure("reconnect.bytes", "reconnect", "coming back and holding 10 missed messages", "bytes", 1600),
    Figure("revocation.told.p50", "revocation", "a right ends: from the answer until people are told", "ms", None),
    Figure("revocation.told.p99", "revocation", "… 99 of 100", "ms", 1000),
    Figure("revocation.media.p50", "revocation", "… until the last packet of media at the other side", "ms", None),
    Figure("revocation.media.p99", "revocation", "… 99 of 100", "ms", 1000),
    Figure("revocation.most", "revocation", "… the longest of all these", "ms", 1000),
    Figure("revocation.chat.told.p50", "revocation", "… while chat runs at its own maximum: told", "ms", None),
    Figure("revocation.chat.told.p99", "revocation", "… 99 of 100", "ms", 1000),
    Figure("revocation.chat.media.p50", "revocation", "… media", "ms", None),
    Figure("revocation.chat.media.p99", "revocation", "… 99 of 100", "ms", 1000),
    Figure("revocation.chat.most", "revocation", "… the longest of all these", "ms", 1000),
    Figure(
        "alarm.flag.p50",
        "alarm",
        "a serious message at 50/s, 500 people: to the professional's screen, half",
        "ms",
        None,
    ),
    Figure("alarm.flag.p99", "alarm", "… flag and case, 99 of 100", "ms", 1000),
    Figure("alarm.tap.p50", "alarm", "… a call for help, half", "ms", None),
    Figure("alarm.tap.p99", "alarm", "… flag and case, 99 of 100", "ms", 1000),
    Figure("alarm.most", "alarm", "… the longest of all these", "ms", None),
    Figure("alarm.plain", "alarm", "CPU of a message by itself, server and database", "ms", None),
    Figure("alarm.serious", "alarm", "… of a serious one, with flag, case, page and screens", "ms", None),
    Figure(
        "night.late",
        "night",
        "a night of 10,000 cases: severity 4 neither acknowledged nor at the top in time",
        "cases",
        0,
    ),
    Figure("night.twice", "night", "… steps paged twice, deliveries that fit no page", "", 0),
    Figure("night.most", "night", "… the longest that one of severity 4 waited", "s", None),
    Figure("night.step", "night", "… a step, with all that stands around it", "ms", None),
    Figure("forwarding.cost", "forwarding", "CPU of a forwarded packet, three people", "µs", None),
    Figure("forwarding.ratio", "forwarding", "… beside Janus", "× Janus", 1.0),
    Figure("voices.reached", "voices", "voice packets through a media worker on one core", "packets/s", 20_000, True),
    Figure("voices.p50", "voices", "… added delay at that rate, half", "ms", 1),
    Figure("voices.p99", "voices", "… 99 of 100", "ms", 5),
    Figure("voices.beside_chat", "voices", "added delay while chat runs at its own maximum, 99 of 100", "ms", 10),
    Figure("voices.rooms", "voices", "rooms of 2 people at 70 % of one core", "rooms", None),
    Figure("voices.rate", "voices", "… packets of all of them", "packets/s", None),
    Figure("voices.memory", "voices", "memory of a participant beyond the first", "kB", 200),
    Figure("netlab.weak-24.concealed", "netlab", "24 kbit/s, 20 % loss, 800 ms: concealed voice", "%", 8),
    Figure("netlab.weak-24.pesq", "netlab", "… speech beside the clean one", "PESQ", None),
    Figure("netlab.narrow-16.concealed", "netlab", "16 kbit/s, 5 % loss, 800 ms: concealed voice", "%", 8),
    Figure("netlab.narrow-16.pesq", "netlab", "… speech beside the clean one", "PESQ", None),
    Figure(
        "netlab.hopeless-16.alive",
        "netlab",
        "16 kbit/s, 20 % loss, 800 ms: voice both ways at the end",
        "1: yes",
        1,
        True,
    ),
    Figure("netlab.bursts-32.concealed", "netlab", "32 kbit/s, 10 % loss in bursts, 300 ms: concealed voice", "%", 7),
    Figure("netlab.bursts-32.pesq", "netlab", "… speech beside the clean one", "PESQ", None),
    Figure("netlab.blocked.0", "netlab", "UDP blocked in a call: longest silence", "s", 4),
    Figure("netlab.blocked.1", "netlab", "… then all TCP but the HTTP port", "s", 8),
    Figure("netlab.cliff.0", "netlab", "from 1 Mbit/s to 24 kbit/s in a video call: longest silence", "s", 3),
    Figure("netlab.cliff.1.rung", "netlab", "… and back: until the picture is sent again", "s", 30),
    Figure("netlab.change.0", "netlab", "another address, 200 ms round trip: longest silence", "s", 0.9),
    Figure("netlab.change.2", "netlab", "network back after 20 s, 200 ms round trip: until a voice", "s", 0.9),
    Figure("netlab.loopback.joined", "netlab", "joining to first voice, no delay", "s", 0.4),
    Figure("netlab.far-800.joined", "netlab", "… at 800 ms round trip", "s", 3.6),
    Figure("netlab.all-rungs.rungs", "netlab", "rungs reached by a real Chromium", "of 8", 8, True),
    # What is under way at the moment of a sample differs by one or two; a leak in 480 turns differs by hundreds.
    Figure("soak.memory", "soak", "20 rooms for hours: memory, last quarter beside the second", "% more", 2),
    Figure("soak.files", "soak", "… sockets and files", "more", 2),
    Figure("soak.tasks", "soak", "… tasks", "more", 2),
    Figure("first_load.size", "first_load", "first load of the room page, all on the wire", "kB", 80),
    Figure("start.first", "start_time", "make run to a served page, nothing installed", "s", 60),
    Figure("start.again", "start_time", "… again", "s", 3),
)


@dataclass(slots=True)
class Measured:
    """What was found: values by the figure's key, the peers' by their name, and all that lies under them."""

    values: dict[str, float] = field(default_factory=dict)
    peers: dict[str, dict[str, float]] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, other: "Measured") -> None:
        self.values.update(other.values)
        for peer, values in other.peers.items():
            self.peers.setdefault(peer, {}).update(values)
        self.details.update(other.details)
        self.problems.extend(other.problems)


def rows(measured: Measured) -> list[dict[str, Any]]:
    """One row for each figure that was measured here or for a peer."""
    found = []
    for figure in FIGURES:
        value = measured.values.get(figure.key)
        peers = {peer: values[figure.key] for peer, values in measured.peers.items() if figure.key in values}
        if value is None and not peers:
            continue
        found.append(
            {
                "key": figure.key,
                "title": figure.title,
                "unit": figure.unit,
                "target": figure.bound,
                "value": value,
                "met": None if value is None else figure.met(value),
                "peers": peers,
                "command": f"python -m load_tests {figure.measurement}",
            }
        )
    return found


def number(value: float | None) -> str:
    """Three significant digits, and whole numbers as they are."""
    if value is None:
        return "–"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}"


def table(found: list[dict[str, Any]]) -> str:
    """The rows as a Markdown table."""
    lines = ["| figure | target | measured | peers in the same run |", "|---|---|---|---|"]
    for row in found:
        verdict = {True: "", False: " **missed**", None: ""}[row["met"]]
        peers = ", ".join(f"{peer} {number(value)}" for peer, value in row["peers"].items())
        value = f"{number(row['value'])}{verdict}"
        lines.append(f"| {row['title']} ({row['unit']}) | {row['target']} | {value} | {peers} |")
    return "\n".join(lines)
