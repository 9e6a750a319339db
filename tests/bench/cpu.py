"""Whose processor time a measurement took, from /proc."""

import os
import resource
import time

HZ = os.sysconf("SC_CLK_TCK")
CORES = os.sysconf("SC_NPROCESSORS_ONLN")
BUSY_SHARE = 0.05  # of the machine, taken by others


def children():
    ru = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ru.ru_utime + ru.ru_stime


def trees(roots):
    """Seconds of each root's processes; those that ended and were waited for
    count with who waited."""
    parent, used = {}, {}
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
                rest = f.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parent[pid] = int(rest[1])
        used[pid] = sum(map(int, rest[11:15])) / HZ
    total = dict.fromkeys(roots, 0.0)
    for pid, seconds in used.items():
        at = pid
        while at and at not in roots.values():
            at = parent.get(at, 0)
        for name, root in roots.items():
            if at == root:
                total[name] += seconds
    return total


def machine():
    """Seconds in which processors did something, and were taken from us."""
    with open("/proc/stat", encoding="utf-8") as f:
        t = [int(n) / HZ for n in f.readline().split()[1:9]]
    return sum(t) - t[3] - t[4] - t[7], t[7]


class Meter:
    """Between begin and end: seconds of each of roots (a name and a pid), of
    load (what we ran and waited for meanwhile), and the others' share."""

    def __init__(self, roots):
        self.roots = roots

    def _read(self, roots):
        return trees(roots), children(), machine(), time.monotonic()

    def begin(self, load=None):
        """load: what runs already, and will have been waited for at end."""
        roots = dict(self.roots, **({"load": load} if load else {}))
        self.before = self._read(roots)

    def end(self):
        (trees0, load0, (busy0, stolen0), at0) = self.before
        (trees1, load1, (busy1, stolen1), at1) = self._read(self.roots)
        took = {n: trees1[n] - trees0[n] for n in self.roots}
        took["load"] = load1 - load0 - trees0.get("load", 0)
        others = busy1 - busy0 - sum(took.values()) + stolen1 - stolen0
        return took, max(0.0, others / (CORES * (at1 - at0)))
