"""What becomes of a text or a note, said by whom in which room: the moderation's verdict, with what this room adds.

A fault of the moderation is never silent, and never lets an adult's words through (docs/decisions/0044).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from server.kernel.clock import Clock
from server.kernel.principal import Principal, age_on, day_everywhere
from server.moderation.assess import assess
from server.moderation.assess_voice import assess_voice
from server.moderation.policy import unassessed
from server.moderation.rules_in_force import RulesInForce
from server.moderation.verdict import Circumstances, Speaker, Stage, Verdict
from server.pairs.rules import State as PairState
from server.rooms.access import Access
from server.rooms.conversations import Key, Recent
from server.rooms.log import instant
from server.rooms.rules import MessageKind, settle

log = logging.getLogger(__name__)

NEW: Final = timedelta(days=30)  # a pair is new for its first month

Assess = Callable[..., Verdict]


@dataclass(frozen=True, slots=True)
class Setting:
    """Who speaks, in which circumstances: all that an assessment needs beside the text and the conversation."""

    principal: Principal
    speaker: Speaker
    circumstances: Circumstances
    now: datetime


class Judge:
    """``assess`` may be exchanged, by tests."""

    def __init__(self, rules: RulesInForce, clock: Clock) -> None:
        self._rules = rules
        self._clock = clock
        self.assess: Assess = assess

    async def setting(self, access: Access, principal: Principal) -> Setting:
        """Reads nothing but what is in memory, once a room and its organisation are known."""
        own = await self._rules.of(access.room.organisation_id)
        now = instant(self._clock)
        return Setting(principal, speaker_of(principal, now), replace(circumstances_of(access, now), own=own), now)

    def verdict(self, setting: Setting, recent: Recent, text: str, kind: MessageKind = "text") -> Verdict:
        """What is to be done with ``text``. Nothing is remembered of it. Never raises."""
        try:
            verdict = self._assessed(setting, recent, text, kind)
        except Exception:
            log.exception("assess_failed")
            verdict = unassessed(text, setting.speaker, setting.circumstances)
        return settle(verdict, setting.principal.role)

    def judge(self, setting: Setting, recent: Recent, key: Key, text: str, kind: MessageKind = "text") -> Verdict:
        """As ``verdict``, and remembered as said. The verdict of then, when ``key`` was judged with this text."""
        known = recent.verdict(key, text)
        if known is not None:
            return known
        verdict = self.verdict(setting, recent, text, kind)
        if kind == "text":  # the name of a note is nothing that anyone said
            recent.conversation.remember(setting.speaker, text, setting.now, verdict)
        recent.remember(key, text, verdict)
        return verdict

    def _assessed(self, setting: Setting, recent: Recent, text: str, kind: MessageKind) -> Verdict:
        judge = self.assess if kind == "text" else assess_voice
        try:
            return self._under(judge, setting, recent, text, setting.circumstances)
        except Exception:
            if setting.circumstances.own is None:
                raise
            own = setting.circumstances.own
            log.exception(
                "own_rules_failed",
                extra={"organisation": setting.principal.organisation_id, "version": str(own.version)},
            )
            return self._under(judge, setting, recent, text, replace(setting.circumstances, own=None))

    def _under(
        self, judge: Assess, setting: Setting, recent: Recent, text: str, circumstances: Circumstances
    ) -> Verdict:
        return judge(
            text,
            setting.speaker,
            recent.conversation,
            now=setting.now,
            language=setting.principal.language,
            circumstances=circumstances,
        )


def speaker_of(principal: Principal, now: datetime) -> Speaker:
    """``principal`` as the moderation knows them."""
    age = age_on(principal.birth_date, day_everywhere(now)) if principal.birth_date is not None else None
    return Speaker(principal.role.value, age, principal.account_id)


def circumstances_of(access: Access, now: datetime) -> Circumstances:
    """Of the pair: the age of its young person and its stage, without its organisation's own rules."""
    born = access.young_born
    return Circumstances(
        age_on(born, day_everywhere(now)) if born is not None else None, stage_of(access.pair.state, access, now)
    )


def stage_of(state: PairState, access: Access, now: datetime) -> Stage:
    """A pair that is active is new for its first month."""
    since = access.pair.since
    if state is PairState.ACTIVE and since is not None and now - since < NEW:
        return "new"
    return "probation" if state is PairState.PROBATION else "closing" if state is PairState.CLOSING else "active"
