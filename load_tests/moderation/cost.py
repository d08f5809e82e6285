"""Processor time of ``assess`` by kind of message, of starting, and of `binome moderate`."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from server.moderation.assess import assess, warm
from server.moderation.conversation import Conversation
from server.moderation.verdict import Overtime, Speaker

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
SPEAKER = Speaker("mentor", 40)
REPEATS = 5  # of each message; the least is taken, so that what else the machine does is not measured
ORDINARY = [
    "Tu peux me dire à quelle heure on se voit",
    "J'ai fini l'exercice, je te l'envoie ?",
    "Bonjour ! Comment s'est passé ton oral ?",
    "ok super merci pour ton aide à demain",
    "On reprend le chapitre sur la Révolution",
    "jsuis trop content g eu la moyenne mdrrr",
    "I finished the reading, can we talk now?",
    "Merci, c'est plus clair avec un exemple.",
]
LONG = (
    "a", "a ", "06 ", "0 ", "zéro ", "connard ", "tu es con ", "snap lea2010 ", "a@b.c ", "www.", "\u0301", "😂",
    "je vais me tuer ", "quatre vingt ", "c o n n a r d ", "\u202e06 ", "zerosix", "06 12 34 56 7 ", "personne ",
    '" connard "', "http://a ", "mon snap : ", "je veux mourir ", "1/1/2020 ", "[at]", "Ⓐ ", "a arobase b point c ",
    "l e a @ g m a i l . c o m ", "vatependre", "c0nn@rd ", "12 rue de la paix ", "dis rien a personne ", "t es ",
    "je te dis que tu es pas ", "mon snap c est ", "lea point ", "( a ) ", "ton nom de famille c est ", "x.y ", "ı ",
    "je m appelle lea ", "1a", "deux mille vingt six ", "j ai envie de ",
)  # fmt: skip
PAGE = 4_000  # code points: the longest message the chat takes
PAGES = 40


def start_seconds() -> dict[str, float]:
    """Processor seconds of a fresh interpreter that imports and loads everything, and of one that does nothing."""

    def cpu(code: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    everything = min(cpu("from server.moderation.assess import warm; warm()") for _ in range(3))
    return {"loaded_s": round(everything, 3), "bare_interpreter_s": round(min(cpu("pass") for _ in range(3)), 3)}


def microseconds(texts: Sequence[str], conversation: Conversation | None = None) -> dict[str, float]:
    """Of one call, over ``texts``."""
    warm()
    costs = []
    for text in texts:
        runs = []
        for _ in range(REPEATS):
            start = time.thread_time_ns()
            with suppress(Overtime):
                assess(text, SPEAKER, conversation, now=NOW)
            runs.append(time.thread_time_ns() - start)
        costs.append(min(runs) / 1000)
    costs.sort()
    return {
        "messages": len(costs),
        "mean": round(sum(costs) / len(costs), 1),
        "p50": round(costs[len(costs) // 2], 1),
        "p99": round(costs[min(len(costs) - 1, len(costs) * 99 // 100)], 1),
        "most": round(costs[-1], 1),
    }


def pages(texts: Sequence[str]) -> list[str]:
    """``texts`` one behind the other, as messages of the greatest length: each has something of everything."""
    together = "\n".join(texts)
    return [together[start : start + PAGE] for start in range(0, len(together) - PAGE, PAGE)][:PAGES]


def numbers_in_a_conversation() -> Conversation:
    conversation = Conversation()
    for text in ("page 12", "l'exercice 34 ?", "oui et le 56", "78", "06 12", "34"):
        conversation.remember(SPEAKER, text, NOW)
    return conversation


def lines_per_second(texts: Sequence[str]) -> float:
    """Of `binome moderate`, by its processor time, starting left out."""
    data = [json.dumps({"id": n, "text": text, "room": n % 100}) for n, text in enumerate(texts)]

    def cpu(lines: Sequence[str]) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "server", "moderate"],
            input="\n".join(lines).encode(),
            stdout=subprocess.DEVNULL,
            check=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return round(len(data) / max(1e-9, cpu(data) - cpu([])))


def measure(texts: Sequence[str]) -> dict[str, Any]:
    return {
        "start": start_seconds(),
        "microseconds": {
            "ordinary, 40 characters": microseconds(ORDINARY * 25),
            "the development set": microseconds(texts),
            "… among numbers": microseconds(texts, numbers_in_a_conversation()),
            "4,000 characters of one kind": microseconds([(unit * PAGE)[:PAGE] for unit in LONG]),
            "4,000 characters, ordinary": microseconds(pages(ORDINARY * 500)),
            "4,000 characters of the development set": microseconds(pages(texts)),
        },
        "moderate_lines_per_second": lines_per_second((*texts, *ORDINARY) * 10),
    }
