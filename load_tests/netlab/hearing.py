"""What one person's page played, put together from the pieces that the page hands over, and when there was a voice."""

import array
import base64
from collections import defaultdict

from load_tests.netlab.speech import FRAME, LOUD, RATE, Samples, loudness


class Hearing:
    """``start`` is the wall clock at sample 0."""

    def __init__(self, start: float) -> None:
        self.start = start
        self._pieces: dict[str, list[tuple[int, Samples]]] = defaultdict(list)

    def take(self, source: str, at: float, encoded: str) -> None:
        samples = array.array("h", base64.b64decode(encoded))
        if any(samples):
            self._pieces[source].append((round((at - self.start) * RATE), samples))

    def samples(self, until: float) -> Samples:
        """Everything until the wall clock ``until``; where two sources sounded at once, their sum."""
        length = max(0, round((until - self.start) * RATE))
        whole = array.array("h", bytes(2 * length))
        for pieces in self._pieces.values():
            for at, piece in pieces:
                begin = max(0, -at)
                own = piece[begin : max(begin, length - at)]
                place = slice(at + begin, at + begin + len(own))
                if any(whole[place]):
                    own = array.array(
                        "h", (max(-32768, min(32767, a + b)) for a, b in zip(own, whole[place], strict=True))
                    )
                whole[place] = own
        return whole


def voiced(samples: Samples) -> list[bool]:
    """For each 20 ms: whether somebody speaks."""
    return [level > LOUD for level in loudness(samples)]


def first_voice(frames: list[bool], after: float) -> float | None:
    """Seconds from ``after`` (in seconds of the recording) until somebody speaks for 60 ms, or None."""
    first = max(0, round(after * RATE / FRAME))
    for at in range(first, len(frames) - 2):
        if all(frames[at : at + 3]):
            return round((at - first) * FRAME / RATE, 2)
    return None


def longest_silence(frames: list[bool], begin: float, end: float) -> float:
    """The longest stretch without a voice between two moments of the recording, in seconds."""
    longest = length = 0
    for speaks in frames[round(begin * RATE / FRAME) : round(end * RATE / FRAME)]:
        length = 0 if speaks else length + 1
        longest = max(longest, length)
    return round(longest * FRAME / RATE, 2)
