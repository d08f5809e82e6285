"""HTTP around the rules of an organisation: read and change them, and try a sentence."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from server.kernel.permissions import Permission
from server.moderation.cards import label_cards
from server.moderation.explain import Explained, explained
from server.moderation.flag import STATE_AFTER, MessageState
from server.moderation.flag_card import FlagLabel, FlagReviewer
from server.moderation.own_rules import OwnRules
from server.moderation.tuning import Tuned, Tuning
from server.moderation.verdict import Action, Circumstances, Speaker, Stage, Verdict
from server.transport.endpoint import Call, endpoint
from server.transport.pace import Pace
from server.transport.wire import Timestamp, timestamp

MAX_RULES = 512 * 1024  # bytes: 500 lines of a lexicon with their examples
Age = Annotated[int, Meta(ge=0, le=150)]


class RulesCard(msgspec.Struct, frozen=True):
    """The rules that hold, and who made them when; of ``version`` 0 while nothing was changed yet."""

    rules: OwnRules
    changed_at: Timestamp | UnsetType = UNSET
    changed_by: FlagReviewer | UnsetType = UNSET


class TryBody(msgspec.Struct, forbid_unknown_fields=True):
    text: Annotated[str, Meta(min_length=1, max_length=4000)]
    sender: Literal["mentor", "mentee"]
    sender_age: Age | None = None
    young_age: Age | None = None
    stage: Stage = "active"
    draft: OwnRules | None = None


class AuthorSees(msgspec.Struct, frozen=True):
    state: MessageState
    body: str
    help: bool


class OtherSees(msgspec.Struct, frozen=True):
    state: MessageState
    body: str


class TryAnswer(msgspec.Struct, frozen=True):
    """What would become of a sentence, and what each side would see; ``other`` is missing when it would see nothing."""

    action: Action
    severity: int
    labels: list[FlagLabel]
    explanations: list[Explained]
    flag: bool
    alert: bool
    freeze: bool
    author: AuthorSees
    other: OtherSees | UnsetType = UNSET


class TuningHttp:
    def __init__(self, tuning: Tuning) -> None:
        self._tuning = tuning

    @endpoint("GET", "/api/v1/moderation/rules", answer=RulesCard, permission=Permission.MODERATION_TUNE)
    async def rules(self, call: Call) -> RulesCard:
        """What one's organisation changes of the rules of moderation."""
        return _card(await self._tuning.read(call.principal))

    @endpoint(
        "PUT",
        "/api/v1/moderation/rules",
        body=OwnRules,
        answer=RulesCard,
        permission=Permission.MODERATION_TUNE,
        max_body=MAX_RULES,
    )
    async def change_rules(self, call: Call) -> RulesCard:
        """Change them. They are checked whole, and hold for the next message."""
        return _card(await self._tuning.change(call.principal, call.body))

    @endpoint(
        "POST",
        "/api/v1/moderation/try",
        body=TryBody,
        answer=TryAnswer,
        permission=Permission.MODERATION_TUNE,
        max_body=MAX_RULES,
        pace=Pace.COSTLY,
    )
    async def try_sentence(self, call: Call) -> TryAnswer:
        """What would become of a sentence. It is neither stored nor logged."""
        body: TryBody = call.body
        verdict = await self._tuning.judge(
            call.principal,
            body.text,
            Speaker(body.sender, body.sender_age),
            Circumstances(body.young_age, body.stage),
            body.draft,
        )
        return _answer(verdict, body.text)


def _card(tuned: Tuned) -> RulesCard:
    if tuned.changed_at is None or tuned.changed_by is None:
        return RulesCard(tuned.rules)
    return RulesCard(tuned.rules, timestamp(tuned.changed_at), FlagReviewer(tuned.changed_by, tuned.name))


def _answer(verdict: Verdict, text: str) -> TryAnswer:
    state = STATE_AFTER[verdict.action]
    other: OtherSees | UnsetType = UNSET
    if verdict.action == "deliver":
        other = OtherSees(state, text)
    elif verdict.action == "mask" and verdict.masked_text is not None:
        other = OtherSees(state, verdict.masked_text)
    return TryAnswer(
        verdict.action,
        verdict.severity,
        label_cards(verdict.labels),
        [explained(label) for label in verdict.labels],
        verdict.flag,
        verdict.alert,
        verdict.freeze,
        AuthorSees(state, text, verdict.show_help),
        other,
    )
