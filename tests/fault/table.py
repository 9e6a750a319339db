"""What is done to a running service, a row each, and how it is undone."""

import contextlib
import os
import resource
import shutil
import signal
import socket
import struct
import subprocess
import time

import faults
from check import Failure, until
from proxy import LATE, LOSE, RESET, SILENT
from stack import AS

FAULTS = []
MARGIN_BYTES = 1 << 20
HOGS_MIN = 60
AGAIN_SECONDS = 30	# what was ended is there once more


def fault(what, short=False, disks=False):
    """Register a function of a scene; it does it, waits and undoes it.  Some
    are in a short run as well, and some need disks of their own."""
    def register(function):
        FAULTS.append((what, short, disks, function))
        return function
    return register


def pause(scene, least, most):
    scene.over.wait(scene.chance.uniform(least, most))


@fault("nothing")
def nothing(scene):
    pause(scene, 2, 3)


# Our own processes.

@fault("kill -9 of one worker process", short=True)
def kill_one(scene):
    for _ in range(4):
        kill([scene.chance.choice(until(scene.s.workers, AGAIN_SECONDS,
                                        "workers"))])
        pause(scene, 0.2, 0.6)


@fault("kill -9 of all worker processes")
def kill_all(scene):
    for _ in range(3):
        kill(scene.s.workers())
        pause(scene, 0.3, 0.8)


def kill(pids, how=signal.SIGKILL):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)


def serving_again(scene, before):
    until(lambda: scene.s.processes("serve")[:1] not in ([], before[:1]),
          AGAIN_SECONDS, "another piste serve")


@fault("kill -9 of the master")
def kill_master(scene):
    before = scene.s.processes("serve")
    kill(before[:1])
    serving_again(scene, before)
    pause(scene, 1, 2)


@fault("SIGTERM under load", short=True)
def terminate(scene):
    before = scene.s.processes("serve")
    kill(before[:1], signal.SIGTERM)
    serving_again(scene, before)
    pause(scene, 0.5, 1)


@fault("reload under load")
def reload_serve(scene):
    for _ in range(3):
        kill(scene.s.processes("serve")[:1], signal.SIGHUP)
        pause(scene, 0.3, 0.8)


@fault("SIGSTOP of the servers for 5 s")
def stopped(scene):
    pids = scene.s.workers()
    kill(pids, signal.SIGSTOP)
    try:
        time.sleep(5)
    finally:
        kill(pids, signal.SIGCONT)
    pause(scene, 0.5, 1)


@fault("the worker killed in mid-row", short=True)
def kill_worker(scene):
    """While it holds a row of the queue, which its lease gives back."""
    for _ in range(3):
        working = until(lambda: scene.s.processes("work"), AGAIN_SECONDS,
                        "piste work")
        until(lambda: scene.s.sql(
            "UPDATE qualification_queue SET state = 'ready', finished_at ="
            " NULL WHERE id IN (SELECT id FROM qualification_queue WHERE state"
            " = 'done' LIMIT 200) RETURNING id"), AGAIN_SECONDS,
              "rows to work on")
        kill(working)
        pause(scene, 0.2, 0.5)


# nginx.

def nginx(scene):
    """Its master and its workers."""
    found = []
    for pid in scene.s._tree():
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                if f.read().startswith(b"nginx"):
                    found.append(pid)
    return sorted(found)


@fault("nginx killed")
def kill_nginx(scene):
    kill(nginx(scene))
    pause(scene, 3, 4)


@fault("nginx reloaded")
def reload_nginx(scene):
    for _ in range(2):
        with open(os.path.join(scene.s.real, "run/nginx.pid")) as f:
            kill([int(f.read())], signal.SIGHUP)
        pause(scene, 0.5, 1)


# PostgreSQL.

@fault("PostgreSQL stopped at once", short=True)
def immediate(scene):
    scene.s.cluster("stop", "immediate")
    pause(scene, 1, 3)
    scene.s.cluster("start")


@fault("PostgreSQL stopped, as for an upgrade")
def fast(scene):
    scene.s.cluster("stop", "fast")
    pause(scene, 2, 4)
    scene.s.cluster("start")


@fault("PostgreSQL killed")
def kill_postgres(scene):
    with open(os.path.join(scene.s.real, "pg/postmaster.pid")) as f:
        kill([int(f.readline())])
    pause(scene, 1, 2)
    until(lambda: start_again(scene), 20, "PostgreSQL")


def start_again(scene):
    """Its sessions notice within moments that their postmaster is gone."""
    scene.s.cluster("start", check=False)
    with contextlib.suppress(Exception):
        return scene.s.sql("SELECT 1")
    return False


@fault("all sessions terminated", short=True)
def terminate_sessions(scene):
    for _ in range(4):
        scene.drop_sessions()
        pause(scene, 0.2, 0.6)


@fault("submission locked for 8 s")
def locked(scene):
    locker = faults.lock(scene.s)
    time.sleep(8)
    locker.communicate("COMMIT;\n", timeout=10)


def by_proxy(scene, mode, seconds, is_over=lambda: True):
    proxy = scene.proxy
    proxy.begin()
    try:
        scene.drop_sessions()
        pause(scene, 1, 1.5)
        proxy.mode = mode
        if mode == RESET:
            proxy.reset()
        time.sleep(seconds)
        until(is_over, AGAIN_SECONDS, f"sessions that are {mode}")
    finally:
        proxy.end()


@fault("PostgreSQL answers 2 s late")
def late(scene):
    by_proxy(scene, LATE, 6)


@fault("PostgreSQL is silent")
def silent(scene):
    by_proxy(scene, SILENT, 5)


@fault("PostgreSQL resets connections")
def resetting(scene):
    by_proxy(scene, RESET, 3)


@fault("PostgreSQL commits, and the reply is lost", short=True)
def lost_replies(scene):
    before = scene.proxy.lost
    by_proxy(scene, LOSE, 3, lambda: scene.proxy.lost > before)


@fault("PostgreSQL is out of connections")
def hogged(scene):
    place = os.path.join(scene.s.real, "run/.s.PGSQL.5432")
    hogs, end = [], time.monotonic() + 5
    while time.monotonic() < end:
        hog = socket.socket(socket.AF_UNIX)
        hog.settimeout(2)
        words = b"user\0piste\0database\0piste\0application_name\0hog\0\0"
        try:
            hog.connect(place)
            hog.sendall(struct.pack("!ii", len(words) + 8, 196608) + words)
            answer = hog.recv(1)
        except OSError:
            answer = b""
        if answer == b"R":
            hogs.append(hog)
            if len(hogs) == HOGS_MIN:
                scene.drop_sessions("application_name <> 'hog'")
        else:
            hog.close()
            time.sleep(0.05)
    for hog in hogs:
        hog.close()
    if len(hogs) < HOGS_MIN:
        raise Failure(f"only {len(hogs)} connections were taken")


# Machines.

@contextlib.contextmanager
def filled(place):
    """A disk with no room left."""
    path = os.path.join(place, "filler")
    try:
        with open(path, "wb", buffering=0) as f:
            with contextlib.suppress(OSError):
                while True:
                    f.write(b"\0" * (1 << 20))
            with contextlib.suppress(OSError):
                while True:
                    f.write(b"\0" * 512)
        yield
    finally:
        os.unlink(path)


@fault("disk full under the spool, without PostgreSQL", disks=True)
def spool_full(scene):
    scene.s.cluster("stop", "fast")
    with filled(os.path.join(scene.s.real, "spool")):
        pause(scene, 2, 3)
    scene.s.cluster("start")


@fault("disk full under PostgreSQL", disks=True)
def database_full(scene):
    with filled(scene.s.real):
        pause(scene, 3, 4)
    until(lambda: start_again(scene), 20, "PostgreSQL")


def limited(scene, what, bound):
    pids = scene.s.workers()
    for pid in pids:
        # As their own user, whom the kernel lets do this.
        subprocess.run(["prlimit", "--pid", str(pid),
                        f"--{what}={bound(pid)}:{bound(pid)}"], check=True,
                       cwd="/", **AS)
    # Now they need some anew.
    scene.drop_sessions()
    pause(scene, 3, 4)
    # The master's others are as they were.
    kill(pids, signal.SIGTERM)
    until(lambda: set(scene.s.workers()) - set(pids), 10, "other workers")


@fault("no file descriptors left")
def descriptors(scene):
    limited(scene, "nofile",
            lambda pid: len(os.listdir(f"/proc/{pid}/fd")))


@fault("no memory left")
def memory(scene):
    def bound(pid):
        with open(f"/proc/{pid}/statm") as f:
            return int(f.read().split()[0]) * resource.getpagesize() + \
                MARGIN_BYTES
    limited(scene, "as", bound)


@fault("geo file missing, cut short, swapped")
def geo(scene):
    path, kept = scene.s.mmdb, scene.s.mmdb + ".kept"
    shutil.copy(path, kept)
    os.unlink(path)
    kill(scene.s.processes("serve")[:1], signal.SIGHUP)
    pause(scene, 1, 1.5)
    with open(kept, "rb") as f:
        whole = f.read()
    for some in (whole[:len(whole) // 2], whole):
        with open(path + ".new", "wb") as f:
            f.write(some)
        os.chmod(path + ".new", 0o644)
        os.rename(path + ".new", path)
        kill(scene.s.processes("serve")[:1], signal.SIGHUP)
        pause(scene, 1, 1.5)


@fault("everything killed at once, and started again")
def everything(scene):
    with open(os.path.join(scene.s.real, "pg/postmaster.pid")) as f:
        postmaster = int(f.readline())
    kill(nginx(scene) + scene.s.processes("serve") +
         scene.s.processes("work") + [postmaster])
    until(lambda: start_again(scene), 20, "PostgreSQL")
    pause(scene, 3, 4)


def clocked(seconds):
    """Also for a worker that starts by that clock, and does what is due."""
    def turn(scene):
        try:
            scene.set_clock(seconds)
            kill(scene.s.processes("work"))
            pause(scene, 5, 6)
        finally:
            scene.set_clock(0)
        kill(scene.s.processes("work"))
        pause(scene, 1, 2)
    return turn


DAY = 86400
# On a stack whose clock is ours.
CLOCKS = [("the clock an hour back", False, False, clocked(-3600)),
          ("the clock 3 years on", False, False, clocked(1100 * DAY))]
