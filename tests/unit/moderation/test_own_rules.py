"""What an organisation may change of the rules, and what no organisation may."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from string import ascii_lowercase

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.kernel.errors import BinomeError
from server.moderation.assess import assess
from server.moderation.own_lexicon import KEPT, ready
from server.moderation.own_rules import OwnEntry, OwnRules, check
from server.moderation.policy import DISCLOSURES, WAYS, RulePart, decide, table
from server.moderation.stopwatch import LIMIT
from server.moderation.verdict import Circumstances, Finding, Overtime, Speaker, Stage, Verdict
from server.transport.messages import sentence

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
MENTOR = Speaker("mentor", 45)
MENTEE = Speaker("mentee", 15)
NOTHING = OwnRules()


def judge(text: str, own: OwnRules, speaker: Speaker = MENTOR, *, stage: Stage = "active") -> Verdict:
    return assess(text, speaker, now=NOW, circumstances=Circumstances(15, stage, own))


def rules_of(verdict: Verdict) -> list[str]:
    return [label.rule for label in verdict.labels]


def problems(own: OwnRules) -> list[tuple[str | None, str | None]]:
    return [(problem.field, problem.detail) for problem in check(own)]


def read(json: str) -> OwnRules:
    return msgspec.json.decode(json, type=OwnRules)


class TestPolicy:
    @pytest.mark.parametrize(
        ("key", "speaker", "circumstances", "severity"),
        [
            ("adult_to_minor", MENTOR, Circumstances(15), 1),
            ("adult_to_minor", MENTEE, Circumstances(15), 2),
            ("adult_to_minor", MENTOR, Circumstances(18), 2),
            ("adult_to_minor.new", MENTOR, Circumstances(15, "new"), 1),
            ("adult_to_minor.new", MENTOR, Circumstances(15), 3),
            ("adult_to_minor.under_15", MENTOR, Circumstances(14), 1),
            ("adult_to_minor.under_15", MENTOR, Circumstances(15), 3),
            ("adult_to_minor.under_15", MENTOR, Circumstances(None), 1),
            ("adult_to_minor.under_15.new", MENTOR, Circumstances(14, "new"), 1),
            ("adult_to_minor.under_15.new", MENTOR, Circumstances(14, "active"), 3),
            ("minor_to_adult.under_16", MENTEE, Circumstances(12), 1),
            ("minor_to_adult.under_15", MENTEE, Circumstances(12), 2),
        ],
    )
    def test_a_key_is_a_direction_and_conditions_that_all_hold(
        self, key: str, speaker: Speaker, circumstances: Circumstances, severity: int
    ) -> None:
        own = OwnRules(policy={"contact": {key: RulePart(severity=1)}})
        assert check(own) == []
        there = Circumstances(circumstances.young_age, circumstances.stage, own)
        assert decide([Finding("contact", 0.9, 0, 3, "rule")], speaker, there).severity == severity

    def test_what_is_left_out_stays_and_the_more_particular_wins(self) -> None:
        parts = {"adult_to_minor": RulePart(action="deliver"), "adult_to_minor.new": RulePart(action="block")}
        own = OwnRules(policy={"contact": parts})
        assert [judge("0612345678", own, stage=stage).action for stage in ("new", "active")] == ["block", "deliver"]
        assert judge("0612345678", own).severity == 3

    def test_masking_follows(self) -> None:
        own = OwnRules(policy={"contact": {"minor_to_adult": RulePart(action="deliver")}})
        assert judge("0612345678", own, MENTEE).masked_text is None
        own = OwnRules(policy={"contact": {"adult_to_minor": RulePart(action="mask")}})
        assert judge("ok 0612345678", own).masked_text == "ok [••• coordonnées masquées]"

    @given(
        st.sampled_from(sorted(table())),
        st.sampled_from(sorted(WAYS)),
        st.builds(
            RulePart,
            action=st.sampled_from([None, "deliver", "mask", "hold", "block"]),
            severity=st.none() | st.integers(0, 4),
            flag=st.none() | st.booleans(),
            alert=st.none() | st.booleans(),
            help=st.none() | st.booleans(),
        ),
    )
    def test_no_organisation_goes_below_the_floor(self, category: str, way: str, part: RulePart) -> None:
        own = OwnRules(policy={category: {way: part}})
        finding = Finding(category, 0.9, 0, 3, "rule")
        minor = decide([finding], MENTEE, Circumstances(15, "active", own))
        adult = decide([finding], MENTOR, Circumstances(15, "active", own))
        if category in DISCLOSURES:
            assert minor.action == "deliver"
            assert minor.show_help
        for verdict, direction in ((minor, "minor_to_adult"), (adult, "adult_to_minor")):
            if table()[category][direction].severity == 4:  # type: ignore[index] # a direction
                assert (verdict.severity, verdict.flag, verdict.alert) == (4, True, True)
            if verdict.severity == 4:
                assert verdict.alert

    @pytest.mark.parametrize(
        ("category", "key", "part", "detail"),
        [
            ("nothing", "adult_to_minor", RulePart(), "own_category"),
            ("contact", "adult", RulePart(), "own_direction"),
            ("contact", "", RulePart(), "own_direction"),
            ("contact", "adult_to_minor.young", RulePart(), "own_direction"),
            ("contact", "adult_to_minor.under_", RulePart(), "own_direction"),
            ("contact", "adult_to_minor.under_-1", RulePart(), "own_direction"),
            ("contact", "adult_to_minor.new.new.new", RulePart(), "own_direction"),
            ("suicide", "minor_to_adult", RulePart(action="hold"), "own_floor"),
            ("abuse", "minor_to_adult.under_15", RulePart(severity=3), "own_floor"),
            ("bullied", "minor_to_adult", RulePart(help=False), "own_floor"),
            ("secrecy", "adult_to_minor", RulePart(severity=2), "own_floor"),
            ("threat", "adult_to_minor", RulePart(alert=False), "own_floor"),
        ],
    )
    def test_what_would_not_be_heeded_is_refused(self, category: str, key: str, part: RulePart, detail: str) -> None:
        field = f"policy.{category}" if detail == "own_category" else f"policy.{category}.{key}"
        assert problems(OwnRules(policy={category: {key: part}})) == [(field, detail)]


class TestWords:
    def test_a_watched_word_is_flagged_whoever_writes_it(self) -> None:
        own = OwnRules(watched=["(monsieur|madame) dupond", "skatepark"], version=7)
        for speaker in (MENTOR, MENTEE):
            verdict = judge("rdv au Skate-Park", OwnRules(watched=["skate park"]), speaker)
            assert (verdict.action, verdict.severity, verdict.flag) == ("deliver", 2, True)
        (label,) = judge("c'est avec Madame Dupond", own).labels
        assert (label.category, label.severity, label.version) == ("watched", 2, "own-7")
        assert "c'est avec Madame Dupond"[label.start : label.end] == "Madame Dupond"
        assert "dupond" not in label.rule

    def test_a_watched_word_is_found_in_disguise(self) -> None:
        verdict = judge("tu vas au sk4t3p4rk ?", OwnRules(watched=["skatepark"]))
        assert [label.severity for label in verdict.labels if label.category == "watched"] == [3]

    def test_own_lines_are_lines_of_the_lexicon(self) -> None:
        line = OwnEntry("drugs", "proto", "(un|des) ballon+ ~ proto", ["t'as des ballons de proto ?"],
                        ["un ballon de foot"], severity=2, unless=["negated"])  # fmt: skip
        own = OwnRules(entries=[line])
        assert check(own) == []
        assert "own.proto" in rules_of(judge("je prends des ballons de proto", own))
        assert "own.proto" not in rules_of(judge("je prends pas des ballons de proto", own))

    def test_what_is_allowed_is_never_a_finding(self) -> None:
        own = OwnRules(allowed=["01 42 00 00 00", "contact@monasso.fr", "www.monasso.fr", "radio con"])
        assert check(own) == []
        for text in ("0142000000", "01-42-00-00-00", "écris à contact@monasso.fr", "https://monasso.fr/page?x=1"):
            assert judge(f"voilà : {text} ok", own).labels == ()
            assert judge(f"voilà : {text} ok", NOTHING).labels != ()
        for text in ("0612345678", "06 01 42 00 00 00", "x.contact@monasso.fr", "https://monasso.fr.pirate.com"):
            assert judge(text, own).labels != ()

    def test_what_is_switched_off_is_off(self) -> None:
        (rule,) = rules_of(judge("0612345678", NOTHING))
        own = OwnRules(off=[rule])
        assert check(own) == []
        assert judge("0612345678", own).labels == ()
        assert judge("lea@gmail.com", own).labels != ()

    def test_a_disclosure_is_always_found(self) -> None:
        rules = rules_of(judge("je veux mourir", NOTHING, MENTEE))
        own = OwnRules(allowed=["je veux mourir"], off=rules)
        assert rules_of(judge("je veux mourir", own, MENTEE)) == rules
        assert problems(own) == [(f"off[{i}]", "own_floor") for i in range(len(rules))]


@pytest.mark.parametrize(
    ("json", "problem"),
    [
        ('{"watched": ["(abcd"]}', ("watched[0]", "pattern_open")),
        ('{"watched": ["abcd)"]}', ("watched[0]", "pattern_parenthesis")),
        ('{"watched": ["(abcd|)"]}', ("watched[0]", "pattern_empty")),
        ('{"watched": ["(abcd)?"]}', ("watched[0]", "pattern_empty")),
        ('{"watched": ["!!!"]}', ("watched[0]", "pattern_short")),
        ('{"watched": ["   "]}', ("watched[0]", "pattern_empty")),
        ('{"watched": ["abcd @nobody_knows"]}', ("watched[0]", "pattern_family")),
        ('{"watched": ["tu"]}', ("watched[0]", "pattern_short")),
        ('{"allowed": ["06."]}', ("allowed[0]", "own_short")),
        ('{"off": ["insult.fr.nothing_like_it"]}', ("off[0]", "own_rule")),
        ('{"entries": [{"category": "insult", "id": "x", "match": "zut)"}]}',
         ("entries[0].match", "pattern_parenthesis")),
        ('{"entries": [{"category": "nope", "id": "x", "match": "zutalors"}]}',
         ("entries[0].category", "own_category")),
        ('{"entries": [{"category": "insult", "id": "x", "match": "zutalors", "unless": ["nope"]}]}',
         ("entries[0].unless", "own_clause")),
        ('{"entries": [{"category": "insult", "id": "x", "match": "zutalors", "examples": ["rien"]}]}',
         ("entries[0].examples[0]", "own_example")),
        ('{"entries": [{"category": "insult", "id": "x", "match": "zutalors", "counter": ["ah zutalors"]}]}',
         ("entries[0].counter[0]", "own_counter")),
    ],
)  # fmt: skip
def test_what_cannot_be_applied_is_refused_with_its_field(json: str, problem: tuple[str, str]) -> None:
    found = check(read(json))
    assert [(one.field, one.detail) for one in found] == [problem]
    for language in ("fr", "en"):
        assert sentence(found[0], language) != sentence(type(found[0])(), language)


def test_the_example_of_the_documentation_can_be_used() -> None:
    page = (Path(__file__).parents[3] / "docs" / "moderation.md").read_text(encoding="utf-8")
    example = page[page.index("### What own rules may say") :].split("```json\n")[1].split("```")[0]
    assert problems(read(example)) == []


def test_threads_may_ask_for_what_is_ready_at_once() -> None:
    """Rules are made ready in a thread, and used where messages are assessed."""
    kept = [OwnRules() for _ in range(KEPT + 6)]

    def ask(step: int) -> None:
        for i in range(20_000):
            ready(kept[i * step % len(kept)])

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(ask, (1, 3, 11, 13)))
    finally:
        sys.setswitchinterval(before)


def test_two_lines_of_one_name_are_refused() -> None:
    line = OwnEntry("insult", "x", "zutalors")
    assert problems(OwnRules(entries=[line, line])) == [("entries[1].id", "own_twice")]


HUGE = [
    "(" + "|".join(f"w{i}x" for i in range(60)) + ") " + "(aaaa (b)? ~ c|d)" * 12,
    "((aaaa|b) (aaaa|b) (aaaa|b) (aaaa|b) (aaaa|b) (aaaa|b) (aaaa|b) (aaaa|b) (aaaa|b) (aaaa|b) (aaaa|b))",
    "(" * 190 + "aaaa" + ")" * 190,
    "(aaaa ~ b|c ~ d) " * 20,
    "(" + "aaaa* " * 40 + "|b)",
]  # fmt: skip


@pytest.mark.parametrize("pattern", HUGE, ids=range(len(HUGE)))
def test_a_pattern_that_explodes_is_refused_at_once(pattern: str) -> None:
    start = time.thread_time()
    check(OwnRules(watched=[pattern]))
    assert time.thread_time() - start < 1.0


def test_many_patterns_around_one_word_are_refused() -> None:
    own = OwnRules(watched=[f"bonjour ~ mot{i}" for i in range(100)])
    assert {problem.detail for problem in check(own)} == {"pattern_common"}


TANGLED = [
    "aaaa " + "(aaaa|aaaa aaaa|aaaa aaaa aaaa)? " * 11 + "zzzz",
    "aaaa " + "~ (aaaa|bbbb) " * 12 + "~ zzzz",
    "(aaaa bbbb|bbbb aaaa) ~ aaaa ~ aaaa ~ aaaa ~ aaaa ~ aaaa ~ aaaa ~ zzzz",
]


@pytest.mark.parametrize("pattern", TANGLED, ids=range(len(TANGLED)))
def test_a_runaway_pattern_cannot_slow_a_message(pattern: str) -> None:
    """A row in which slots can end in many places; with a page that leads it on."""
    own = OwnRules(watched=[pattern])
    ready(own)
    start = time.thread_time()
    try:
        judge(("aaaa bbbb aaaa " * 300)[:4_000], own)
    except Overtime:
        assert time.thread_time() - start >= LIMIT
    assert time.thread_time() - start < 4 * LIMIT


@pytest.mark.parametrize("page", ["a" * 3_900, "aaaa " * 780], ids=["one word", "many words"])
def test_allowed_phrases_that_stand_everywhere_cannot_slow_a_message(page: str) -> None:
    own = OwnRules(allowed=["a" * length for length in range(4, 500)])
    ready(own)
    start = time.thread_time()
    with pytest.raises(Overtime):
        judge(f"{page} 06 12 34 56 78", own)
    assert time.thread_time() - start < 4 * LIMIT


def test_the_largest_rules_that_pass_are_read_in_time() -> None:
    """500 watched phrases and 500 lines; ordinary talk costs next to nothing more."""
    words = [f"truc{one}{two}" for one in ascii_lowercase for two in ascii_lowercase][:500]
    own = OwnRules(
        watched=[f"monsieur {word}" for word in words],
        entries=[OwnEntry("insult", word, f"tu (es|as) (un|le) {word}", [f"tu es un {word}"]) for word in words],
    )
    assert check(own) == []
    ready(own)
    costs = []
    for _ in range(20):
        start = time.thread_time()
        judge("Tu peux me dire à quelle heure on se voit, tu as le cahier de maths ?", own)
        costs.append(time.thread_time() - start)
    assert min(costs) < 0.001


def test_rules_are_made_ready_once_and_not_kept_for_ever() -> None:
    own = OwnRules(watched=["skatepark"])
    made = ready(own)
    assert ready(own) is made
    for _ in range(KEPT):
        ready(OwnRules())
    assert ready(own) is not made


@given(st.text(max_size=60), st.text(max_size=30))
def test_any_pattern_is_refused_or_read(pattern: str, text: str) -> None:
    own = OwnRules(watched=[pattern], allowed=[text], off=[pattern])
    for problem in check(own):
        assert isinstance(problem, BinomeError)
    judge(text + " " + pattern, own)
