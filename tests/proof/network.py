"""Hosts of our own: network namespaces on this machine, joined by a bridge, with no way out.

Their addresses are those kept for documentation (RFC 5737); no route leads from them anywhere, and
the machine's own network is not touched. Needs root and the program `ip`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
_BRIDGE = "bridge"


class Host:
    """A namespace with one address; `name`: also that of its cable on the bridge."""

    def __init__(self, network: str, name: str, address: str) -> None:
        self.network, self.name, self.address = network, name, address
        self.space = f"{network}-{name}"

    def connect(self) -> None:
        """Puts the host on the bridge."""
        _ip("netns", "add", self.space)
        _ip("-n", self.network, "link", "add", self.name, "type", "veth",
            "peer", "name", "eth0", "netns", self.space)  # fmt: skip
        _ip("-n", self.network, "link", "set", self.name, "master", _BRIDGE, "up")
        for words in (["addr", "add", f"{self.address}/24", "dev", "eth0"],
                      ["link", "set", "eth0", "up"], ["link", "set", "lo", "up"]):  # fmt: skip
            _ip("-n", self.space, *words)

    def cut_off(self) -> None:
        """Pulls the cable: what is on its way is lost, and nobody is told."""
        _ip("-n", self.network, "link", "set", self.name, "down")

    def join(self) -> None:
        """Puts the cable back."""
        _ip("-n", self.network, "link", "set", self.name, "up")

    def start(
        self, *words: str, log: IO[bytes] | int | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """A Python module as a process on this host."""
        world = {**os.environ, "CHENGNUO_DB": "", "PYTHONUNBUFFERED": "1", **(env or {})}
        return subprocess.Popen(
            ["ip", "netns", "exec", self.space, sys.executable, "-m", *words],
            cwd=ROOT, env=world, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip


def impossible() -> str | None:
    """Why there can be no such hosts here, or None."""
    if shutil.which("ip") is None:
        return "the program `ip` (iproute2) is not installed"
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    try:
        with hosts(["first", "second"]) as (first, second):
            first.cut_off()
            second.join()
    except subprocess.CalledProcessError as error:
        return f"`{' '.join(error.cmd)}` is refused: {error.stderr.strip()}"
    return None


@contextmanager
def hosts(names: Sequence[str]) -> Iterator[list[Host]]:
    """So many hosts on one bridge; all gone at the end, with whatever cables they had."""
    network = f"cn{os.getpid()}"
    made = [Host(network, name, f"192.0.2.{n}") for n, name in enumerate(names, 1)]
    try:
        _ip("netns", "add", network)
        _ip("-n", network, "link", "add", _BRIDGE, "type", "bridge")
        _ip("-n", network, "link", "set", _BRIDGE, "up")
        for host in made:
            host.connect()
        yield made
    finally:
        for space in (*(host.space for host in made), network):
            subprocess.run(["ip", "netns", "del", space], capture_output=True, check=False)


def _ip(*words: str) -> None:
    """Raises CalledProcessError with what was said."""
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)
