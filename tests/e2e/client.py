"""A visitor: HTTP as a browser sends it, one cookie jar, forms."""

import html.parser
import http.client
import socket
import urllib.parse

BROWSER = ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
           "Gecko) Chrome/130.0.0.0 Safari/537.36")
SECONDS_MAX = 20


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def all(self, name):
        return [v for k, v in self.headers if k.lower() == name.lower()]

    def header(self, name):
        return (self.all(name) or [""])[0]

    @property
    def text(self):
        return self.body.decode("utf-8")


class Form(html.parser.HTMLParser):
    """The first form that is posted: its values, choices and messages."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.found = self.inside = False
        self.action, self.values, self.boxes = "", {}, {}
        self.attributes, self.messages, self.alerts = {}, {}, []
        self._text_of = self._id = self._select = None
        self._texts = {}
        self.feed(text)
        for name, a in self.attributes.items():
            ids = (a.get("aria-describedby") or "").split()
            said = [self._texts[i].strip() for i in ids if i in self._texts]
            if a.get("aria-invalid") == "true":
                self.messages[name] = " ".join(said)

    def handle_starttag(self, tag, pairs):
        a = dict(pairs)
        if tag == "form" and (a.get("method") or "").lower() == "post":
            self.found = self.inside = True
            self.action = a.get("action") or ""
            self.enctype = a.get("enctype")
        if "id" in a:
            self._texts.setdefault(a["id"], "")
            if tag in ("p", "div", "span", "small"):
                self._id = a["id"]
        if not self.inside or "name" not in a:
            if tag == "option" and self._select:
                if "selected" in a or not self.values[self._select]:
                    self.values[self._select] = a.get("value") or ""
            return
        name = a["name"]
        self.attributes[name] = a
        if tag == "textarea":
            self._text_of = name
            self.values[name] = ""
        elif tag == "select":
            self._select = name
            self.values[name] = ""
        elif a.get("type") == "checkbox":
            self.boxes[name] = "checked" in a
        elif tag == "input":
            self.values[name] = a.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        if tag == "textarea":
            self._text_of = None
        if tag == "select":
            self._select = None
        if tag in ("p", "div", "span", "small"):
            self._id = None

    def handle_data(self, data):
        if self._text_of:
            # The first line end after <textarea> is not content.
            if not self.values[self._text_of] and data.startswith("\n"):
                data = data[1:]
            self.values[self._text_of] += data
        if self._id:
            self._texts[self._id] += data


def multipart(fields, boundary="----piste-test-boundary"):
    parts = b""
    for name, value in fields:
        value = value if isinstance(value, bytes) else value.encode()
        parts += (f"--{boundary}\r\nContent-Disposition: form-data; "
                  f'name="{name}"\r\n\r\n').encode() + value + b"\r\n"
    return (f"multipart/form-data; boundary={boundary}",
            parts + f"--{boundary}--\r\n".encode())


def urlencoded(fields):
    return ("application/x-www-form-urlencoded",
            urllib.parse.urlencode(fields).encode())


def parse_answer(blob):
    """An answer out of the bytes of a closed connection."""
    head, _, body = blob.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    word = lines[0].split()
    status = int(word[1]) if len(word) > 1 and word[1].isdigit() else 0
    headers = [tuple(part.strip() for part in line.split(":", 1))
               for line in lines[1:] if ":" in line]
    return Answer(status, headers, body)


class Visitor:
    def __init__(self, port, agent=BROWSER, language="fr", address=None):
        self.port, self.cookies = port, {}
        self.base = {"User-Agent": agent, "Accept": "text/html,*/*;q=0.8",
                     "Accept-Language": language}
        if address:
            self.base["X-Forwarded-For"] = address

    def request(self, method, path, body=None, headers=None):
        sent = dict(self.base, **(headers or {}))
        if self.cookies and "Cookie" not in sent:
            sent["Cookie"] = "; ".join(
                f"{k}={v}" for k, v in self.cookies.items())
        c = http.client.HTTPConnection("127.0.0.1", self.port,
                                       timeout=SECONDS_MAX)
        try:
            c.request(method, path, body, sent)
            r = c.getresponse()
            a = Answer(r.status, r.getheaders(), r.read())
        finally:
            c.close()
        for line in a.all("Set-Cookie"):
            name, _, value = line.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        return a

    def get(self, path, **headers):
        return self.request("GET", path, None,
                            {k.replace("_", "-"): v
                             for k, v in headers.items()})

    def post(self, path, fields, as_multipart=False, headers=None):
        kind, body = (multipart if as_multipart else urlencoded)(fields)
        return self.request("POST", path, body,
                            dict({"Content-Type": kind}, **(headers or {})))

    def form(self, path):
        answer = self.get(path)
        form = Form(answer.text)
        if answer.status != 200 or not form.found:
            raise AssertionError(f"{path}: {answer.status}, no form")
        return form

    def raw(self, blob, seconds=SECONDS_MAX, finish=True):
        """Send bytes as they are; the whole answer until the other closes."""
        with socket.create_connection(("127.0.0.1", self.port),
                                      timeout=seconds) as s:
            try:
                s.sendall(blob)
                if finish:
                    s.shutdown(socket.SHUT_WR)
            except OSError:
                pass	# refused before all was sent: the answer tells
            got = b""
            try:
                while True:
                    piece = s.recv(65536)
                    if not piece:
                        break
                    got += piece
            except OSError:
                pass
        return parse_answer(got)


def filled(form, boxes=(), **values):
    """What a browser would post: what the form has, then what was typed."""
    typed = dict(form.values)
    typed.update(values)
    pairs = [(k, v) for k, v in typed.items() if v is not None]
    return pairs + [(name, "1") for name in boxes]
