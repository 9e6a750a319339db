"""What breaks around Piste: nothing that was acknowledged is lost or doubled.
"""

import http.client
import os
import signal
import subprocess
import threading
import time

from check import check, contains, equal, scenario, until
from client import Form
from stack import PAGE, Visitor, person
from tokens import together

POSTERS = 8


class Posters:
    """Visitors who keep posting while something is done to the service."""

    def __init__(self, s, name):
        self.s, self.name = s, name
        self.acknowledged, self.unknown = [], []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._post, args=(n,))
                        for n in range(POSTERS)]

    def _post(self, n):
        count = 0
        while not self.over.is_set():
            email = f"{self.name}-{n}-{count}@example.org"
            visitor, sent, count = self.s.visitor(), None, count + 1
            try:
                sent = person(visitor.form(PAGE), email)
                if visitor.post(PAGE, sent).status == 303:
                    self.acknowledged.append(email)
                    continue
            except (OSError, http.client.HTTPException, AssertionError):
                pass
            if sent:
                self.unknown.append((email, sent))

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for t in self.threads:
            t.join()

    def settle(self, enough):
        """Retry what got no good answer; then count what is there."""
        check(len(self.acknowledged) >= enough,
              f"only {len(self.acknowledged)} posts were acknowledged")
        for email, sent in self.unknown:
            answer = Visitor(self.s.port).post(PAGE, sent)
            equal(answer.status, 303, f"the retry for {email}")
        self.s.drained()
        wanted = sorted(self.acknowledged + [e for e, _ in self.unknown])
        got = self.s.sql("SELECT email FROM submission WHERE email LIKE"
                         f" '{self.name}-%' ORDER BY email COLLATE \"C\"")
        lost = set(wanted) - set(got)
        equal(sorted(lost)[:5], [], f"lost of {len(wanted)}")
        equal(len(got), len(wanted), "rows for as many promises")


@scenario("PostgreSQL stopped: pages go on, posts are spooled, then drained",
          stack="faults", short=True)
def away(s):
    visitors = [s.visitor() for _ in range(20)]
    sent = [person(v.form(PAGE), f"away{n}@example.org")
            for n, v in enumerate(visitors)]
    s.cluster("stop", "fast")
    try:
        for _ in range(5):
            equal(s.visitor().get(PAGE).status, 200, "the page meanwhile")
        begun = time.monotonic()
        answers = together(20, lambda n: visitors[n].post(PAGE, sent[n]))
        took = time.monotonic() - begun
        equal({getattr(a, "status", a) for a in answers}, {303}, "statuses")
        check(took < 3, f"20 posts took {took:.1f} s")
        equal(visitors[0].post(PAGE, sent[0]).status, 303, "a replay")
        equal(visitors[1].get(answers[1].header("Location")).status, 200,
              "the thank-you page")
        equal(s.visitor().get("/readyz").status, 200, "ready: it can spool")
        check(s.spool_depth() >= 20, "the spool's depth is told")
        ran = s.piste("check")
        equal(ran.returncode, 1, "piste check without a database")
        contains(ran.stdout + ran.stderr, "spool", "piste check")
    finally:
        s.cluster("start")
    s.drained()
    equal(s.count("submission", "email LIKE 'away%'"), 20, "submissions")
    equal(s.count("submission", "email LIKE 'away%' AND via = 'spool'"), 20,
          "submissions that came by the spool")
    equal(s.count("person", "email LIKE 'away%'"), 20, "persons")
    until(lambda: s.submit("back@example.org").status == 303, 5, "posts")


def lock(s):
    """A psql that keeps submissions to itself until its transaction ends."""
    locker = subprocess.Popen(
        ["psql", s.env["PISTE_DATABASE"], "-XAtq"], env=s.env, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    locker.stdin.write("BEGIN; LOCK TABLE piste.submission IN ACCESS EXCLUSIVE"
                       " MODE; SELECT 'held';\n")
    locker.stdin.flush()
    equal(locker.stdout.readline().strip(), "held", "the lock")
    return locker


@scenario("a slow database: answered within the wait, stored once",
          stack="faults")
def slow(s):
    visitors = [s.visitor() for _ in range(10)]
    sent = [person(v.form(PAGE), f"slow{n}@example.org")
            for n, v in enumerate(visitors)]
    # What wait there is begins when the lock is held.
    locker = lock(s)
    begun = time.monotonic()
    answers = together(10, lambda n: visitors[n].post(PAGE, sent[n]))
    took = time.monotonic() - begun
    equal(s.visitor().get(PAGE).status, 200, "the page meanwhile")
    locker.communicate("COMMIT;\n", timeout=10)
    equal({getattr(a, "status", a) for a in answers}, {303}, "statuses")
    check(took < 2.5, f"the answers took {took:.1f} s")
    s.drained()
    until(lambda: s.count("submission", "email LIKE 'slow%'") == 10, 10,
          "10 submissions")
    time.sleep(0.5)	# a commit given up may still arrive: it must not count
    equal(s.count("submission", "email LIKE 'slow%'"), 10, "submissions")
    equal(s.count("person", "email LIKE 'slow%'"), 10, "persons")


@scenario("kill -9 of workers during posts: nothing lost or doubled",
          stack="faults", short=True)
def killed(s):
    with Posters(s, "killed") as posters:
        for _ in range(6):
            before = len(posters.acknowledged)
            until(lambda: len(posters.acknowledged) > before + 10, 10,
                  "posts are taken")
            victims = until(s.workers, 5, "workers")
            for pid in victims[:1] + s.processes("work"):
                os.kill(pid, signal.SIGKILL)
        # The master takes its workers along and is started again.
        master = until(lambda: s.processes("serve"), 5, "piste serve")[0]
        os.kill(master, signal.SIGKILL)
        until(lambda: master not in (s.processes("serve") or [master]), 10,
              "another piste serve")
        until(lambda: s.visitor().get(PAGE).status == 200, 10, "pages again")
    posters.settle(60)


@scenario("kill -9 while the database comes and goes", stack="faults")
def killed_spooling(s):
    with Posters(s, "chaos") as posters:
        for how in ("fast", "immediate"):
            before = len(posters.acknowledged)
            until(lambda: len(posters.acknowledged) > before + 10, 10,
                  "posts are taken")
            s.cluster("stop", how)
            before = len(posters.acknowledged)
            until(lambda: len(posters.acknowledged) > before + 10, 10,
                  "posts are taken without a database")
            for pid in s.workers():
                os.kill(pid, signal.SIGKILL)
            before = len(posters.acknowledged)
            until(lambda: len(posters.acknowledged) > before + 5, 10,
                  "posts are taken by the workers that follow")
            s.cluster("start")
    posters.settle(40)


@scenario("a torn record is kept aside and stops nobody", stack="faults")
def torn(s):
    s.cluster("stop", "fast")
    try:
        for n in range(3):
            equal(s.submit(f"torn{n}@example.org").status, 303, "status")
        # Whoever held the segment has died in the middle of a write.
        for pid in s.workers():
            os.kill(pid, signal.SIGKILL)
        place = s.env["PISTE_SPOOL"]
        segments = [os.path.join(place, f) for f in os.listdir(place)
                    if os.path.isfile(os.path.join(place, f))
                    and os.path.getsize(os.path.join(place, f)) > 100]
        check(segments, f"segments in {place}: {os.listdir(place)}")
        for path in segments:
            with open(path, "rb") as f:
                beginning = f.read(60)
            with open(path, "ab") as f:
                f.write(beginning)
        until(lambda: len(s.workers()) > 0, 5, "workers")
        equal(s.submit("torn3@example.org").status, 303, "a post afterwards")
    finally:
        s.cluster("start")
    s.drained()
    equal(s.sql("SELECT email FROM submission WHERE email LIKE 'torn%'"
                " ORDER BY email"),
          [f"torn{n}@example.org" for n in range(4)], "submissions")
    aside = [line for line in s.visitor().get("/metrics").text.split("\n")
             if line.startswith("piste_spool_aside ")]
    check(aside and float(aside[0].split()[1]) >= 1, f"kept aside: {aside}")
    contains(s.piste("check").stdout + s.piste("check").stderr, "aside",
             "piste check")
    # Somebody has looked at it.
    aside = os.path.join(place, "aside")
    for name in os.listdir(aside):
        os.remove(os.path.join(aside, name))


@scenario("an unreadable segment stops no other, and is told once",
          stack="faults")
def unreadable(s):
    path = os.path.join(s.env["PISTE_SPOOL"],
                        "0000000000000000-00000000.spool")

    def told():
        said = ""
        for name in s.log_files():
            with open(name, encoding="utf-8", errors="replace") as f:
                said += f.read()
        return said.count("event=spool.unread")
    s.cluster("stop", "fast")
    before = told()
    # As a server leaves it that was once run by root.
    with open(path, "wb") as f:
        os.fchmod(f.fileno(), 0)
    try:
        equal(s.submit("behind@example.org").status, 303, "status")
        s.cluster("start")
        until(lambda: s.count("submission", "email = 'behind@example.org'"),
              15, "what was spooled after it is drained")
        metrics = s.visitor().get("/metrics").text
        contains(metrics, "piste_spool_unread 1\n", "/metrics")
        time.sleep(2.5)	# two more drains
        equal(told() - before, 1, "lines of the log about it")
    finally:
        s.cluster("start")
        os.unlink(path)


@scenario("a stop with a request given up is still clean", stack="hasty")
def given_up(s):
    visitor, answer = s.visitor(), []
    sent = person(visitor.form(PAGE), "givenup@example.org")

    def post():
        try:
            answer.append(visitor.post(PAGE, sent).status)
        except (OSError, http.client.HTTPException):
            pass
    locker = lock(s)
    poster = threading.Thread(target=post)
    try:
        master, *workers = s.processes("serve")
        poster.start()
        until(lambda: s.count("pg_stat_activity", "wait_event_type = 'Lock'"
                              " AND application_name = 'piste-group'"), 5,
              "the post waits for its commit")
        os.kill(master, signal.SIGTERM)
        until(lambda: master not in (s.processes("serve") or [master]), 10,
              "another piste serve")
    finally:
        locker.communicate("COMMIT;\n", timeout=10)
        poster.join()
    equal([status for status in answer if status < 500], [], "the answer")
    ended = []
    for name in s.log_files():
        with open(name, encoding="utf-8", errors="replace") as f:
            ended += [line for line in f if "event=serve.worker-ended" in line]
    equal(len(ended), len(workers), f"the workers that ended: {ended}")
    for line in ended:
        contains(line, "signal=0 status=0", "how it ended")
    until(lambda: s.visitor().get(PAGE).status == 200, 10, "pages again")
    until(lambda: s.count("submission", "email = 'givenup@example.org'") == 1,
          10, "what was given up is stored all the same")


@scenario("a full spool: 503 with the form kept, not a false thank-you",
          stack="small")
def full(s):
    s.cluster("stop", "fast")
    good, refused, kept = [], [], None
    try:
        for n in range(120):
            visitor, email = s.visitor(), f"full{n}@example.org"
            sent = person(visitor.form(PAGE), email, message="m" * 2000)
            answer = visitor.post(PAGE, sent)
            check(answer.status in (303, 503), f"got {answer.status}")
            (good if answer.status == 303 else refused).append((email, sent))
            if answer.status == 503:
                kept = kept or answer
            if len(refused) >= 5:
                break
        check(len(good) >= 5, f"{len(good)} posts fit in the spool")
        check(kept, "a full spool is told")
        back = Form(kept.text)
        equal(back.values["email"], refused[0][0], "the e-mail, back")
        equal(back.values["message"], "m" * 2000, "the message, back")
        check(kept.header("Retry-After"), "Retry-After")
        equal(s.visitor().get(PAGE).status, 200, "the page meanwhile")
    finally:
        s.cluster("start")
    s.drained()
    emails = s.sql("SELECT email FROM submission WHERE email LIKE 'full%'")
    equal(sorted(emails), sorted(e for e, _ in good), "what was promised")
    # The form that came back has a token still good for a retry.
    email, sent = refused[0]
    until(lambda: s.visitor().post(PAGE, sent).status == 303, 5, "a retry")
    # A commit that is slow is on the disk, too.
    s.drained()
    equal(s.count("submission", f"email = '{email}'"), 1, "submissions")


@scenario("a spool that can't be written: 503, and /readyz says so",
          stack="small")
def no_disk(s):
    place, taken = s.env["PISTE_SPOOL"], []

    def refused():
        """A segment that is open already may take some more."""
        visitor, email = s.visitor(), f"nodisk{len(taken)}@example.org"
        answer = visitor.post(PAGE, person(visitor.form(PAGE), email))
        if answer.status == 303:
            taken.append(email)
            return None
        equal(answer.status, 503, "status")
        equal(Form(answer.text).values["email"], email, "the e-mail, back")
        return answer
    s.cluster("stop", "fast")
    os.chmod(place, 0o500)
    try:
        until(refused, 10, "a post is refused")
        until(lambda: s.visitor().get("/readyz").status == 503, 5,
              "not ready: no place to write")
        equal(s.visitor().get("/healthz").status, 200, "alive all the same")
        equal(s.visitor().get(PAGE).status, 200, "the page")
        os.chmod(place, 0o700)
        until(lambda: s.visitor().get("/readyz").status == 200, 5,
              "ready again, with no visitor to try")
    finally:
        os.chmod(place, 0o700)
        s.cluster("start")
    until(lambda: s.submit("disk@example.org").status == 303, 5, "posts")
    until(lambda: s.visitor().get("/readyz").status == 200, 5, "ready again")
    s.drained()
    equal(sorted(s.sql("SELECT email FROM submission WHERE email LIKE"
                       " 'nodisk%'")), sorted(taken), "what was promised")


@scenario("nginx without piste answers 502 with a friendly page",
          stack="small")
def gone(s):
    os.kill(s.run.pid, signal.SIGSTOP)	# nobody starts it again
    try:
        for pid in s.processes("serve"):
            os.kill(pid, signal.SIGKILL)
        for language in ("fr", "en"):
            answer = s.visitor(language=language).get(PAGE)
            equal(answer.status, 502, "status")
            contains(answer.text, f'lang="{language}"', "a page")
            check("nginx" not in answer.text, "it does not name the server")
    finally:
        os.kill(s.run.pid, signal.SIGCONT)
    until(lambda: s.visitor().get(PAGE).status == 200, 10, "pages again")


@scenario("a clean stop ends requests, takes 2 s, and keeps everything",
          stack="small", short=True)
def stop(s):
    serve = s.processes("serve")
    with Posters(s, "stop") as posters:
        until(lambda: len(posters.acknowledged) > 10, 10, "posts are taken")
        begun = time.monotonic()
        os.kill(serve[0], signal.SIGTERM)
        until(lambda: not any(os.path.exists(f"/proc/{p}")
                              and not is_zombie(p) for p in serve), 4,
              "piste serve has ended")
        took = time.monotonic() - begun
    check(took < 2.5, f"piste serve took {took:.1f} s to stop")
    s.stop()
    s.start()
    posters.settle(10)
    everything = list(s._tree())
    took, status = s.stop()
    equal(status, 0, "exit status of an interrupted make run")
    check(took < 8, f"make run took {took:.1f} s to stop")
    until(lambda: not [p for p in everything if os.path.exists(f"/proc/{p}")
                       and not is_zombie(p)], 3, "all its processes ended")
    s.start()
    equal(s.visitor().get(PAGE).status, 200, "the page, started again")


def is_zombie(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii",
                  errors="replace") as f:
            return f.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True
