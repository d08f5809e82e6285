"""Where a run lives: network, process and mount namespaces of its own, so that no packet leaves it, nothing it starts
outlives it, and the kernel clears everything away however it ends.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from load_tests.netlab.shaper import ip
from load_tests.programs import MissingProgram, find

SCRATCH = Path("/var/tmp")  # noqa: S108 - hidden behind a file system of the run's own
SCRATCH_SIZE = "4g"  # the database and the browsers' profiles; memory is only taken as it is used
_ISOLATE = ("--net", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc")
# All that a run will ask of the kernel: a device, another namespace, another device.
_TRY = """
from load_tests.netlab import shaper
shaper.open_tun("a")
shaper.enter_new_network()
shaper.open_tun("b")
"""


def why_not() -> str | None:
    """The reason in one line why this machine cannot run the laboratory, or None."""
    try:
        find("ip", "iproute2")
        for program in ("setpriv", "unshare", "nsenter"):
            find(program, "util-linux")
    except MissingProgram as missing:
        return str(missing)
    if not Path("/dev/net/tun").exists():
        return "the network laboratory needs /dev/net/tun, which this machine does not offer"
    if os.geteuid() != 0:
        return "the network laboratory needs root: it makes network namespaces (CAP_SYS_ADMIN, CAP_NET_ADMIN)"
    tried = subprocess.run(isolated([sys.executable, "-c", _TRY]), capture_output=True, text=True, timeout=30)
    if tried.returncode != 0:
        said = (tried.stderr.strip().splitlines() or ["no word"])[-1]
        return f"the network laboratory needs CAP_SYS_ADMIN and CAP_NET_ADMIN: {said}"
    return None


def isolated(command: Sequence[str]) -> list[str]:
    """The command that runs ``command`` in namespaces of its own, which all end with the one who started it."""
    return ["setpriv", "--pdeathsig", "KILL", "unshare", *_ISOLATE, "--", *command]


def settle() -> None:
    """First thing inside: a loopback, and a scratch folder that vanishes with us."""
    ip("link", "set", "lo", "up")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SCRATCH_SIZE}", "tmpfs", str(SCRATCH)], check=True)
