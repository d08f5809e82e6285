"""The time that one assessment may take."""

import time

import pytest

from server.moderation.stopwatch import Stopwatch
from server.moderation.verdict import Overtime


def test_time_spent_runs_out() -> None:
    watch = Stopwatch(0.01)
    watch.check()
    end = time.thread_time() + 0.02
    while time.thread_time() < end:
        pass
    with pytest.raises(Overtime):
        watch.check()


def test_time_waited_is_not_time_spent() -> None:
    watch = Stopwatch(0.01)
    time.sleep(0.02)
    watch.check()
