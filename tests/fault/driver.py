"""People who post at a set rate, and the journal of what they were told."""

import http.client
import queue
import random
import threading
import time

from client import Visitor
from stack import PAGE, person

POSTERS = 24
TWIN, AGAIN = 0.1, 0.1	# of the posts: an address once more; a double click
ACKNOWLEDGED, REFUSED, UNKNOWN = "acknowledged", "refused", "unknown"
RETRIES_MAX = 20
RETRY_SECONDS = 0.3


class Entry:
    """A submission somebody wanted to make."""

    def __init__(self, serial, fault, email):
        self.serial, self.fault, self.email = serial, fault, email
        self.sent = None	# the form as posted; None: it never came
        self.answers = []	# of each post of it: (when, seconds, status)
        self.is_over = threading.Event()

    @property
    def told(self):
        statuses = [a[2] for a in self.answers]
        if 303 in statuses:
            return ACKNOWLEDGED
        if statuses and all(400 <= status < 500 for status in statuses):
            return REFUSED
        return UNKNOWN


class Driver:
    def __init__(self, stack, rate, seed, name):
        self.port, self.rate, self.name = stack.port, rate, name
        self.chance = random.Random(seed)
        self.entries, self.fault = [], ""
        self.lock = threading.Lock()
        self.due = queue.Queue()
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._beat, daemon=True)] + \
            [threading.Thread(target=self._poster, daemon=True)
             for _ in range(POSTERS)]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for _ in range(POSTERS):
            self.due.put(None)
        for t in self.threads:
            t.join()

    def _beat(self):
        """The rate is the clock's, not the answers': nobody waits for them.
        Who finds all posters busy comes later, and is not counted."""
        at = time.monotonic()
        while not self.over.is_set():
            at = max(at + 1 / self.rate, time.monotonic() - 1)
            self.over.wait(max(0, at - time.monotonic()))
            with self.lock:
                if self.fault and self.due.qsize() < POSTERS:
                    self.due.put(self._next())

    def _next(self):
        """Under our lock."""
        serial = len(self.entries)
        email = f"{self.name}-{serial}@example.org"
        if self.chance.random() < TWIN and serial:
            email = self.chance.choice(self.entries[-50:]).email
        entry = Entry(serial, self.fault, email)
        self.entries.append(entry)
        return entry, self.chance.random() < AGAIN

    def _poster(self):
        while True:
            due = self.due.get()
            if due is None:
                return
            try:
                self._submit(*due)
            except (OSError, http.client.HTTPException, AssertionError):
                pass	# no form: there is nothing to send
            finally:
                due[0].is_over.set()

    def _submit(self, entry, is_again):
        visitor = Visitor(self.port)
        form = visitor.form(PAGE)
        entry.sent = person(form, entry.email,
                            message=f"{self.name} {entry.serial}")
        for _ in range(1 + is_again):
            self.post(entry, visitor)

    def post(self, entry, visitor=None):
        begun, status = time.monotonic(), 0
        try:
            status = (visitor or Visitor(self.port)).post(
                PAGE, entry.sent).status
        except (OSError, http.client.HTTPException):
            pass
        entry.answers.append((time.monotonic(), time.monotonic() - begun,
                              status))
        return status

    def of(self, fault):
        with self.lock:
            return [e for e in self.entries if e.fault == fault and e.sent]

    def quiet(self):
        """No post is on its way; the next ones are of another fault."""
        with self.lock:
            waited = [e for e in self.entries if e.fault == self.fault]
            self.fault = ""
        for entry in waited:
            entry.is_over.wait()

    def settle(self, fault):
        """Retry, as a person would, what was answered by nothing good."""
        for entry in [e for e in self.of(fault) if e.told == UNKNOWN]:
            for _ in range(RETRIES_MAX):
                if self.post(entry) == 303 or entry.told == REFUSED:
                    break
                time.sleep(RETRY_SECONDS)
