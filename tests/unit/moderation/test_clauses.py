"""What a found phrase means where it stands."""

import re
from pathlib import Path

import pytest

from server.moderation import lexicon
from server.moderation.clause_rules import (
    RULES,
    alone,
    called,
    closes,
    denied,
    directed,
    first_person,
    home_alone,
    i_am,
    negated,
    of_another,
    of_me,
    opens,
    ordered,
    past,
    peers_alone,
    quoted,
    reported,
    told_me,
)
from server.moderation.clauses import holds
from server.moderation.folding import fold
from server.moderation.hit import Hit, Text


def hit(sentence: str) -> Hit:
    """The phrase between the marks in ``sentence``: "t'es un <connard> !"."""
    before, rest = sentence.split("<")
    phrase, behind = rest.split(">")
    read = lexicon.words(before + phrase + behind, fold(before + phrase + behind))
    first = len(lexicon.words(before, fold(before)).words)
    after = first + len(lexicon.words(phrase, fold(phrase)).words)
    assert read.words[first:after] == lexicon.words(phrase, fold(phrase)).words
    return Hit(Text(read.words, read.line), first, after)


@pytest.mark.parametrize(
    "sentence",
    [
        "t'es <con>", "tu es vraiment <con>", "tu n'es qu'un <connard>", "vous êtes des <abrutis>",
        "espèce de <connard>",
        "<Connard> !", "toi sale <con>", "ferme la <bouffon>", "dégage <connard>", "t <con>", "quel <idiot> tu fais",
        "you are such an <idiot>", "you <idiot>", "tu es la plus <stupide>",
        "bande d'<abrutis>",
    ],
)  # fmt: skip
def test_aimed_at_the_reader(sentence: str) -> None:
    assert directed(hit(sentence))


@pytest.mark.parametrize(
    "sentence",
    [
        "c'est un <connard>", "il est <con>", "mon frère est un <idiot>", "t'as vu ce <connard> ?", "t'es pas <con>",
        "tu n'es pas un <idiot>", "quel <con> ce type", "je suis trop <con>", "arrête de me traiter de <connard>",
        "tu trouves que je suis <con> ?", "my teacher is an <idiot>", "stop calling people <stupid>",
    ],
)  # fmt: skip
def test_not_aimed_at_the_reader(sentence: str) -> None:
    assert not directed(hit(sentence))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("j'ai pas <envie de mourir>", True),
        ("j'ai jamais eu <envie de mourir>", True),
        ("je <me coupe> plus", True),
        ("I don't <want to die>", True),
        ("don't <kill yourself>", True),
        ("j'ai <envie de mourir>", False),
        ("j'arrive pas à m'empêcher de <me couper>", False),
        ("je sais pas si je <veux mourir>", False),
        ("j'en peux plus, je <veux mourir>", False),
        ("tu es la plus <stupide>", False),
    ],
)
def test_denied(sentence: str, expected: bool) -> None:
    assert negated(hit(sentence)) is expected


@pytest.mark.parametrize(
    ("sentence", "another"),
    [
        ("ce contrôle va <me tuer>", True),
        ("il veut <me tuer>", True),
        ("ma mère va <me tuer>", True),
        ("je vais <me tuer>", False),
        ("<me tuer>", False),
        ("il est parti, je vais <me tuer>", False),
    ],
)
def test_whose_act_it_is(sentence: str, another: bool) -> None:
    assert of_another(hit(sentence)) is another


def test_of_me() -> None:
    assert of_me(hit("si je <saute> du pont"))
    assert not of_me(hit("allez <saute> du pont"))
    assert not of_me(hit("je crois que tu <sautes>"))


@pytest.mark.parametrize(
    ("sentence", "told", "me"),
    [
        ("il m'a dit <va te pendre>", True, True),
        ("elle m'a traitée de <pute>", True, True),
        ("he told me to <go die>", True, True),
        ("il lui a dit <va te pendre>", True, False),
        ("il faut pas dire <connard>", True, False),
        ("le mot <con> est vulgaire", True, False),
        ("<va te pendre>", False, False),
        ("il m'a dit bonjour. <va te pendre>", False, False),
    ],
)
def test_told_as_anothers_words(sentence: str, told: bool, me: bool) -> None:
    found = hit(sentence)
    assert (reported(found), told_me(found)) == (told, me)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("il y a trois ans j'ai eu <envie de mourir>", True),
        ("quand j'étais petite on me <frappait>", True),
        ("à l'époque je voulais <mourir>", True),
        ("avant je me <coupais>", True),
        ("I used to <cut myself>", True),
        ("when i was ten he <hit me>", True),
        ("two years ago i <wanted to die>", True),
        ("il y a trois ans, et encore ce soir, <envie de mourir>", False),
        ("depuis un an j'ai <envie de mourir>", False),
        ("il y a deux heures il m'a <frappé>", False),
        ("avant demain je <veux mourir>", False),
        ("it happened years ago and now I <want to die> again", False),
        ("l'année dernière c'était bien. je <veux mourir>", False),
        ("je <veux mourir>", False),
    ],
)
def test_what_is_over_for_long(sentence: str, expected: bool) -> None:
    assert past(hit(sentence)) is expected


def test_where_it_stands_in_its_clause() -> None:
    assert opens(hit("<va mourir>"))
    assert opens(hit("toi, <va mourir>"))
    assert not opens(hit("le chat <va mourir>"))
    assert closes(hit("je vais <te retrouver> !"))
    assert not closes(hit("je vais <te retrouver> le document"))


def test_first_person_and_quotes() -> None:
    assert first_person(hit("j'ai des <idées noires>"))
    assert not first_person(hit("les <idées noires> des romantiques. Je lis."))
    assert quoted(hit('comment on traduit "<ta gueule>" ?'))
    assert not quoted(hit('"oui" mais <ta gueule>'))


@pytest.mark.parametrize(
    ("rule", "sentence", "expected"),
    [
        ("laughing", "je vais <te tuer> mdrrrr", True),
        ("laughing", "je vais <te tuer> 😂😂", True),
        ("laughing", "je rigole, je vais <te tuer>", True),
        ("laughing", "je rigole pas, je vais <te tuer>", False),
        ("sentence:game", "je joue à fifa. je vais <te tuer>", False),
        ("sentence:game", "je vais <te tuer> à fifa", True),
        ("after:idiom", "je veux <mourir> de rire", True),
        ("after:idiom", "je veux <mourir>, de rire", False),
        ("before:likeness", "autant que de <me pendre>", True),
        ("laughing & trivial", "ce contrôle, je veux <mourir> mdr", True),
        ("laughing & trivial", "je veux <mourir> mdr", False),
    ],
)
def test_lists_of_words_are_asked_of_a_place(rule: str, sentence: str, expected: bool) -> None:
    assert holds(rule, hit(sentence)) is expected


@pytest.mark.parametrize(
    "sentence",
    ["<les femmes ne sont pas inférieures>", "<gays are not sick>", "<ils n'ont jamais été méchants>"],
)
def test_a_phrase_denies_itself(sentence: str) -> None:
    assert denied(hit(sentence))


@pytest.mark.parametrize(
    "sentence",
    ["<ils ne sont rien d'autre que des rats>", "<ils ne sont pas mieux que des rats>", "<they are not only bad>"],
)
def test_only_and_no_better_deny_nothing(sentence: str) -> None:
    assert not denied(hit(sentence))


def test_an_order_has_no_subject() -> None:
    assert ordered(hit("<retourne dans ton pays>"))
    assert ordered(hit("sale con <retourne dans ton pays>"))
    assert not ordered(hit("quand tu <retournes au bled>"))
    assert not ordered(hit("elle <rentre au pays>"))


def test_what_the_writer_calls_themselves() -> None:
    assert i_am(hit("je suis une <gouine> et alors"))
    assert i_am(hit("I'm a <fag>, deal with it"))
    assert not i_am(hit("je suis sûr que t'es un <pédé>"))
    assert not i_am(hit("sale <pédé>"))


def test_a_name_is_called_at_the_end() -> None:
    assert called(hit("réfléchis <bouffon>"))
    assert called(hit("n'importe quoi <connard> !"))
    assert not called(hit("il a fait le <bouffon>"))
    assert not called(hit("<connard>"))
    assert not called(hit("réfléchis <bouffon> du roi"))


def test_the_documentation_names_every_rule() -> None:
    page = (Path(__file__).parents[3] / "docs" / "moderation.md").read_text(encoding="utf-8")
    table = page[page.index("| rule | holds when |") : page.index("All others are lists of words")]
    assert set(re.findall(r"`([a-z_]+)`", table)) == set(RULES)


@pytest.mark.parametrize("sentence", ["<au secours>", "<aidez moi> s'il vous plaît", "coucou <j'en peux plus> stp"])
def test_alone_is_all_that_a_message_says(sentence: str) -> None:
    assert alone(hit(sentence))


@pytest.mark.parametrize("sentence", ["<aide moi> pour l'exercice 3", "<j'en peux plus> de ce prof"])
def test_what_goes_on_is_not_alone(sentence: str) -> None:
    assert not alone(hit(sentence))


def test_who_does_it_is_told_by_where_it_happens() -> None:
    assert peers_alone(hit("ils me <tapent> à la récré"))
    assert not peers_alone(hit("mon père me <tape>"))
    assert home_alone(hit("mon père se <moque de moi>"))
    assert not home_alone(hit("mon frère dit qu'au collège on se <moque de moi>"))


@pytest.mark.parametrize("sentence", ["hchouma ou pas <je vais me tuer>", "si tu arrêtes <je me fous en l'air>"])
def test_what_has_its_own_subject_belongs_to_it(sentence: str) -> None:
    assert not negated(hit(sentence))
    assert not of_another(hit(sentence))


def test_a_thought_that_is_denied_stays_denied() -> None:
    assert negated(hit("c'est pas que <je veux mourir>"))
