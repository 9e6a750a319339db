"""A mail server for tests: what it answers is written in the recipient's
local part, so that one server plays all of them at once.  With certificate and
key (of 127.0.0.1) it talks TLS, from the first byte or after STARTTLS."""

import socket
import ssl
import threading

# Refused whenever they come.
REFUSED = {"unknown": "550 5.1.1 No such user", "denied":
           "550 5.7.1 Relaying denied"}
# Trouble the first time only; then as everybody.
ONCE = {"grey", "hang", "drop", "hold"}


class Sink:
    def __init__(self, certificate=None, is_tls=False):
        """certificate: paths of a PEM file and its key."""
        self.tls, self.is_tls, self.clear = None, is_tls, []
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*certificate)
        self.mails, self.troubled, self.greetings = [], set(), 0
        self.lock = threading.Lock()
        self.held, self.release = threading.Event(), threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = "smtp%s://127.0.0.1:%d" % (
            "s" if is_tls else "", self.server.getsockname()[1])
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
        try:
            if self.is_tls:
                peer = self.tls.wrap_socket(peer, server_side=True)
            peer.sendall(b"220 sink\r\n")
            while self._converse(peer):
                peer = self.tls.wrap_socket(peer, server_side=True)
        except OSError:
            pass
        finally:
            peer.close()

    def _converse(self, peer):
        """True when both sides turn to TLS now."""
        def say(text):
            peer.sendall(text.encode() + b"\r\n")
        may_turn = self.tls and not isinstance(peer, ssl.SSLSocket)
        with peer.makefile("rb") as lines:
            return self._commands(lines, say, may_turn)

    def _commands(self, lines, say, may_turn):
        rcpt = trouble = None
        for line in lines:
            word = line[:4].upper()
            if may_turn:
                self.clear.append(word)
            if word == b"EHLO":
                with self.lock:
                    self.greetings += 1
                say("250-sink\r\n" + "250-STARTTLS\r\n" * bool(may_turn) +
                    "250 SIZE 1000000")
            elif word == b"STAR" and may_turn:
                say("220 Go ahead")
                return True
            elif word == b"RCPT":
                rcpt = line.split(b"<")[1].split(b">")[0].decode()
                trouble = self._trouble(rcpt)
                if trouble == "hang":
                    lines.read()
                    return False
                say(REFUSED.get(rcpt.split("@")[0]) or
                    ("451 4.7.1 Come back" if trouble == "grey" else
                     "250 Fine"))
            elif word == b"DATA":
                say("354 Go")
                if not self._data(lines, say, rcpt, trouble):
                    return False
            elif word == b"QUIT":
                say("221 Bye")
                return False
            else:
                say("250 Fine")
        return False

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
