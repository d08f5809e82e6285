"""The bad line itself: a process that holds two TUN devices, one in the namespace where it was started and one in a
namespace that it makes, and passes packets between them as two ``Link``s and a ``Firewall`` say.

Obeys JSON lines on its standard input and tells each second's counts as JSON lines on its standard output; ends with
its input. The namespace that it makes ends with it.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import select
import struct
import subprocess
import sys
import time
from collections.abc import Mapping
from random import Random
from typing import Any, Final

from load_tests.netlab.link import Conditions, Link
from load_tests.netlab.packets import Firewall, is_ipv4
from load_tests.programs import find

TUNSETIFF: Final = 0x400454CA  # <linux/if_tun.h>
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
CLONE_NEWNET: Final = 0x40000000  # <linux/sched.h>
BATCH: Final = 64  # packets read from a device before the other has its turn
# The far device is named as a cable's: Chromium leaves out addresses of devices that it takes for tunnels.
NEAR_DEVICE, FAR_DEVICE = "lab0", "eth0"
MTU = 1400
FIRST = -10  # niceness: what else the machine does must not be heard as a bad line


def open_tun(name: str) -> int:
    """A TUN device of that name in this process's namespace, without blocking reads."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def enter_new_network() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "cannot make a network namespace")


def ip(*words: str) -> None:
    subprocess.run([find("ip", "iproute2"), *words], check=True)


class Shaper:
    """``up`` leads out of the far namespace, ``down`` into it."""

    def __init__(self, near: str, far: str, seed: int) -> None:
        self._far_address = far
        self._near = open_tun(NEAR_DEVICE)
        ip("addr", "add", f"{near}/24", "dev", NEAR_DEVICE)
        ip("link", "set", NEAR_DEVICE, "mtu", str(MTU), "up")
        enter_new_network()
        self._far = open_tun(FAR_DEVICE)
        ip("link", "set", "lo", "up")
        ip("addr", "add", f"{far}/24", "dev", FAR_DEVICE)
        ip("link", "set", FAR_DEVICE, "mtu", str(MTU), "up")
        ip("route", "add", "default", "dev", FAR_DEVICE)
        self._up = Link(Conditions(), Random(seed))  # noqa: S311 - losses must be repeatable, not secret
        self._down = Link(Conditions(), Random(seed + 1))  # noqa: S311
        self._firewall = Firewall()
        self._blocked = 0

    def run(self) -> None:
        commands = sys.stdin.fileno()
        poll = select.epoll()
        for fd in (self._near, self._far, commands):
            poll.register(fd, select.EPOLLIN)
        pending = b""
        report_at = time.monotonic() + 1
        while True:
            moments = [report_at, *(at for at in (self._up.next_at, self._down.next_at) if at is not None)]
            ready = dict(poll.poll(max(0.0, min(moments) - time.monotonic())))
            if self._far in ready:
                self._read(self._far, self._up)
            if self._near in ready:
                self._read(self._near, self._down)
            now = time.monotonic()
            self._write(self._near, self._up, now)
            self._write(self._far, self._down, now)
            if commands in ready:
                data = os.read(commands, 65536)
                if not data:
                    return
                *lines, pending = (pending + data).split(b"\n")
                for line in lines:
                    self._obey(json.loads(line), now)
            if now >= report_at:
                self._report(now)
                report_at = max(report_at + 1, now)

    def _read(self, device: int, link: Link) -> None:
        now = time.monotonic()
        for _ in range(BATCH):
            try:
                packet = os.read(device, 65536)
            except BlockingIOError:
                return
            if not is_ipv4(packet):
                continue  # the kernel's own IPv6 solicitations; there is no IPv6 on this line
            if self._firewall.passes(packet):
                link.offer(packet, now)
            else:
                self._blocked += 1

    def _write(self, device: int, link: Link, now: float) -> None:
        for packet in link.due(now):
            os.write(device, packet)

    def _obey(self, command: Mapping[str, Any], now: float) -> None:
        """``{"up": {…}, "down": {…}}`` are conditions; ``{"udp", "tcp_ports"}`` the firewall; ``{"address"}`` a new
        address of the far end in place of the old one."""
        for name, link in (("up", self._up), ("down", self._down)):
            if name in command:
                link.change(Conditions(**command[name]), now)
        if "udp" in command or "tcp_ports" in command:
            ports = command.get("tcp_ports")
            self._firewall = Firewall(command.get("udp", True), None if ports is None else frozenset(ports))
        if "address" in command:
            new = command["address"]
            # The old one goes first, as when a telephone leaves the Wi-Fi; with it goes the default route.
            ip("addr", "del", f"{self._far_address}/24", "dev", FAR_DEVICE)
            ip("addr", "add", f"{new}/24", "dev", FAR_DEVICE)
            ip("route", "replace", "default", "dev", FAR_DEVICE)
            self._far_address = new

    def _report(self, now: float) -> None:
        report = {
            "at": now,
            "up": {**self._up.tally.take(), "wait": round(self._up.wait(now), 3)},
            "down": {**self._down.tally.take(), "wait": round(self._down.wait(now), 3)},
            "blocked": self._blocked,
        }
        self._blocked = 0
        print(json.dumps(report), flush=True)


def main() -> int:
    near, far, seed = sys.argv[1:4]
    with contextlib.suppress(PermissionError):
        os.nice(FIRST)
    shaper = Shaper(near, far, int(seed))
    print(json.dumps({"ready": os.getpid()}), flush=True)
    shaper.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
