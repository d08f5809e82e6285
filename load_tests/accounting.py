"""What processes have used, read from /proc: CPU with all their children, living and dead, and memory."""

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Stat:
    """The fields of /proc/PID/stat (proc(5)) that we use. ``cpu_s`` holds its own time and that of its dead children
    that it waited for; the living ones have their own line."""

    pid: int
    parent: int
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes. ``pss`` counts a page that n processes share as 1/n (proc(5), smaps_rollup)."""

    rss: int
    pss: int


def parse_stat(line: str) -> Stat:
    """One line of /proc/PID/stat. The name may hold spaces and brackets: the fields start after the last one."""
    pid = int(line.partition(" ")[0])
    fields = line.rpartition(")")[2].split()
    ticks = sum(int(field) for field in fields[11:15])  # utime, stime, cutime, cstime
    return Stat(pid, int(fields[1]), ticks / TICKS_PER_SECOND)


def all_stats() -> list[Stat]:
    stats = []
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                stats.append(parse_stat((entry / "stat").read_text()))
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended while we looked
    return stats


def family(roots: Iterable[int], stats: Iterable[Stat]) -> list[Stat]:
    """Those of ``stats`` that are one of ``roots`` or descend from one."""
    by_pid = {stat.pid: stat for stat in stats}
    children: dict[int, list[int]] = defaultdict(list)
    for stat in by_pid.values():
        children[stat.parent].append(stat.pid)
    found: dict[int, Stat] = {}
    queue = list(roots)
    while queue:
        pid = queue.pop()
        if pid in by_pid and pid not in found:
            found[pid] = by_pid[pid]
            queue.extend(children[pid])
    return list(found.values())


def cpu_seconds(roots: Iterable[int]) -> float:
    """CPU that the processes and all their descendants have used since they started."""
    return sum(stat.cpu_s for stat in family(roots, all_stats()))


def memory(pid: int) -> Memory:
    """The memory of one process. Raises FileNotFoundError when it has ended."""
    sizes = {"Rss": 0, "Pss": 0}
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name in sizes:
            sizes[name] = int(rest.split()[0]) * 1024
    return Memory(sizes["Rss"], sizes["Pss"])


def parse_core(stat: str, core: int) -> float:
    """Seconds that ``core`` has not been idle since boot, from the text of /proc/stat: user, nice, system, irq,
    softirq and steal (proc(5)). Waiting for a disk is idling."""
    for line in stat.splitlines():
        name, *fields = line.split()
        if name == f"cpu{core}":
            user, nice, system, _idle, _iowait, irq, softirq, steal = (int(field) for field in fields[:8])
            return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND
    raise ValueError(f"no core {core}")


def core_seconds(cores: Iterable[int]) -> float:
    stat = (PROC / "stat").read_text()
    return sum(parse_core(stat, core) for core in cores)
