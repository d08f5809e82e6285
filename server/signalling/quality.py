"""The quality of calls: samples of each line come in, rungs go out. Never touches the database.

``ladder.py`` decides for each line, ``agreement.py`` for the call; this brings them what they need, and carries out
what they say.
"""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Final
from uuid import UUID

from msgspec import UnsetType

from server.kernel.clock import Clock
from server.media.engine import Measured, MediaEngine, Pictures, Shape
from server.media.errors import MediaError
from server.signalling import budget, ladder, wire
from server.signalling.agreement import Told, agree, shape_of
from server.signalling.bottom import has_no_room
from server.signalling.ladder_state import Cause, Limits, Sample, State
from server.signalling.lines import Line
from server.signalling.parts import Part, Parts
from server.signalling.reasons import Reason, reason_of, there
from server.signalling.rules import first_rung
from server.signalling.rungs import pictures_of, rank
from server.signalling.samples import Company, Numbers, in_sample, out_sample, sent_sample, upstream_loss
from server.signalling.telling import Telling

PATIENCE: Final = 5.0  # seconds after joining in which no path is no news
STALE: Final = 2.5  # times ``every_ms``, after which a client's numbers say nothing of now
LONGEST_INTERVAL: Final = 10.0  # seconds: more between two measurements is an engine that was away


class Quality:
    def __init__(self, engine: MediaEngine, parts: Parts, tell: Telling, clock: Clock) -> None:
        self.changes: Counter[Reason] = Counter()  # for metrics
        self._engine = engine
        self._parts = parts
        self._tell = tell
        self._clock = clock
        self._shaping: dict[UUID, asyncio.Task[None]] = {}  # by peer

    def line(self, request: wire.Join) -> Line:
        """What is known of a line when its person comes."""
        now = self._clock.monotonic()
        caps = request.caps
        first = first_rung(wants_pictures=caps.video, voice_only=request.voice_only, suggested=request.first)
        start = ladder.start(request.first or "video", now)
        return Line(
            out=start,
            into=start,
            limits=Limits(stills=caps.stills, web=caps.web),
            ceiling="video" if caps.video else "voice",
            told=Told.at(first),
            pinned=request.voice_only,
            came_at=now,
        )

    def came(self, part: Part) -> None:
        """Somebody joined, for the first time or again: the engine knows nothing of their shape."""
        part.line.came_at = self._clock.monotonic()
        part.line.shape = Shape()
        part.line.heard_from = False
        line = part.line
        line.told = Told.at(line.told.out)
        answered = line.told
        self._settle(part, quietly=True)
        if replace(line.told, every_ms=answered.every_ms) != answered:
            asyncio.get_running_loop().call_soon(self._tell.step, part)  # behind the answer, which names the part

    def went(self, part: Part) -> None:
        task = self._shaping.pop(part.peer, None)
        if task is not None:
            task.cancel()
        others = self._parts.of_room(part.room_id)
        if others:
            self._settle(others[0])

    def wished(self, part: Part, wanted: int | UnsetType | None) -> None:
        """``part.state`` or the budget is another."""
        line = part.line
        if not isinstance(wanted, UnsetType):
            line.budget = wanted
        pinned, line.pinned = line.pinned, part.state.voice_only
        self._settle(part, "pinned" if line.pinned and not pinned else None)
        self._spend(part)

    def wanted(self, part: Part, layers: frozenset[Pictures]) -> None:
        """The engine has use for other qualities of this part's pictures."""
        part.line.layers = layers
        self._settle(part)

    # Samples

    def reported(self, part: Part, numbers: wire.Numbers) -> None:
        line = part.line
        line.numbers, line.numbers_at = numbers, self._clock.monotonic()
        if numbers.used_kb >= 0:
            line.said = numbers.used_kb * 1000
        if line.measured is not None and not _is_early(line, line.numbers_at):
            company = self._company(part)
            sample = in_sample(line.numbers_at, line.measured, numbers, company, pictures=_sees(part, company))
            self._step(part, line.out, self._receive(line, sample))
        self._spend(part)

    def measured(self, part: Part, measured: Measured) -> None:
        line, now = part.line, self._clock.monotonic()
        line.span = min(now - line.measured_at, LONGEST_INTERVAL)
        line.counted += (measured.in_rate + measured.out_rate) / 8 * line.span
        before = line.measured.round_trip if line.measured is not None else None
        line.measured, line.measured_at = measured, now
        line.heard_from = line.heard_from or measured.path != "none"
        if _is_early(line, now):
            return
        pictures = part.state.camera and pictures_of(line.told.out) != "none"
        numbers = self._numbers(line, now)
        sample = out_sample(now, line.span, measured, line.tally, numbers, pictures=pictures)
        out, decision = ladder.step(line.out, sample, line.limits)
        line.hurry = decision.hurry
        if decision.cause == "weak" and rank(out.rung) >= rank("voice-lean"):
            line.into = ladder.brace(line.into, out)
        line.into = ladder.relieve(line.into, out)
        if has_no_room(out, now) and line.into.red:  # nor has the other direction, which cannot tell so well
            line.into = replace(line.into, red=False, red_from=None)
        # The client's own numbers are better; without them a report is known by the round trip that it tells.
        reported = numbers is None and measured.round_trip not in (None, before)
        company = self._company(part)
        sample = sent_sample(now, measured, company, pictures=_sees(part, company), reported=reported)
        self._step(part, out, self._receive(line, sample), decision.cause)
        self._spend(part)

    def _receive(self, line: Line, sample: Sample) -> tuple[State, Cause | None]:
        """The way in, after one more sample of it."""
        into, decision = ladder.step(line.into, sample, line.limits)
        line.hurry = line.hurry or decision.hurry
        return into, decision.cause

    def _step(self, part: Part, out: State, into: tuple[State, Cause | None], cause: Cause | None = None) -> None:
        line = part.line
        before = (line.out.rung, line.out.red, line.into.rung, line.into.red, line.hurry)
        line.out, line.into = out, into[0]
        cause = cause or into[1]
        if cause is not None or (out.rung, out.red, line.into.rung, line.into.red, line.hurry) != before:
            self._settle(part, reason_of(cause))

    def _numbers(self, line: Line, now: float) -> Numbers | None:
        fresh = now - line.numbers_at <= STALE * line.told.every_ms / 1000
        return line.numbers if fresh else None

    def _company(self, part: Part) -> Company:
        others = [other for other in self._parts.of_room(part.room_id) if other is not part and other.media]
        speaking = [(other.line.measured, other.line.out.red) for other in others if other.state.mic]
        known = [(measured, red) for measured, red in speaking if measured is not None and measured.voices is not None]
        return Company(
            voices=sum(measured.voices or 0 for measured, _ in known) if known else None,
            lost=upstream_loss([(measured.voices or 0, measured.out_loss, red) for measured, red in known]),
            pictures=any(other.state.camera and pictures_of(other.line.told.out) != "none" for other in others),
        )

    def _spend(self, part: Part) -> None:
        line = part.line
        spent = budget.spent(line.budget, budget.used(line.said, line.counted))
        if spent == line.spent:
            return
        worse = budget.SPENT.index(spent) > budget.SPENT.index(line.spent)
        line.spent = spent
        reason: Reason | None = ("budget_near" if spent == "near" else "budget") if worse else None
        self._settle(part, reason, always=reason is not None)

    # Decisions

    def _settle(
        self, subject: Part, reason: Reason | None = None, *, always: bool = False, quietly: bool = False
    ) -> None:
        """What everyone in the call of ``subject`` sends now that something of ``subject`` is another. ``always`` or
        ``quietly``: they are told even if nothing has changed, or not at all."""
        parts = [part for part in self._parts.of_room(subject.room_id) if part.media]
        agreed = agree({part.peer: part.line.carries() for part in parts})
        before_of = {part: part.line.told for part in parts}
        shown = subject.line.told.out
        visible = False
        for part in parts:
            line, before, told = part.line, before_of[part], agreed[part.peer]
            weak = line.is_weak()
            visible = visible or (before.out, line.weak) != (told.out, weak)
            line.told, line.weak = told, weak
            self._shape(part)
            if part is subject and not quietly and (always or told != before or reason == "path_tcp"):
                self.changes.update([reason] if reason is not None else [])
                self._tell.step(part, reason)
        elsewhere = there(reason)
        seen = elsewhere is not None and subject.line.told.out != shown
        for part in parts:
            before = replace(before_of[part], every_ms=part.line.told.every_ms)
            if part is not subject and (seen or part.line.told != before):
                self._tell.step(part, elsewhere, subject.peer if elsewhere is not None else None)
        if visible:
            self._tell.people(subject.room_id)

    def _shape(self, part: Part) -> None:
        """Tells the engine, one thing after the other for each part, and only what is new."""
        if part.peer not in self._shaping and shape_of(part.line.carries(), part.line.told) != part.line.shape:
            task = asyncio.get_running_loop().create_task(self._bring_shape(part), name="call-shape")
            self._shaping[part.peer] = task
            task.add_done_callback(lambda _: self._shaping.pop(part.peer, None))

    async def _bring_shape(self, part: Part) -> None:
        line = part.line
        while (shape := shape_of(line.carries(), line.told)) != line.shape:
            line.shape = shape
            try:
                await self._engine.shape(str(part.room_id), str(part.peer), shape)
            except MediaError:  # it has just left, or what carried it died: whoever joins again is told anew
                return


def _is_early(line: Line, now: float) -> bool:
    """Whether it is too soon to wonder that no media flows."""
    return not line.heard_from and now - line.came_at < PATIENCE


def _sees(part: Part, company: Company) -> bool:
    return company.pictures and pictures_of(part.line.told.into) != "none"
