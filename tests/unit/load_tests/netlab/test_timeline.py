"""Growing counters become seconds, seconds become a picture and figures."""

from typing import Any
from xml.etree import ElementTree as ET

from load_tests.netlab.measure import figures
from load_tests.netlab.plot import draw
from load_tests.netlab.timeline import Counters, Second, Side, concealed


def look(at: float, *, samples: int, made_up: int, silent: int, connection: int = 0) -> dict[str, Any]:
    """As the page gives it."""
    return {
        "at": at,
        "phase": "Appel en cours",
        "rows": [
            {
                "connection": connection,
                "type": "inbound-rtp",
                "id": "A",
                "kind": "audio",
                "totalSamplesReceived": samples,
                "concealedSamples": made_up,
                "silentConcealedSamples": silent,
                "packetsReceived": samples // 960,
                "packetsLost": 0,
                "bytesReceived": samples // 10,
            },
            {
                "connection": connection,
                "type": "candidate-pair",
                "id": "P",
                "nominated": True,
                "bytesReceived": samples,
                "bytesSent": samples,
                "currentRoundTripTime": 0.8,
                "localCandidateId": "L",
            },
            {"connection": connection, "type": "local-candidate", "id": "L", "protocol": "tcp"},
        ],
    }


def test_a_second_is_what_the_counters_grew() -> None:
    counters = Counters()
    counters.look(look(10.0, samples=96_000, made_up=9_600, silent=0))
    side = counters.look(look(11.0, samples=144_000, made_up=14_400, silent=2_400))
    assert (side.voice_samples, side.concealed_samples, side.concealed) == (48_000, 2_400, 0.05)
    assert (side.received, side.in_kbit, side.round_trip, side.path) == (50, 38.4, 0.8, "tcp")


def test_a_new_connection_begins_at_nothing() -> None:
    counters = Counters()
    counters.look(look(10.0, samples=480_000, made_up=0, silent=0))
    side = counters.look(look(11.0, samples=4_800, made_up=480, silent=0, connection=1))
    assert (side.voice_samples, side.concealed) == (4_800, 0.1)


def test_concealment_of_a_stretch_is_weighed_by_what_was_played() -> None:
    sides = [Side(voice_samples=48_000, concealed_samples=4_800), Side(voice_samples=16_000, concealed_samples=0)]
    assert concealed(sides) == 0.075
    assert concealed([Side()]) is None


def test_the_picture_is_whole_even_with_gaps_in_what_is_known() -> None:
    report = {"offered": 50, "passed": 40, "bits": 20_000, "lost": 8, "overflowed": 2, "cut": 0, "wait": 0.1}
    seconds = [
        Second(0.0, far=Side(out_rung="video", concealed=0.1)),
        Second(1.0, {"up": report, "down": report}, far=Side(out_rung="voice-lean", concealed=None)),
        Second(2.0, {"up": report, "down": report}, far=Side(out_rung="voice-lean", concealed=0.3)),
    ]
    picture = ET.fromstring(draw("24 kbit/s < 1 Mbit/s", seconds, [(1.0, "“cut” & back")]))  # noqa: S314 - our own
    texts = "".join(picture.itertext())
    assert "24 kbit/s < 1 Mbit/s" in texts
    assert texts.count("“cut” & back") == 1
    lines = [line.get("points", "").split() for line in picture.iter("{http://www.w3.org/2000/svg}polyline")]
    assert [len(points) for points in lines] == [5, 2, 2, 2, 2, 1, 1]


def test_figures_are_the_worse_of_both_sides() -> None:
    def side(share: float | None, quality: object) -> dict[str, Any]:
        return {"concealed": share, "pesq": quality}

    steps = [{"name": "cut", "far": 3.2, "near": 1.0}, {"name": "back", "far": 0.5, "near": None, "rung": 12.0}]
    common = {"alive": True, "join_to_voice_s": 0.3, "rungs_reached": ["video", "voice"]}
    found = {
        "cliff": {
            **common,
            "far": side(0.02, {"median": 3.1}),
            "near": side(0.05, {"median": 2.9}),
            "steps": steps,
        },
        "weak": {**common, "far": side(None, "nothing was heard"), "near": side(0.1, {"median": 2}), "steps": []},
        "broken": {"ok": False, "missed": ["TimeoutError"]},
    }
    assert figures(found) == {
        "netlab.cliff.alive": 1,
        "netlab.cliff.concealed": 5,
        "netlab.cliff.pesq": 2.9,
        "netlab.cliff.joined": 0.3,
        "netlab.cliff.rungs": 2,
        "netlab.cliff.0": 3.2,
        "netlab.cliff.1.rung": 12,
        "netlab.weak.alive": 1,
        "netlab.weak.joined": 0.3,
        "netlab.weak.rungs": 2,
    }
