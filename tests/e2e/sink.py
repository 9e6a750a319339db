"""A mail server for tests: what it answers is written in the recipient's
local part, so that one server plays all of them at once."""

import socket
import threading

# Refused whenever they come.
REFUSED = {"unknown": "550 5.1.1 No such user", "denied":
           "550 5.7.1 Relaying denied"}
# Trouble the first time only; then as everybody.
ONCE = {"grey", "hang", "drop", "hold"}


class Sink:
    def __init__(self):
        self.mails, self.troubled, self.greetings = [], set(), 0
        self.lock = threading.Lock()
        self.held, self.release = threading.Event(), threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = "smtp://127.0.0.1:%d" % self.server.getsockname()[1]
        self.is_serving = False

    def serve(self):
        """Begin, once: a process has not the threads of the one it was forked
        from, and only this one is to see the mails."""
        if not self.is_serving:
            self.is_serving = True
            threading.Thread(target=self._accept, daemon=True).start()

    def to(self, address):
        """The messages that came for an address."""
        with self.lock:
            return [m for rcpt, m in self.mails if rcpt == address]

    def _accept(self):
        while True:
            peer, _ = self.server.accept()
            threading.Thread(target=self._talk, args=(peer,),
                             daemon=True).start()

    def _trouble(self, rcpt):
        """What is to go wrong with this mail, if anything."""
        word = rcpt.split("@")[0].split(".")[0]
        with self.lock:
            if word not in ONCE or rcpt in self.troubled:
                return None
            self.troubled.add(rcpt)
            return word

    def _talk(self, peer):
        with peer, peer.makefile("rb") as lines:
            def say(text):
                peer.sendall(text.encode() + b"\r\n")
            try:
                say("220 sink")
                self._commands(lines, say)
            except OSError:
                pass

    def _commands(self, lines, say):
        rcpt = trouble = None
        for line in lines:
            word = line[:4].upper()
            if word == b"EHLO":
                with self.lock:
                    self.greetings += 1
                say("250-sink\r\n250 SIZE 1000000")
            elif word == b"RCPT":
                rcpt = line.split(b"<")[1].split(b">")[0].decode()
                trouble = self._trouble(rcpt)
                if trouble == "hang":
                    lines.read()
                    return
                say(REFUSED.get(rcpt.split("@")[0]) or
                    ("451 4.7.1 Come back" if trouble == "grey" else
                     "250 Fine"))
            elif word == b"DATA":
                say("354 Go")
                if not self._data(lines, say, rcpt, trouble):
                    return
            elif word == b"QUIT":
                say("221 Bye")
                return
            else:
                say("250 Fine")

    def _data(self, lines, say, rcpt, trouble):
        """False when the peer is to be left without an answer."""
        message = b""
        for line in lines:
            if line == b".\r\n":
                break
            message += line
        else:
            return False
        if rcpt.startswith("spam"):
            say("554 5.6.0 Not with these words")
            return True
        with self.lock:
            self.mails.append((rcpt, message))
        if trouble == "hold":
            self.held.set()
            self.release.wait(30)
        if trouble == "drop":
            return False
        say("250 2.0.0 Taken")
        return True
