"""FastCGI records by hand, to say what no web server would say."""

import socket
import struct

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6


def record(kind, content=b"", request=1, length=None, padding=0):
    n = len(content) if length is None else length
    return struct.pack("!BBHHBx", 1, kind, request, n, padding) + content


def size(n):
    return bytes([n]) if n < 128 else struct.pack("!I", n | 0x80000000)


def pair(name, value):
    name, value = name.encode(), value.encode()
    return size(len(name)) + size(len(value)) + name + value


def begin(keep=0, role=1):
    return record(BEGIN, struct.pack("!HB5x", role, keep))


def get(path, **more):
    params = {"REQUEST_METHOD": "GET", "REQUEST_URI": path,
              "SCRIPT_NAME": path, "DOCUMENT_URI": path, "QUERY_STRING": "",
              "SERVER_PROTOCOL": "HTTP/1.1", "GATEWAY_INTERFACE": "CGI/1.1",
              "REMOTE_ADDR": "127.0.0.1"}
    params.update(more)
    blob = b"".join(pair(k, v) for k, v in params.items())
    return (begin() + record(PARAMS, blob) + record(PARAMS) +
            record(STDIN))


def talk(path, blob, seconds=3, finish=True):
    """What standard output said to these bytes."""
    got = b""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(seconds)
        s.connect(path)
        try:
            s.sendall(blob)
            if finish:
                s.shutdown(socket.SHUT_WR)
            while True:
                piece = s.recv(65536)
                if not piece:
                    break
                got += piece
        except OSError:
            pass
    said = b""
    while len(got) >= 8:
        _, kind, _, n, padding = struct.unpack("!BBHHBx", got[:8])
        if kind == STDOUT:
            said += got[8:8 + n]
        got = got[8 + n + padding:]
    return said
