"""The time that one assessment may take."""

import gc
import time
from threading import Event, Thread

import pytest

from server.moderation.stopwatch import Stopwatch, preparing
from server.moderation.verdict import Overtime


def spend(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_time_spent_runs_out() -> None:
    watch = Stopwatch(0.01)
    watch.check()
    spend(0.02)
    with pytest.raises(Overtime):
        watch.check()


def test_time_waited_is_not_time_spent() -> None:
    watch = Stopwatch(0.01)
    time.sleep(0.02)
    watch.check()


def test_what_is_prepared_is_not_held_against_the_message() -> None:
    watch = Stopwatch(0.02)
    with preparing():
        spend(0.03)
    watch.check()
    spend(0.03)
    with pytest.raises(Overtime):
        watch.check()


def test_a_full_collection_is_not_held_against_the_message() -> None:
    much = [[number] for number in range(500_000)]
    watch = Stopwatch(0.005)
    before = time.thread_time()
    gc.collect()
    assert time.thread_time() - before > 0.005, len(much)
    watch.check()


def test_what_another_thread_prepares_changes_nothing_here() -> None:
    """Rules of an organisation are made ready in a thread, while messages are assessed in this one."""
    begun, end = Event(), Event()

    def prepare() -> None:
        with preparing():
            begun.set()
            end.wait(10)

    thread = Thread(target=prepare)
    thread.start()
    assert begun.wait(10)
    watch = Stopwatch(0.02)
    with preparing():
        spend(0.03)
    end.set()
    thread.join(10)
    watch.check()
