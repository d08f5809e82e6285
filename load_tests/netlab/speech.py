"""Speech that is played into the microphone, and what the other side heard of it: made by espeak-ng, compared by
PESQ (ITU-T P.862.2, wideband; 1.0 to 4.64).
"""

import array
import subprocess
import wave
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Final, TypeAlias

from load_tests.programs import MissingProgram, find

Samples: TypeAlias = "array.array[int]"  # signed, 16 bits; quoted because Python 3.11 cannot subscript it

RATE: Final = 16_000  # Hz, of everything that is compared
# Samples that are compared at once: as few as P.862 allows (3.2 s of speech), because it knows delays that jump but not
# those that a jitter buffer stretches all the time.
WINDOW: Final = 4 * RATE
FRAME: Final = RATE // 50  # samples: 20 ms
LOUD: Final = 150  # root mean square of a frame in which somebody speaks; noise that fills pauses stays far below
# Without long pauses: silence is then a fault of the line. The two sides say different things, or each side's echo
# canceller would take the own voice for the other's.
SAID: Final = {
    "near": (
        ("fr+m3", "bonjour Léa oui je t'entends très bien raconte-moi ce que tu as déjà trouvé sur les grandes marées"),
        (
            "fr+m3",
            "c'est une très bonne question regarde d'abord la figure puis cherche quel jour la lune était pleine",
        ),
        (
            "fr+m3",
            "je te propose qu'on écrive le plan ensemble et que tu me le relises mardi avant ton cours de physique",
        ),
    ),
    "far": (
        ("fr+f2", "bonjour Julien est-ce que tu m'entends bien je voulais te parler de mon exposé pour jeudi prochain"),
        (
            "fr+f2",
            "j'ai cherché pourquoi la lune attire les océans mais le gymnase était bruyant et j'ai perdu mes fiches",
        ),
        (
            "fr+f2",
            "alors je recommence depuis le début et je voudrais savoir par quel chapitre il vaut mieux commencer",
        ),
    ),
}
_SPEED = "165"  # words a minute


def make_speech(file: Path, who: str) -> Samples:
    """Writes what ``who`` says as a WAV file of 48 kHz, as microphones have it, and gives it at ``RATE``. Raises
    MissingProgram."""
    espeak = find("espeak-ng", "espeak-ng")
    samples = array.array("h")
    for number, (voice, text) in enumerate(SAID[who]):
        part = file.with_suffix(f".{number}.wav")
        subprocess.run([espeak, "-v", voice, "-s", _SPEED, "-w", str(part), text], check=True, timeout=30)
        with wave.open(str(part)) as spoken:
            own = array.array("h", spoken.readframes(spoken.getnframes()))
            samples.extend(_resample(_trim(own), spoken.getframerate(), RATE))
    write_wav(file, _resample(samples, RATE, 3 * RATE), 3 * RATE)
    return samples


def write_wav(file: Path, samples: Samples, rate: int = RATE) -> None:
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())


def _trim(samples: Samples) -> Samples:
    """Without the silence at both ends."""
    loud = [at for at, value in enumerate(samples) if abs(value) > LOUD]
    return samples[loud[0] : loud[-1] + 1]


def _resample(samples: Samples, before: int, after: int) -> Samples:
    """Linear: crude, but the result is itself the reference, so nothing is compared with what it was before."""
    step = before / after
    last = len(samples) - 1
    found = array.array("h")
    for index in range(int(len(samples) / step)):
        at = index * step
        low = int(at)
        high = min(last, low + 1)
        found.append(int(samples[low] + (samples[high] - samples[low]) * (at - low)))
    return found


def loudness(samples: Sequence[int]) -> list[float]:
    """Root mean square of each whole frame."""
    return [
        (sum(value * value for value in samples[at : at + FRAME]) / FRAME) ** 0.5
        for at in range(0, len(samples) - FRAME + 1, FRAME)
    ]


def offset(reference: Sequence[float], heard: Sequence[float]) -> int:
    """At which frame of ``reference``, which is played round and round, ``heard`` begins: where the two fit best."""
    length = len(reference)
    mean = sum(reference) / length
    level = sum(heard) / len(heard)
    around = [value - mean for value in reference] * (2 + len(heard) // length)
    here = [value - level for value in heard]
    fits = [sum(a * b for a, b in zip(here, around[start : start + len(here)], strict=True)) for start in range(length)]
    return max(range(length), key=fits.__getitem__)


def scores(reference: Samples, heard: Samples) -> list[float]:
    """PESQ of each ``WINDOW`` of ``heard``, in which somebody speaks, beside the same words of ``reference``, which is
    played round and round. Raises MissingProgram."""
    try:
        pesq, numpy = import_module("pesq"), import_module("numpy")
    except ImportError as error:
        raise MissingProgram("pesq is not installed: pip install --require-hashes -r requirements/load.txt") from error
    whole = len(reference) - len(reference) % FRAME
    once = loudness(reference[:whole])
    found = []
    for start in range(0, len(heard) - WINDOW + 1, WINDOW):
        piece = heard[start : start + WINDOW]
        levels = loudness(piece)
        if sum(level > LOUD for level in levels) < len(levels) / 4:
            continue  # mostly silence: there is nothing to compare
        at = offset(once, levels) * FRAME
        clean = (reference[:whole] * 2)[at : at + WINDOW]
        try:
            found.append(float(pesq.pesq(RATE, numpy.array(clean, "int16"), numpy.array(piece, "int16"), "wb")))
        except pesq.NoUtterancesError:
            continue
    return [round(score, 2) for score in found]
