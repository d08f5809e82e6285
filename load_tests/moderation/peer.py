"""Runs in the peers' own environment, without anything of ours: a JSON list of texts on standard input, the name of the
peer as argument; a line of JSON out: what it claims of each text and how long that took."""

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

HOSTILE = ["insult", "threat", "incitement", "hate", "profanity", "sexual"]  # what a bad word is taken to claim
DETAILS = {
    "PHONE_NUMBER": "contact",
    "EMAIL_ADDRESS": "contact",
    "URL": "contact",
    "IP_ADDRESS": "contact",
    "IBAN_CODE": "money",
    "CREDIT_CARD": "money",
}  # Presidio's PERSON and LOCATION are left out: a first name in a chat is no alarm
REGIONS = ["FR", "BE", "CH", "LU", "MA", "DZ", "TN", "SN", "CI", "CM", "GB"]  # those that ours reads

Judge = Callable[[str], list[str]]


def glin_profanity() -> Judge:
    from glin_profanity import Filter, scan_pii

    words = Filter(
        {"languages": ["french", "english"], "detect_leetspeak": True, "normalize_unicode": True, "logProfanity": False}
    )

    def judge(text: str) -> list[str]:
        found = list(HOSTILE) if words.is_profane(text) else []
        return found + (["contact"] if scan_pii(text).matches else [])

    return judge


def safetext() -> Judge:
    from safetext import SafeText

    checkers = [SafeText(language="fr"), SafeText(language="en")]

    def judge(text: str) -> list[str]:
        return list(HOSTILE) if any(checker.check_profanity(text) for checker in checkers) else []

    return judge


def presidio_analyzer() -> Judge:
    import tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    from presidio_analyzer.predefined_recognizers import PhoneRecognizer

    # Its list of domains ships with it; without this it would ask another host for a newer one.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    tldextract.extract = tldextract.tldextract.TLD_EXTRACTOR.extract_str
    engine = NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": "fr", "model_name": "fr_core_news_sm"}],
        }
    ).create_engine()
    registry = RecognizerRegistry(supported_languages=["fr"])
    registry.load_predefined_recognizers(languages=["fr"], nlp_engine=engine)
    registry.remove_recognizer("PhoneRecognizer")
    registry.add_recognizer(PhoneRecognizer(supported_regions=REGIONS, supported_language="fr"))
    analyzer = AnalyzerEngine(nlp_engine=engine, registry=registry, supported_languages=["fr"])

    def judge(text: str) -> list[str]:
        found: list[Any] = analyzer.analyze(text=text, language="fr", entities=list(DETAILS))
        return sorted({DETAILS[one.entity_type] for one in found if one.score >= 0.4})

    return judge


PEERS: dict[str, Callable[[], Judge]] = {
    "glin-profanity": glin_profanity,
    "safetext": safetext,
    "presidio-analyzer": presidio_analyzer,
}


def main() -> None:
    name = sys.argv[1]
    texts = json.load(sys.stdin)
    judge = PEERS[name]()
    judge("bonjour")  # what is loaded late is not measured
    claims, microseconds = [], []
    for text in texts:
        start = time.process_time_ns()
        claims.append(judge(text))
        microseconds.append((time.process_time_ns() - start) / 1000)
    json.dump({"version": version(name), "claims": claims, "microseconds": microseconds}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
