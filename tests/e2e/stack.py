"""A whole private Piste, started by the script that make run uses."""

import json
import os
import pwd
import random
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from check import Failure, until
from client import Visitor, filled

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("PISTE_BUILD", "build"))
READY_SECONDS = 60
STOP_SECONDS = 15
PAGE = "/p/livre-blanc"
# Root's commands are run as the servers are.
AS = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid,
      "extra_groups": []} if os.getuid() == 0 else {}
# Threads that libraries start are theirs: what they lock with isn't seen.
SANITIZERS = {"ASAN_OPTIONS": "", "UBSAN_OPTIONS": "",
              "TSAN_OPTIONS": "ignore_noninstrumented_modules=1"}
PORTS = range(20000, 30000)	# connections are given higher ones
FIRST_VISITS = 3	# of an address, where they are few
PARIS, LYON, GENEVA = "127.0.0.2", "192.0.2.7", "2001:db8::7"


def free_port():
    """Ours for as long as we run: a server may let go of it and come back."""
    for port in random.sample(PORTS, len(PORTS)):
        ours = socket.socket(socket.AF_UNIX)
        try:
            ours.bind(f"\0piste-port-{port}")
            with socket.socket() as s:
                s.bind(("127.0.0.1", port))
        except OSError:
            ours.close()
            continue
        free_port.held.append(ours)
        return port
    raise Failure("no free port")


free_port.held = []


class Stack:
    """settings are PISTE_* settings by name, or make run's variables, or
    options of a sanitizer."""

    def __init__(self, **settings):
        self.base = tempfile.mkdtemp(prefix="piste-e2e.", dir="/tmp")
        os.chmod(self.base, 0o755)
        self.var = os.path.join(self.base, "v")
        self.port = free_port()
        self.settings = settings
        self.run = None
        self.env = {}
        try:
            self._geo()
            self.start()
        except BaseException:
            self.close()
            raise

    def _geo(self):
        """Addresses of documentation networks, in a place all can read."""
        where = os.path.join(self.base, "geo")
        os.mkdir(where)
        subprocess.run([os.path.join(ROOT, "tests/support/make-mmdb"), where],
                       check=True, stdout=subprocess.DEVNULL)
        self.mmdb = os.path.join(where, "city.mmdb")

    def start(self):
        env = {k: v for k, v in os.environ.items()
               if not k.startswith("PISTE_")}
        env.update(PORT=str(self.port), VAR=self.var, POST_RATE="off",
                   MIN_FILL_MS="0", TRUSTED_PROXIES="127.0.0.1",
                   BUILD=BUILD, PISTE_GEO=self.mmdb, PISTE_GEO6="",
                   PISTE_RESOLVER="off")
        env.update(self._sanitizers())
        for name, value in self.settings.items():
            if name not in SANITIZERS:
                env[name if name.isupper() else "PISTE_" + name.upper()] = \
                    str(value)
        self.log = open(os.path.join(self.base, "run.log"), "ab")
        # A shell can't trap a signal it was started with as ignored.
        self.run = subprocess.Popen(["env", "--default-signal=INT",
                                     os.path.join(ROOT, "src/ops/run")],
                                    env=env, cwd=ROOT,
                                    stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=self.log,
                                    start_new_session=True)
        self._await_ready()
        said = subprocess.run(["sh", "-c", '. "$0/env" && env -0', self.var],
                              env={"PATH": os.environ["PATH"]}, check=True,
                              capture_output=True, text=True).stdout
        self.env = dict(row.split("=", 1) for row in said.split("\0") if row)
        self.env.update(self._sanitizers())
        self.binary = shutil.which("piste", path=self.env["PATH"])

    def _sanitizers(self):
        """Where a binary built with sanitizers writes what it finds."""
        place = os.path.join(self.base, "findings")
        os.makedirs(place, exist_ok=True)
        os.chmod(place, 0o777)
        log = f"log_path={place}/found"
        return {name: ":".join([log] + usual.split() +
                               os.environ.get(name, "").split() +
                               self.settings.get(name, "").split())
                for name, usual in SANITIZERS.items()}

    def findings(self):
        place, said = os.path.join(self.base, "findings"), ""
        for name in sorted(os.listdir(place)) if os.path.isdir(place) else ():
            with open(os.path.join(place, name), errors="replace") as f:
                said += f.read()
        return said

    def _await_ready(self):
        end, said = time.monotonic() + READY_SECONDS, b""
        while b"ready http://" not in said:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.run.stdout], [], [],
                                              left)[0]:
                raise Failure("make run is not ready: " + self.logs())
            piece = os.read(self.run.stdout.fileno(), 4096)
            if not piece:
                raise Failure("make run ended: " + self.logs())
            said += piece
        # Nobody reads on; a full pipe would stop the servers.
        out = self.run.stdout
        threading.Thread(target=lambda: [0 for _ in out], daemon=True).start()

    def log_files(self):
        """What the run and its servers have written so far."""
        place = os.path.join(os.path.realpath(self.var), "log")
        names = sorted(os.listdir(place)) if os.path.isdir(place) else []
        return [os.path.join(self.base, "run.log")] + \
            [os.path.join(place, name) for name in names]

    def logs(self):
        """The last lines of each that a person would look at."""
        said = ""
        for path in self.log_files():
            if "access" not in path:
                with open(path, encoding="utf-8", errors="replace") as f:
                    said += f"== {os.path.basename(path)}\n"
                    said += "".join(f.readlines()[-5:])
        return said + self.findings()[:4000]

    def stop(self):
        """SIGINT, as at a terminal; how long it took, and how it ended."""
        begun = time.monotonic()
        self.run.send_signal(signal.SIGINT)
        try:
            status = self.run.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.run.pid, signal.SIGKILL)
            raise Failure(f"make run did not stop in {STOP_SECONDS} s")
        self.log.close()
        self.run = None
        return time.monotonic() - begun, status

    def close(self):
        if self.run and self.run.poll() is None:
            try:
                self.stop()
            except Failure as e:
                print(e)
        elif self.run:
            self._sweep()
        if os.path.isdir(self.var):
            self.cluster("stop", "immediate", check=False)
            real = os.path.realpath(self.var)
            if real != self.var:
                shutil.rmtree(real, ignore_errors=True)
        shutil.rmtree(self.base, ignore_errors=True)

    def _sweep(self):
        """What is left of a run that ended by itself."""
        try:
            os.killpg(self.run.pid, signal.SIGKILL)
        except OSError:
            pass

    # The parts of it.

    def visitor(self, **more):
        return Visitor(self.port, **more)

    def piste(self, *args, given="", env=None, seconds=30):
        return subprocess.run([self.binary, *args], input=given, text=True,
                              capture_output=True, timeout=seconds, cwd="/",
                              env=dict(self.env, **(env or {})), **AS)

    def sql(self, query):
        """Rows of text, the way psql prints them."""
        ran = subprocess.run(
            ["psql", self.env["PISTE_DATABASE"], "-XAtq", "-F", "|", "-v",
             "ON_ERROR_STOP=1", "-c", "SET search_path = piste, public",
             "-c", query],
            env=self.env, capture_output=True, text=True, timeout=30)
        if ran.returncode:
            raise Failure(f"{query}: {ran.stderr}")
        return [row for row in ran.stdout.split("\n") if row]

    def one(self, query):
        return "\n".join(self.sql(query))

    def count(self, table, where="true"):
        return int(self.one(f"SELECT count(*) FROM {table} WHERE {where}"))

    def cluster(self, verb, *more, check=True):
        subprocess.run([os.path.join(ROOT, "src/ops/cluster"), verb,
                        os.path.realpath(self.var), *more], check=check,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def apply(self, site, **env):
        path = os.path.join(self.base, "site.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(site, f)
        return self.piste("apply", path, env=env)

    def export(self):
        return json.loads(self.piste("export").stdout)

    # Its processes.

    def _tree(self):
        parents = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat") as f:
                    parents[int(pid)] = int(f.read().rsplit(")", 1)[1]
                                            .split()[1])
            except OSError:
                pass
        mine, more = {self.run.pid}, True
        while more:
            more = {p for p, of in parents.items() if of in mine} - mine
            mine |= more
        return {p: parents.get(p, 0) for p in mine}

    def processes(self, verb):
        """pids of piste VERB: the master first, then its workers."""
        tree, found = self._tree(), []
        for pid in sorted(tree):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as f:
                    words = f.read().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"piste") and verb.encode() in words[1:2]:
                found.append(pid)
        return sorted(found, key=lambda p: (tree[p] in found, p))

    def workers(self):
        return self.processes("serve")[1:]

    def spool_depth(self):
        said = self.visitor().get("/metrics").text
        for line in said.split("\n"):
            if line.startswith("piste_spool_records"):
                return float(line.split()[-1])
        raise Failure("/metrics has no piste_spool_records")

    # What nearly every scenario does.

    def submit(self, email, visitor=None, boxes=(), **values):
        """Open the page, fill in, send: the answer."""
        visitor = visitor or self.visitor()
        form = visitor.form(PAGE)
        return visitor.post(PAGE, person(form, email, boxes, **values))

    def drained(self, seconds=15):
        until(lambda: self.spool_depth() == 0, seconds,
              "the spool is empty again")


def person(form, email, boxes=(), **values):
    particulars = {"first_name": "Ana", "last_name": "Lopes"}
    return filled(form, boxes, email=email, **dict(particulars, **values))
