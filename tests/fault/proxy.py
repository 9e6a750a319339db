"""A proxy of our own in the place of PostgreSQL's socket: late, silent,
resetting, or losing the reply to what was committed."""

import os
import socket
import threading
import time

PASS, LATE, SILENT, RESET, LOSE = "pass", "late", "silent", "reset", "lose"
LATE_SECONDS = 2
READY_FOR_QUERY = b"Z\0\0\0\5I"	# the transaction is over
PIECE = 65536


class Proxy:
    """Where PostgreSQL listens now is `behind`; we listen where it did."""

    def __init__(self, directory):
        self.place = os.path.join(directory, ".s.PGSQL.5432")
        self.behind = os.path.join(directory, ".s.PGSQL.5433")
        self.mode, self.pairs = PASS, []
        self.lock = threading.Lock()
        self.lost = 0	# replies

    def begin(self):
        os.rename(self.place, self.behind)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.place)
        os.chmod(self.place, 0o777)
        self.listener.listen(64)
        threading.Thread(target=self._accept, args=(self.listener,),
                         daemon=True).start()

    def end(self):
        """Everybody has to come again, to PostgreSQL itself."""
        os.rename(self.behind, self.place)
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.mode = PASS
        self.reset()

    def reset(self):
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for s in pair:
                close(s)

    def _accept(self, listener):
        while True:
            try:
                client = listener.accept()[0]
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                if self.mode == RESET:
                    raise OSError("reset")
                server.connect(self.behind)
            except OSError:
                close(client)
                close(server)
                continue
            with self.lock:
                self.pairs.append((client, server))
            for one, other, is_reply in ((client, server, False),
                                         (server, client, True)):
                threading.Thread(target=self._carry, daemon=True,
                                 args=(one, other, is_reply)).start()

    def _carry(self, source, target, is_reply):
        try:
            while True:
                piece = source.recv(PIECE)
                if not piece:
                    break
                while self.mode == SILENT:
                    time.sleep(0.05)
                if self.mode == LATE and is_reply:
                    time.sleep(LATE_SECONDS)
                if self.mode == LOSE and is_reply and \
                        READY_FOR_QUERY in piece and b"D" in piece:
                    self.lost += 1
                    break
                target.sendall(piece)
        except OSError:
            pass
        close(source)
        close(target)


def close(s):
    try:
        s.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    s.close()
