"""CPU and memory from captured lines of /proc."""

import os

import pytest

from load_tests.accounting import TICKS_PER_SECOND, Stat, cpu_seconds, family, memory, parse_core, parse_stat

# captured, but for the name, which a program may choose
LINE = (
    "4711 (a) (nasty) name) S 4700 4711 4711 0 -1 4194304 2301 8800 1 2 150 50 30 20 20 0 1 0 123456 17100800 5040 "
    "18446744073709551615 1 1 0 0 0 0 0 16781312 16384 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0"
)


def test_stat_counts_own_time_and_that_of_dead_children() -> None:
    assert parse_stat(LINE) == Stat(pid=4711, parent=4700, cpu_s=(150 + 50 + 30 + 20) / TICKS_PER_SECOND)


def test_family_holds_all_descendants_once_and_nobody_else() -> None:
    stats = [Stat(1, 0, 9.0), Stat(10, 1, 1.0), Stat(11, 10, 2.0), Stat(12, 11, 4.0), Stat(20, 1, 8.0)]
    assert sorted(stat.pid for stat in family([10, 12], stats)) == [10, 11, 12]
    assert family([99], stats) == []


def test_a_core_is_busy_when_it_neither_idles_nor_waits() -> None:
    captured = "cpu  99 99 99 99 99 99 99 99 0 0\ncpu0 1 2 3 1000 500 4 5 6 0 0\ncpu1 9 9 9 9 9 9 9 9 0 0\n"
    assert parse_core(captured, 0) == (1 + 2 + 3 + 4 + 5 + 6) / TICKS_PER_SECOND
    with pytest.raises(ValueError, match="no core 7"):
        parse_core(captured, 7)


def test_reads_this_very_process() -> None:
    before = cpu_seconds([os.getpid()])
    sum(range(3_000_000))
    assert cpu_seconds([os.getpid()]) >= before
    assert 0 < memory(os.getpid()).pss <= memory(os.getpid()).rss
