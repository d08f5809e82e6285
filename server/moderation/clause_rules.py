"""The clause rules that are more than a list of words: who speaks of whom, denied, told, ordered, over for long. Each
holds or does not at one hit; ``RULES`` has them by the name that the lexicon's entries use."""

from collections.abc import Callable
from itertools import pairwise

from server.moderation.data_files import word_lists
from server.moderation.hit import SENTENCE, Hit

ADDRESS = 8  # words between "tu es" and what it says of you
SPEECH = 12  # words between "il m'a dit" and what was said

_WORDS = word_lists("clause_words")
_NOT = _WORDS["not"]
_DENIALS = _WORDS["denials"]
_ONLY_MORE = _WORDS["only_more"]  # behind a denial it denies nothing: "rien d'autre", "pas mieux"
_HELD_BACK = _WORDS["held_back"]  # what is held back is meant: "je peux pas m'empêcher", "j'arrête pas"
_SUBJECTS = _WORDS["subjects"]
_MINE = _WORDS["mine"]
_YOU = _WORDS["you"]
_YOU_SUBJECTS = _WORDS["you_subjects"]
_BE = _WORDS["be"]
_OTHERS = _WORDS["others"]
_BEFORE_ADDRESS = _WORDS["before_address"]
_BEFORE_NOUN = _WORDS["before_noun"]
_ORDERS = _WORDS["orders"]
_NO_ORDER = _WORDS["no_order"]
_OPENERS = _WORDS["openers"]
_PLEAS = _WORDS["pleas"]
_I = frozenset(("je", "j", "i"))
_JESTS = frozenset(("rigole", "plaisante", "deconne", "blague"))
_BEFORE_WHAT_ONE_IS = frozenset(("un", "une", "a", "an", "the", "aussi", "fier", "fiere", "d", "etre", "such"))


def negated(hit: Hit) -> bool:
    """Denied between its subject and itself, or right behind: "je veux pas mourir", "je me coupe plus". What begins
    with its own subject is denied from outside only by "pas que": "ou pas je vais …" denies nothing."""
    before = list(hit.before())
    if hit.words[hit.first] in _I and before[-1:] not in (["que"], ["qu"]):
        before = []
    for i in range(len(before) - 1, -1, -1):
        word = before[i]
        if word in _HELD_BACK:
            return False  # "je peux pas m'empêcher de …"
        if word in _NOT and i > 0 and before[i - 1] in _HELD_BACK:
            return False  # "j'arrête pas de …"
        if word in _NOT and not (word == "plus" and i > 0 and before[i - 1] in ("le", "la", "les", "encore")):
            return True
        if word in _SUBJECTS and not (word == "t" and i > 0 and before[i - 1] in _NOT):
            break
    behind = hit.behind(1)
    return bool(behind) and behind[0] in _NOT


def of_another(hit: Hit) -> bool:
    """Its subject is somebody or something else: "ce contrôle va me tuer", "il veut me frapper"."""
    if hit.words[hit.first] in _I:
        return False
    for word in reversed(hit.before()):
        if word in _I:
            return False
        if word in _SUBJECTS or word in ("va", "vont", "veut", "veulent", "allait", "will", "gonna"):
            return True
    return False


def closes(hit: Hit) -> bool:
    """Nothing stands behind it in its clause."""
    return not any(word[0].isalnum() for word in hit.behind())


def asked(hit: Hit) -> bool:
    """A question mark follows at once: "whatsapp ?"."""
    return hit.after < len(hit.words) and hit.words[hit.after] == "?"


def directed(hit: Hit) -> bool:
    """Aimed at the one who reads: "t'es un …", "espèce de …", or the word alone as an address."""
    if tuple(hit.behind(2)) in (("tu", "fais"), ("que", "tu"), ("que", "t"), ("tu", "es"), ("you", "are")):
        return True
    before = list(hit.before(ADDRESS))
    if before[-1:] == ["t"] or before[-2:] in (["t", "un"], ["t", "une"]):
        return True
    pairs = list(pairwise(before))
    if any(one in ("t", "te") and two in ("qu", "que", "q", "un", "une") for one, two in pairs):
        return True  # "té qu'un", "t ke une"
    if before[-1:] in (["tes"], ["te"]) or any(one == "tes" and two in ("un", "une", "qu") for one, two in pairs):
        return True  # "t'es", as it is often written
    if before[-4:-1] == ["c", "est", "toi"]:
        return True
    for one, two in pairwise(before):
        if one in _YOU_SUBJECTS and two in _BE:
            return not (_OTHERS & set(before[before.index(two) :])) and not negated(hit)
    if before[-2:] in (
        ["espece", "de"],
        ["espece", "d"],
        ["bande", "de"],
        ["bande", "d"],
        ["tas", "de"],
        ["tas", "d"],
    ) or before[-1:] in (["ur"], ["sale"]):
        return not (_OTHERS & set(before))
    start, end = hit.sentence()
    rest = [word for word in (*hit.words[start : hit.first], *hit.words[hit.after : end]) if word[0].isalnum()]
    if len(rest) <= 3 and all(word in _OPENERS or word in _YOU for word in rest):
        return True
    if before[-2:] in (["ferme", "la"], ["boucle", "la"]):
        return True
    # As an address at the end of what is said to "you": "ferme ta gueule connard"; not "t'as vu ce connard".
    if before and before[-1] not in _BEFORE_ADDRESS and before[-1] not in _YOU and before[-1] not in _ORDERS:
        return False
    tail = [word for word in hit.words[hit.after : end] if word[0].isalnum()]
    return not tail and bool((_YOU | _ORDERS) & set(hit.words[start : hit.first])) and not negated(hit)


def of_me(hit: Hit) -> bool:
    """Its subject is the one who writes: "si je saute du pont"."""
    for word in reversed(hit.before()):
        if word in _SUBJECTS:
            return word in _I
    return False


def first_person(hit: Hit) -> bool:
    """There is a "je" or "mon" in its sentence."""
    start, end = hit.sentence()
    return not _MINE.isdisjoint(hit.words[start:end])


def reported(hit: Hit) -> bool:
    """Told as somebody's words: "il m'a dit va te pendre", "le mot connard"."""
    return _spoken("saying", hit)


def told_me(hit: Hit) -> bool:
    """Said to the one who writes: "elle m'a traitée de …"."""
    return _spoken("told_me", hit)


def _spoken(name: str, hit: Hit) -> bool:
    start, _ = hit.sentence()
    start = max(start, hit.first - SPEECH)
    return any(start <= first and after <= hit.first for first, after in hit.text.places.get(name, ()))


def past(hit: Hit) -> bool:
    """Over for long: "il y a trois ans", "quand j'étais petit", "back then"; not where the sentence says that it goes
    on ("encore", "depuis", "ce soir")."""
    return hit.has("sentence:past_time") and not hit.has("sentence:to_this_day")


def opens(hit: Hit) -> bool:
    """It begins its clause, but for words that call or lead on: an order is one only there."""
    before = [word for word in hit.before(SENTENCE) if word[0].isalnum()]
    return all(word in _OPENERS or word in _YOU for word in before)


def peers_alone(hit: Hit) -> bool:
    """Told of school or of "them", and of nobody at home: "ils me tapent à la récré"."""
    places = hit.text.places
    return ("at_school" in places or "they" in places) and "at_home" not in places


def home_alone(hit: Hit) -> bool:
    """Told of somebody at home, and not of school: "mon père se moque de moi"."""
    places = hit.text.places
    return "at_home" in places and "at_school" not in places


def laughing(hit: Hit) -> bool:
    """Laughter or jest stands in the text: "mdr", "je rigole"; not "je rigole pas"."""
    words = hit.words
    return any(
        words[after - 1] not in _JESTS or after == len(words) or words[after] not in _NOT
        for _, after in hit.text.places.get("laughing", ())
    )


def alone(hit: Hit) -> bool:
    """It is all that the message says, but for words that call: "j'en peux plus", "au secours stp"."""
    rest = [word for word in (*hit.words[: hit.first], *hit.words[hit.after :]) if word[0].isalnum()]
    return len(rest) <= 6 and all(word in _OPENERS or word in _SUBJECTS or word in _PLEAS for word in rest)


def quoted(hit: Hit) -> bool:
    """It stands in quotation marks."""
    before, behind = hit.words[: hit.first], hit.words[hit.after :]
    return before.count('"') % 2 == 1 and '"' in behind


def denied(hit: Hit) -> bool:
    """Denied within itself: "les femmes ne sont pas inférieures"; not "ne sont rien d'autre que", "pas mieux que"."""
    own = hit.words[hit.first : hit.after]
    for word, behind in zip(own, [*own[1:], *hit.behind(1), ""], strict=False):
        if word in _DENIALS and behind not in _ONLY_MORE:
            return True
    return False


def called(hit: Hit) -> bool:
    """Thrown at somebody at the end of what is said: "réfléchis bouffon"; not "il a fait le bouffon", "c'est con"."""
    before = hit.before()
    return bool(before) and before[-1] not in _BEFORE_NOUN and before[-1][0].isalnum() and closes(hit)


def i_am(hit: Hit) -> bool:
    """What the writer calls themselves: "je suis une gouine", "I'm a fag"."""
    before = [word for word in hit.before() if word not in _BEFORE_WHAT_ONE_IS]
    return before[-2:] in (["je", "suis"], ["i", "m"], ["i", "am"]) or before[-1:] in (["being"], ["myself"], ["us"])


def ordered(hit: Hit) -> bool:
    """It begins with an order: no subject stands right before it ("tu retournes au bled" is none)."""
    before = hit.before(2)
    return not before or not (before[-1] in _SUBJECTS or before[-1] in _NO_ORDER)


RULES: dict[str, Callable[[Hit], bool]] = {
    "alone": alone,
    "asked": asked,
    "called": called,
    "closes": closes,
    "denied": denied,
    "directed": directed,
    "first_person": first_person,
    "home_alone": home_alone,
    "i_am": i_am,
    "laughing": laughing,
    "negated": negated,
    "of_another": of_another,
    "of_me": of_me,
    "opens": opens,
    "ordered": ordered,
    "past": past,
    "peers_alone": peers_alone,
    "quoted": quoted,
    "reported": reported,
    "told_me": told_me,
}
