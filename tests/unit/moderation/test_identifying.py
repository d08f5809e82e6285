"""What tells who and where a young person is: the detail alone is hidden; school, street and names may be spoken of."""

from datetime import UTC, datetime

import pytest

from server.moderation.assess import assess
from server.moderation.verdict import Speaker

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
MENTOR, MENTEE = Speaker("mentor", 45), Speaker("mentee", 15)


def identifying(text: str, speaker: Speaker) -> list[tuple[str, str]]:
    labels = [label for label in assess(text, speaker, now=NOW).labels if label.category == "identifying"]
    return [(label.rule.partition(".")[2], text[label.start : label.end]) for label in labels]


@pytest.mark.parametrize(
    ("text", "kind", "detail"),
    [
        ("je m'appelle Léa Martin", "surname", "Martin"),
        ("Je m'appelle Tom Lefebvre et je suis en seconde", "surname", "Lefebvre"),
        ("jmappelle sofia benali", "surname", "benali"),
        ("moi c'est Karim Haddad", "surname", "Haddad"),
        ("mon nom de famille c'est Dupont", "surname", "Dupont"),
        ("mon nom c lefevre", "surname", "lefevre"),
        ("je suis Inès Garcia", "surname", "Garcia"),
        ("my name is Emily Clarke", "surname", "Clarke"),
        ("i'm Jack Thompson", "surname", "Thompson"),
        ("my last name is O'Connor", "surname", "O'Connor"),
        ("mon nom complet c'est Jules Perrin", "surname", "Perrin"),
        ("je suis au collège Jean Moulin à Vitré", "school", "Jean Moulin"),
        ("jsui au college jean moulin", "school", "jean moulin"),
        ("mon lycée c'est le lycée Pasteur", "school", "Pasteur"),
        ("mon lycée c'est Chateaubriand", "school", "Chateaubriand"),
        ("je vais au lycée Émile Zola de Rennes", "school", "Émile Zola de Rennes"),
        ("je suis en 4e au collège Les Gayeulles", "school", "Les Gayeulles"),
        ("je suis en terminale au lycée Joliot-Curie", "school", "Joliot-Curie"),
        ("j'suis scolarisée à l'institution Saint-Vincent", "school", "Saint-Vincent"),
        ("chuis au clg de Saint-Grégoire", "school", "de Saint-Grégoire"),
        ("I go to Park View High School", "school", "Park View High School"),
        ("my school is St Mary's Academy", "school", "St Mary's Academy"),
        ("i go to greenfield secondary school", "school", "greenfield secondary school"),
        ("j'habite rue des Lilas", "street", "rue des Lilas"),
        ("j'habite dans la rue Victor Hugo", "street", "la rue Victor Hugo"),
        ("jhabite rue jean jaures", "street", "rue jean jaures"),
        ("j'hab boulevard voltaire pas loin de la gare", "street", "boulevard voltaire"),
        ("j'habite cité des Bleuets", "street", "cité des Bleuets"),
        ("j'habite au quartier Villejean", "street", "quartier Villejean"),
        ("i live on Church Lane", "street", "Church Lane"),
        (
            "je prends le bus 12 à l'arrêt République tous les matins à 7h40",
            "route",
            "bus 12 à l'arrêt République tous les matins à 7h40",
        ),
        (
            "tous les soirs je rentre à pied par le parc vers 17h30",
            "route",
            "tous les soirs je rentre à pied par le parc vers 17h30",
        ),
        (
            "je prends le tram A à la station Gares tous les jours à 8h05",
            "route",
            "tram A à la station Gares tous les jours à 8h05",
        ),
        ("every day i take the 14 bus at 7:45 from the Town Hall stop", "route", "every day i take the 14 bus at 7:45"),
        (
            "chaque matin j'attends le bus à l'arrêt Poterie à 7h15",
            "route",
            "chaque matin j'attends le bus à l'arrêt Poterie à 7h15",
        ),
        (
            "je sors du lycée à 17h tous les mardis et je marche jusqu'à l'arrêt Pasteur",
            "route",
            "17h tous les mardis et je marche jusqu'à l'arrêt Pasteur",
        ),
        (
            "mon bus passe à 7h32 tous les matins devant la boulangerie",
            "route",
            "bus passe à 7h32 tous les matins devant la boulangerie",
        ),
        ("mon adresse c'est rue Pasteur", "street", "rue Pasteur"),
        ("j'habite l'avenue victor hugo", "street", "l'avenue victor hugo"),
        ("je suis interne au lycée agricole de Théodat", "school", "de Théodat"),
    ],
)
def test_what_a_young_person_tells(text: str, kind: str, detail: str) -> None:
    assert identifying(text, MENTEE) == [(kind, detail)]


@pytest.mark.parametrize(
    "text",
    [
        "c'est quoi ton nom de famille ?",
        "tu habites dans quelle rue ?",
        "tu es dans quel collège ?",
        "tu t'appelles bien Léa Martin ?",
        "tu es au collège Jean Moulin, c'est ça ?",
        "ton collège c'est Jean Moulin ?",
        "what's your last name?",
        "which school do you go to?",
        "tu descends à quel arrêt ?",
        "donne-moi ton adresse",
    ],
)
def test_what_an_adult_says_or_asks_of_them(text: str) -> None:
    assert assess(text, MENTOR, now=NOW).flag is True
    assert identifying(text, MENTOR) != []


@pytest.mark.parametrize(
    "text",
    [
        "je m'appelle Léa",
        "je m'appelle lea et j'ai 15 ans",
        "moi c'est tom enchanté",
        "je m'appelle Jean-Baptiste",
        "my name is Emily and I love maths",
        "je suis au collège",
        "je suis au lycée depuis septembre",
        "je suis en seconde générale",
        "je vais au lycée à pied",
        "mon lycée est super",
        "mon collège c'est nul",
        "je veux aller au lycée Pasteur l'an prochain",
        "j'hésite entre le lycée Zola et le lycée Descartes",
        "on a visité le Collège de France",
        "je suis au lycée professionnel",
        "je suis au lycée agricole",
        "Victor Hugo est né le 26 février 1802",
        "Molière s'appelle Jean-Baptiste Poquelin",
        "l'auteur s'appelle Albert Camus",
        "je suis Française et Italienne",
        "je suis Capricorne mdr",
        "je prends le bus",
        "je prends le bus à 17h ce soir",
        "mon bus est en retard",
        "j'ai pris le train pour Paris samedi",
        "j'habite à Rennes",
        "j'habite dans une rue calme",
        "j'habite loin du lycée",
        "j'habite chez ma mère",
        "la rue était noire de monde",
        "tous les matins je me lève à 6h30",
        "je finis à 17h le mardi",
        "I live in a small town",
        "i go to school by bus",
        "i go to the cinema",
        "I'm in year 9",
        "I am German and Dutch",
        "my school is closed today",
        "je joue au foot",
        "je joue au FC Barcelone sur FIFA",
        "je suis née en 2009",
        "mon prof s'appelle M. Bernard",
        "elle s'appelle comment déjà la prof ?",
        "dans le livre, il habite rue Morgue",
        "Je suis Charlie",
        "Moi c'est pareil mdr",
        "moi c'est la physique mon problème",
        "mon nom est personne c'est un film",
        "nom propre ou nom commun ?",
        "nom : fonction sujet, prénom : rien",
        "je suis la Reine Elizabeth dans la pièce",
        "je suis Harry Potter fan",
        "le bus 12 passe tous les matins à 7h40",
        "on est le 12 mars",
        "je suis en CAP cuisine au CFA",
        "le lycée Pasteur a gagné le match contre nous",
        "mon frère est au lycée Zola",
        "j'ai lu Rue des boutiques obscures",
    ],
)
def test_what_says_nothing_of_them(text: str) -> None:
    assert identifying(text, MENTEE) == []


@pytest.mark.parametrize(
    "text",
    [
        "Tu veux aller au lycée Pasteur ?",
        "Le lycée Pasteur propose la spécialité NSI",
        "Bonjour, je m'appelle Claire Durand, je suis ta mentore",
        "Je suis professeur au lycée Descartes",
        "Tu es en quelle classe ?",
        "Tu vas bien ?",
        "Quel lycée tu veux demander en premier vœu ?",
        "comment s'appelle le héros du roman ?",
        "what's your favourite subject?",
        "tu prends quel cahier pour le cours ?",
        "Il y a des portes ouvertes au lycée Victor-Hugo samedi",
        "tu habites loin du lycée ?",
        "ton nom est sur la copie ?",
        "quel est le nom de famille de Voltaire ?",
        "Jules Ferry a rendu l'école obligatoire en 1882",
        "tu es né quand, au fait ?",
        "I went to Oxford University",
        "tu pourrais entrer à l'École normale supérieure",
    ],
)
def test_orientation_history_and_the_mentors_own_name(text: str) -> None:
    assert identifying(text, MENTOR) == []


def test_a_whole_address_is_a_contact_detail_and_tells_the_street() -> None:
    labels = assess("j'habite 14 rue des Lilas, 69100 Villeurbanne", MENTEE, now=NOW).labels
    assert {label.rule for label in labels} == {"contact.address", "identifying.street"}


def test_only_the_detail_is_hidden() -> None:
    verdict = assess("je m'appelle Léa Martin et je suis au collège Jean Moulin à Vitré", MENTEE, now=NOW)
    assert verdict.action == "mask"
    assert verdict.masked_text is not None
    for hidden in ("Martin", "Jean", "Moulin"):
        assert hidden not in verdict.masked_text
    for shown in ("je m'appelle Léa", "au collège", "Vitré"):
        assert shown in verdict.masked_text
