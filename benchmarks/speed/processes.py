"""What processes consume, from Linux's /proc: processor time and memory of whole trees."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


@dataclass(frozen=True)
class Usage:
    """Processor seconds of a tree, of the PostgreSQL server, and of the whole machine."""

    server: float
    postgres: float
    machine: float

    def since(self, earlier: Usage) -> Usage:
        """Return what was used between two moments."""
        return Usage(
            self.server - earlier.server,
            self.postgres - earlier.postgres,
            self.machine - earlier.machine,
        )


def usage(server: int, postgres: int) -> Usage:
    """Return what two trees of processes, given by their roots, have used so far."""
    parents = _parents()
    return Usage(_cpu(server, parents), _cpu(postgres, parents), machine_cpu())


def resident_mib(root: int) -> float:
    """Return the resident memory of a tree of processes, in MiB."""
    total = 0
    for pid in _tree(root, _parents()):
        for line in (PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total / 1024


def _cpu(root: int, parents: dict[int, int]) -> float:
    """Return the processor seconds of a tree, ended and reaped children included."""
    ticks = 0
    for pid in _tree(root, parents):
        fields = _stat(pid)
        ticks += sum(int(field) for field in fields[11:15])  # user, system, and of children
    return ticks / TICK


def machine_cpu() -> float:
    """Return the processor seconds that anything on the machine has used."""
    numbers = [int(number) for number in (PROC / "stat").read_text().split("\n", 1)[0].split()[1:]]
    user, nice, system, _, _, irq, softirq, *_ = numbers
    return (user + nice + system + irq + softirq) / TICK


def _tree(root: int, parents: dict[int, int]) -> list[int]:
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _parents() -> dict[int, int]:
    parents = {}
    for entry in PROC.glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int(_stat(int(entry.name))[1])
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended just now
    return parents


def _stat(pid: int) -> list[str]:
    """Return the fields of a process's stat after its name, which may hold spaces."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
