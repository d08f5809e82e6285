"""Rungs over real sockets: what is measured on one line is told to whom it concerns, and obeyed by the engine."""

from dataclasses import replace
from uuid import UUID

from server.media.engine import Measured, Shape
from tests.integration.signalling.conftest import Caller, Neighbourhood
from tests.support.bare_browser import until

CLEAN = Measured("udp", 0.0, 300_000, 0.0, 300_000, None, 0.05, voices=50, gap=0.05, late=0.0)
COLLAPSED = replace(CLEAN, out_loss=0.85, out_rate=24_000, late=0.9, gap=0.3)
LEAN = {"kbps": 6, "ptime": 60, "red": False, "dtx": True, "fec": True}
NUMBERS = [120, 300, 250, 0, 250, 0, 3, 80, 90, 20, 1]


def hears(street: Neighbourhood, caller: Caller, *measured: Measured, every: float = 1.0) -> None:
    """The engine's measurements of ``caller``, one a second, and none of its own."""
    for one in measured:
        street.house.clock.advance(every)
        street.calls.measured(str(caller.room.id), caller.peer, one)


def steps(caller: Caller) -> list[dict[str, object]]:
    return list(caller.client.events("call:rung"))


async def told(caller: Caller, rung: str, reason: str) -> dict[str, object]:
    def found() -> list[dict[str, object]]:
        return [step for step in steps(caller) if step["out"] == rung and step.get("reason") == reason]

    await caller.client.until(lambda: bool(found()), f"{rung} for {reason}")
    return found()[-1]


async def test_a_line_that_collapses_is_told_to_both_with_the_reason_and_the_engine_obeys(
    street: Neighbourhood,
) -> None:
    _, julien, lea = await street.pair()
    part = street.calls.parts.find(UUID(lea.peer))
    assert part is not None
    hears(street, lea, *[CLEAN] * 8, COLLAPSED)
    step = await told(lea, "voice-lean", "weak_here")
    assert (step["in"], step["voice"], step["layers"]) == ("voice-lean", LEAN | {"red": True}, [])
    other = await told(julien, "voice", "weak_there")  # who can be heard by no more than a lean voice
    assert (other["who"], other["voice"], other["in"]) == (lea.peer, LEAN, "video")
    await until(
        lambda: part.line.shape == Shape(pictures_in="none", pictures_out="none", redundancy=True, sparing=True),
        "the engine's word",
    )
    person = julien.client.events("call:people")[-1]["people"][1]
    assert (person["rung"], person["weak"]) == ("voice-lean", True)


async def test_when_the_line_is_good_again_everything_is_as_before(street: Neighbourhood) -> None:
    _, julien, lea = await street.pair()
    hears(street, lea, *[CLEAN] * 8, COLLAPSED)
    for _ in range(60):
        hears(street, lea, CLEAN)
        await lea.act("call:stats", n=NUMBERS)
    step = await told(lea, "video", "better")
    assert (step["in"], step["voice"]) == ("video", {"kbps": 32, "ptime": 20, "red": False, "dtx": True, "fec": True})
    await told(julien, "video", "better_there")
    person = julien.client.events("call:people")[-1]["people"][1]
    assert (person["rung"], person["weak"]) == ("video", False)


async def test_voices_only_is_a_ceiling_and_goes_at_once(street: Neighbourhood) -> None:
    _, _, lea = await street.pair()
    await lea.act("call:state", mic=True, camera=True, voice_only=True)
    step = await told(lea, "voice", "pinned")
    assert step["in"] == "voice"
    await lea.act("call:state", mic=True, camera=True, voice_only=False)
    await lea.client.until(lambda: steps(lea)[-1]["out"] == "video", "video again")


async def test_a_budget_warns_then_takes_the_pictures_then_leans_the_voice_and_can_be_raised(
    street: Neighbourhood,
) -> None:
    _, _, lea = await street.pair()
    await lea.act("call:state", mic=True, camera=True, voice_only=False, budget=1_000_000)
    seen = []
    for kilobytes in (500, 810, 910, 1_001):
        await lea.act("call:stats", n=[kilobytes, *NUMBERS[1:]])
        seen.append((steps(lea)[-1]["out"], steps(lea)[-1].get("reason")) if steps(lea) else None)
    assert seen == [None, ("video", "budget_near"), ("voice", "budget"), ("voice-lean", "budget")]
    await lea.act("call:state", mic=True, camera=True, voice_only=False, budget=None)
    assert steps(lea)[-1]["out"] == "video"


async def test_a_client_that_hides_what_it_uses_is_not_believed(street: Neighbourhood) -> None:
    _, _, lea = await street.pair()
    await lea.act("call:state", mic=True, camera=True, voice_only=False, budget=1_000_000)
    for _ in range(20):
        hears(street, lea, CLEAN)
        await lea.act("call:stats", n=[1, *NUMBERS[1:]])
    assert steps(lea)[-1]["reason"] == "budget"


async def test_the_check_before_the_call_sets_the_first_rung(street: Neighbourhood) -> None:
    room = await street.house.room()
    lea = await street.caller(room.mentee, room)
    joined = await lea.join(first="voice-lean")
    assert (joined["rung"], joined["voice"], joined["every_ms"]) == ("voice-lean", LEAN, 4_000)


async def test_samples_that_are_no_samples_are_refused(street: Neighbourhood) -> None:
    _, _, lea = await street.pair()
    for numbers in ([], NUMBERS[:-1], [*NUMBERS, 0], [2**40, *NUMBERS[1:]], ["1", *NUMBERS[1:]], [-2, *NUMBERS[1:]]):
        assert (await lea.act("call:stats", n=numbers))["error"]["code"] == "bad_request"
    assert await lea.act("call:stats", n=NUMBERS) == {"ok": True}


async def test_nobody_reports_for_another(street: Neighbourhood) -> None:
    _, julien, lea = await street.pair()
    answer = await julien.client.call("call:stats", {"room": str(lea.room.id), "peer": lea.peer, "n": NUMBERS})
    assert answer["error"]["code"] == "not_found"


async def test_metrics_count_rungs_and_reasons(street: Neighbourhood) -> None:
    _, _, lea = await street.pair()
    hears(street, lea, *[CLEAN] * 8, COLLAPSED)
    families = street.house.capabilities.signalling.metrics.collect()
    found = {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}
    assert found["binome_call_rungs", "voice-lean", "out"] == 1
    assert found["binome_call_rungs", "voice", "out"] == 1
    assert found["binome_call_rung_changes_total", "weak_here"] == 1
