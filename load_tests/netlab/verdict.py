"""What a run says: its figures, and which of the scenario's expectations do not hold."""

import statistics
from collections.abc import Mapping
from typing import Any

from load_tests.netlab.hearing import first_voice, longest_silence, voiced
from load_tests.netlab.laboratory import Run
from load_tests.netlab.people import Person
from load_tests.netlab.speech import RATE, Samples, scores
from load_tests.netlab.timeline import concealed
from load_tests.programs import MissingProgram

BUFFERED = 0.5  # seconds of voice that may still sound after a path broke, from the buffers of the other end


def judge(run: Run, said: Mapping[str, Samples]) -> dict[str, Any]:
    assert run.far is not None
    assert run.near is not None
    expected, scenario = run.named.scenario.expect, run.named.scenario
    length = run.seconds[-1].at if run.seconds else 0.0
    settled = [second for second in run.seconds if second.at >= scenario.settle_s]
    missed: list[str] = []
    found: dict[str, Any] = {"seconds": length, "missed": missed}
    if not run.connected:
        missed.append("the far person's page did not say that it is in the call")
    frames = {}
    for person in (run.far, run.near):
        heard = person.hearing.samples(run.zero + length)
        zero = round((run.zero - person.hearing.start) * RATE)
        frames[person.name] = voiced(heard[zero:])
        for second in run.seconds:
            side = second.far if person is run.far else second.near
            begin = int(second.at * 50)
            side.heard = any(frames[person.name][begin : begin + 50])
        sides = [second.far if person is run.far else second.near for second in settled]
        other = "near" if person is run.far else "far"
        quality = _quality(said[other], heard[zero + int(scenario.settle_s * RATE) :])
        found[person.name] = {
            "concealed": concealed(sides),
            "pesq": quality,
            "longest_silence_s": longest_silence(frames[person.name], scenario.settle_s, length),
            "rungs": _rungs(person),
            "complaints": person.complaints,
        }
        share = found[person.name]["concealed"]
        if expected.concealed is not None and (share is None or share > expected.concealed):
            missed.append(f"{person.name} side: concealed {share}, at most {expected.concealed}")
        if not any(frames[person.name][-10 * 50 :]) and "text" not in expected.rung_says:
            missed.append(f"{person.name} side: no voice in the last 10 s")
    found["steps"] = [_step(run, at, index, frames, missed) for index, (at, _) in enumerate(run.steps)]
    _rung_expectations(run, missed)
    heard_at = None if run.first_voice is None else round(run.first_voice - run.joined, 3)
    found["join_to_voice_s"] = heard_at
    if expected.voice_within_s is not None and (heard_at is None or heard_at > expected.voice_within_s):
        missed.append(f"first voice {heard_at} s after joining, at most {expected.voice_within_s}")
    found["rungs_reached"] = sorted({rung for told in found["far"]["rungs"] for rung in (told["out"], told["in"])})
    found["alive"] = run.connected and all(any(speaks[-10 * 50 :]) for speaks in frames.values())
    found["ok"] = not missed
    return found


def _quality(reference: Samples, heard: Samples) -> dict[str, Any] | str:
    try:
        turns = scores(reference, heard)
    except MissingProgram as missing:
        return str(missing)
    if not turns:
        return "nothing was heard"
    return {"median": statistics.median(turns), "least": min(turns), "turns": turns}


def _step(run: Run, at: float, index: int, frames: dict[str, list[bool]], missed: list[str]) -> dict[str, Any]:
    """How long both were without a voice after a step: what a step breaks is silent until it is mended, and what was
    away sounds again."""
    step = run.steps[index][1]
    end = run.steps[index + 1][0] if index + 1 < len(run.steps) else run.seconds[-1].at
    found: dict[str, Any] = {"at": round(at, 2), "name": step.name}
    for name, speaks in frames.items():
        was_silent = not any(speaks[max(0, round((at - 1) * 50)) : round(at * 50)])
        if was_silent:
            found[name] = first_voice(speaks, at)
        else:
            found[name] = longest_silence(speaks, at, end)
        if step.sound_within_s is not None and (found[name] is None or found[name] > step.sound_within_s):
            missed.append(
                f"{name} side after “{step.name}”: {found[name]} s without a voice, at most {step.sound_within_s}"
            )
    if step.rung is not None:
        reached = next(
            (second.at for second in run.seconds if second.at > at and second.far.out_rung == step.rung), None
        )
        found["rung"] = None if reached is None else round(reached - at, 1)
        if reached is None or reached - at > step.rung_within_s:
            missed.append(f"{step.rung} {found['rung']} s after “{step.name}”, at most {step.rung_within_s}")
    return found


def _rungs(person: Person) -> list[dict[str, Any]]:
    return [
        {"at": at, **{key: body.get(key) for key in ("out", "in", "reason")}}
        for at, direction, name, body in person.told
        if name == "call:rung" and direction == "down"
    ]


def _rung_expectations(run: Run, missed: list[str]) -> None:
    assert run.far is not None
    expected = run.named.scenario.expect
    reached = {rung for told in _rungs(run.far) for rung in (told["out"], told["in"])}
    if absent := [rung for rung in expected.rungs if rung not in reached]:
        missed.append(f"rungs never reached: {', '.join(absent)}")
    last = run.seconds[-1].far if run.seconds else None
    if expected.rung_says and (last is None or last.out_rung not in expected.rung_says):
        missed.append(f"the rung says {last and last.out_rung}, not one of {', '.join(expected.rung_says)}")
    if expected.same_peer:
        peers = {body["peer"] for _, _, name, body in run.far.told if name == "joined"}
        if len(peers) != 1:
            missed.append(f"the far person was {len(peers)} participants")
        end = run.zero + run.seconds[-1].at
        people = run.near.last("call:people", end) if run.near is not None else None
        if people is not None and len(people.get("people", ())) != 2:
            missed.append(f"the near side sees {len(people.get('people', ()))} people")
