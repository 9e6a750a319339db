"""What visitors, robots and broken clients send by mistake or malice."""

import json
import os
import socket

import fastcgi
from check import check, contains, equal, scenario, until
from client import Form, multipart, parse_answer, urlencoded
from stack import PAGE, person

# AddressSanitizer's shadow is most of the first; a post is 100 KB.
MEMORY_KB_MAX = 64 * 1024
GROWTH_KB_MAX = 2 * 1024


def serving(s):
    equal(s.visitor().get(PAGE).status, 200, "the page afterwards")


def resident_kb(s):
    """What is theirs alone: pages of files are shared with other stacks'."""
    total = 0
    for pid in s.processes("serve"):
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
            total += sum(int(line.split()[1]) for line in f
                         if line.startswith("Pss_Anon:"))
    return total


@scenario("wrong fields come back with 422, values and one message each",
          short=True)
def messages(s):
    cases = (
        ("email", {"email": ""}, {"fr": "e-mail", "en": "e-mail"}),
        ("email", {"email": "ana@"}, {"fr": "e-mail", "en": "e-mail"}),
        ("first_name", {"first_name": " \t"}, {"fr": "", "en": ""}),
        ("last_name", {"last_name": "x" * 300}, {"fr": "", "en": ""}),
        ("phone", {"phone": "0612"}, {"fr": "téléphone", "en": "phone"}),
        ("postcode", {"postcode": "ABCDEF!"}, {"fr": "postal",
                                               "en": "postcode"}),
        ("first_name", {"first_name": "Ana\r\nBcc: x@y.example"},
         {"fr": "", "en": ""}),
        ("message", {"message": "x" * 2001}, {"fr": "2000", "en": "2000"}),
    )
    for name, wrong, words in cases:
        for language, word in words.items():
            visitor = s.visitor(language=language)
            form = visitor.form(PAGE)
            values = dict({"email": "kept@example.org",
                           "company": "Gardée & Cie"}, **wrong)
            answer = visitor.post(PAGE, person(form, values.pop("email"),
                                               **values))
            what = f"{wrong!r:.60} in {language}"
            equal(answer.status, 422, f"status of {what}")
            back = Form(answer.text)
            equal(list(back.messages), [name], f"wrong fields of {what}")
            check(back.messages[name], f"a message for {what}")
            contains(back.messages[name].lower(), word.lower(),
                     f"message for {what}")
            equal(back.values["company"], "Gardée & Cie", f"kept, {what}")
            contains(answer.text, f'href="#{back.attributes[name]["id"]}"',
                     f"the summary leads to the field, {what}")
            contains(answer.text, f'<html lang="{language}"', "language")
    equal(s.count("submission", "fields->>'company' = 'Gardée & Cie'"), 0,
          "stored")
    serving(s)


@scenario("ticked boxes and long texts come back as they were")
def kept(s):
    visitor = s.visitor()
    form = visitor.form(PAGE)
    answer = visitor.post(PAGE, person(form, "bad", ("consent.news-email",),
                                       message="é\n" * 900))
    back = Form(answer.text)
    equal(answer.status, 422, "status")
    equal((back.boxes["consent.news-email"],
           back.boxes["consent.contact-phone"]), (True, False), "boxes")
    equal(back.values["message"].replace("\r\n", "\n").strip(),
          ("é\n" * 900).strip(), "message")


@scenario("missing, duplicate and unknown fields", short=True)
def fields(s):
    visitor = s.visitor()
    form = visitor.form(PAGE)
    token = [("piste_token", form.values["piste_token"])]
    answer = visitor.post(PAGE, token)
    equal(answer.status, 422, "nothing but the token")
    equal(sorted(Form(answer.text).messages),
          ["email", "first_name", "last_name"], "wrong fields")
    answer = visitor.post(PAGE, person(form, "one@example.org") +
                          [("email", "two@example.org")])
    equal(answer.status, 422, "two e-mails")
    equal(list(Form(answer.text).messages), ["email"], "wrong fields")
    answer = visitor.post(PAGE, person(form, "more@example.org") +
                          [("role", "admin"), ("fields", "x"), ("id", "1")])
    equal(answer.status, 303, "fields nobody asked for")
    equal(s.one("SELECT fields ?| array['role', 'id', 'fields'] FROM"
                " submission WHERE email = 'more@example.org'"), "f",
          "they are stored")


@scenario("bodies that can't be read get their status and a page",
          short=True)
def bodies(s):
    visitor = s.visitor()
    form = visitor.form(PAGE)
    good = person(form, "body@example.org")
    kind, parts = multipart(good)
    plain, text = urlencoded(good)
    file_part = parts.replace(b'name="company"',
                              b'name="company"; filename="a.txt"')
    cases = (
        ("broken escape", plain, text + b"&message=%zz", 400),
        ("cut escape", plain, text + b"&message=%4", 400),
        ("no UTF-8", plain, text + b"&message=%ff%fe", 400),
        ("no UTF-8, raw", plain, text + b"&message=\xc3\x28", 400),
        ("NUL", plain, text + b"&message=a%00b", 400),
        ("101 fields", plain, text + b"&x=1" * 101, 413),
        ("long name", plain, text + b"&" + b"n" * 65 + b"=1", 413),
        ("long value", plain, text + b"&message=" + b"m" * 17000, 413),
        ("no end", kind, parts[:-30], 400),
        ("no parts", kind, b"", 400),
        ("no boundary", "multipart/form-data", parts, 400),
        ("10,000 parts", kind, multipart([("x", "")] * 10000)[1][:130000],
         413),
        ("a file", kind, file_part, 415),
        ("JSON", "application/json", b'{"email":"a@b.example"}', 415),
        ("no type", "", text, 415),
        ("odd type", "text/\u00e9; \"", text, 415),
    )
    for name, content_type, body, status in cases:
        answer = visitor.request("POST", PAGE, body,
                                 {"Content-Type": content_type.encode()})
        equal(answer.status, status, f"status, {name}")
        contains(answer.header("Content-Type"), "text/html", f"type, {name}")
        contains(answer.text, "</html>", f"a page, {name}")
    equal(s.count("submission", "email = 'body@example.org'"), 0, "stored")
    # What was understood comes back.
    answer = visitor.request("POST", PAGE, text + b"&message=%zz",
                             {"Content-Type": plain})
    equal(Form(answer.text).values["email"], "body@example.org",
          "a value, back after a broken body")
    serving(s)


@scenario("lengths that are missing, negative, huge or lies", short=True)
def lengths(s):
    visitor = s.visitor()
    _, body = urlencoded(person(visitor.form(PAGE), "length@example.org"))

    def post(length, content=body, more=b""):
        return (b"POST " + PAGE.encode() + b" HTTP/1.1\r\nHost: x\r\n"
                b"Connection: close\r\nUser-Agent: Mozilla/5.0\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\n" +
                (b"Content-Length: " + length + b"\r\n" if length else b"") +
                more + b"\r\n" + content)
    n = str(len(body)).encode()
    cases = (
        ("missing", post(b""), (400, 411)),
        ("negative", post(b"-1"), (400,)),
        ("no number", post(b"1x"), (400,)),
        ("two", post(n, more=b"Content-Length: 3\r\n"), (400,)),
        ("huge", post(b"99999999999"), (413,)),
        ("beyond all", post(b"9" * 40), (400, 413)),
        ("over the limit", post(b"131073", b"x" * 131073), (413,)),
        ("too long, cut", post(str(len(body) + 50).encode()), (0, 400)),
        ("too short", post(b"20"), (400, 422)),
        ("chunked nonsense", post(b"", b"zz\r\n",
                                  b"Transfer-Encoding: chunked\r\n"), (400,)),
    )
    for name, blob, statuses in cases:
        answer = visitor.raw(blob)
        check(answer.status in statuses,
              f"{name}: got {answer.status}, wanted one of {statuses}")
    answer = visitor.raw(post(n))
    equal(answer.status, 303, "the truth")
    serving(s)


@scenario("a body at the limit is taken, one byte more is not")
def limit(s):
    visitor = s.visitor()
    _, body = urlencoded(person(visitor.form(PAGE), "limit@example.org"))
    for over, status in ((0, 303), (1, 413)):
        pad = 131072 + over - len(body)
        # Fields nobody asked for, each within its own limits.
        more = b"".join(b"&pad%d=" % n + b"x" * 15000 for n in range(8))
        more += b"&last=" + b"x" * (pad - len(more) - 6)
        answer = visitor.request(
            "POST", PAGE, body + more,
            {"Content-Type": "application/x-www-form-urlencoded"})
        equal(answer.status, status, f"{len(body + more)} bytes")


@scenario("query strings and cookies of 8 KB and over", short=True)
def long_heads(s):
    visitor = s.visitor()
    for size, statuses in ((8100, (200, 414)), (8300, (414,)),
                           (200000, (414, 400))):
        answer = visitor.get(PAGE + "?q=" + "a" * size)
        check(answer.status in statuses,
              f"query of {size}: got {answer.status}")
    for size, statuses in ((4000, (200,)), (8100, (200, 400, 431)),
                           (9000, (400, 431)), (100000, (400, 431))):
        answer = visitor.get(PAGE, Cookie="a=" + "b" * size)
        check(answer.status in statuses,
              f"cookie of {size}: got {answer.status}")
    many = "; ".join(f"c{n}=v{n}" for n in range(500))
    equal(visitor.get(PAGE, Cookie=many).status, 200, "500 cookies")
    equal(visitor.get(PAGE, X_Big="h" * 7000).status, 200, "a long header")
    serving(s)


@scenario("odd queries never refuse a page; odd paths get 400 or 404")
def odd_urls(s):
    visitor = s.visitor()
    for query in ("?lang=xx", "?lang=%zz", "?%", "?&&&==", "?lang=fr&lang=en",
                  "?utm_source=%ff", "?utm_source=" + "%C3%A9" * 300,
                  "?variant=b", "?utm_source=a%0d%0aX:1"):
        equal(visitor.get(PAGE + query).status, 200, query[:40])
    for path in ("/p/%zz", "/p/%00", "/p/livre-blanc%00", "/p/..%2f..%2fetc",
                 "/p/" + "x" * 900, "/p/", "/p/livre-blanc/", "/p/a/b/c",
                 "/%ff", "//p/livre-blanc", "/p/LIVRE-BLANC",
                 "/static/../nginx.conf", "/static/%2e%2e/%2e%2e/env",
                 "/assets/livre-blanc.pdf", "/.git/config"):
        status = visitor.raw(
            f"GET {path} HTTP/1.0\r\nUser-Agent: Mozilla/5.0\r\n\r\n"
            .encode()).status
        check(status in (400, 403, 404), f"{path[:40]}: got {status}")


@scenario("methods: HEAD has no body, others are refused")
def methods(s):
    visitor = s.visitor()
    head = visitor.request("HEAD", PAGE)
    equal((head.status, head.body), (200, b""), "HEAD")
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "BREW"):
        status = visitor.request(method, PAGE).status
        check(status in (403, 405, 501), f"{method}: got {status}")
    answer = visitor.request("POST", PAGE + "/thanks", b"",
                             {"Content-Length": "0"})
    equal(answer.status, 405, "POST to the thank-you page")
    contains(answer.header("Allow"), "GET", "Allow")


@scenario("a single-line value is logged on one line, without particulars")
def logs(s):
    visitor = s.visitor(agent="Mozilla/5.0 odd\tagent \x7f")
    form = visitor.form(PAGE + "?utm_source=a%0Afake%20line=1")
    visitor.post(PAGE, person(form, "secret-person@example.org"))
    answer = visitor.get(PAGE + "?x=%0d%0aevent=forged")
    equal(answer.status, 200, "status")
    texts = s.log_files()
    for path in texts:
        with open(path, encoding="utf-8", errors="replace") as f:
            said = f.read()
        check("\nfake line" not in said and "\nevent=forged" not in said,
              f"one line an event in {path}")
        check("secret-person" not in said, f"no particulars in {path}")
    check(len(texts) > 2, f"there are logs: {texts}")


@scenario("every line of the access log is JSON, whatever was sent")
def access_log(s):
    path = [p for p in s.log_files() if p.endswith("access.log")][0]
    for blob in (b"GET /p/n1 HTTP/1.0\r\nUser-Agent: caf\xe9 \xff\r\n\r\n",
                 b"GET /p/n2\xff?x HTTP/1.0\r\nUser-Agent: a\"b\\c\r\n\r\n",
                 b"GET /p/n3 HTTP/1.0\r\nHost: h\xe9.example\r\n\r\n",
                 b"GET /p/n4?q HTTP/1.0\r\nUser-Agent: \xc3\xa9\r\n\r\n"):
        s.visitor().raw(blob)

    def lines():
        with open(path, "rb") as f:
            said = f.read()
        # Each of nginx's processes writes when its own buffer is due.
        is_there = all(b'"/p/n%d"' % n in said for n in (1, 2, 3, 4))
        return said.split(b"\n")[:-1] if is_there else None
    rows = {row["path"]: row for row in
            (json.loads(line.decode("utf-8"))
             for line in until(lines, 5, "the log is written"))}
    equal([rows[f"/p/n{n}"]["agent"] for n in (1, 2, 3, 4)],
          ["caf", 'a"b\\c', "-", "-"], "the agents")


@scenario("FastCGI records that are cut short, odd or hostile", short=True)
def records(s):
    path = s.env["PISTE_LISTEN"]
    whole = fastcgi.get(PAGE)
    answer = parse_answer(b"HTTP/1.1 200 " + fastcgi.talk(path, whole))
    contains(answer.text, "</html>", "a page by hand")
    params = fastcgi.begin() + fastcgi.record(
        fastcgi.PARAMS, fastcgi.pair("REQUEST_METHOD", "GET"))
    hostile = (
        b"", b"\0", whole[:4], whole[:8], whole[:20], whole[:-8],
        whole[:len(whole) // 2], b"GET / HTTP/1.0\r\n\r\n", os.urandom(4096),
        b"\x02" + whole[1:], fastcgi.begin(role=9),
        fastcgi.record(fastcgi.PARAMS, b"x" * 50, length=60000), params,
        params + fastcgi.record(fastcgi.PARAMS) + fastcgi.record(
            fastcgi.STDIN, b"abc", length=3),
        fastcgi.begin() + fastcgi.record(
            fastcgi.PARAMS, b"\xff\xff\xff\xff\xff\xff\xff\xff"),
        fastcgi.begin() + fastcgi.record(
            fastcgi.PARAMS, fastcgi.size(0x7fffffff) + b"\x01ab"),
        fastcgi.record(99, b"what", 7), fastcgi.record(2, b"", 1),
        fastcgi.begin() + fastcgi.begin(),
        fastcgi.get(PAGE, CONTENT_LENGTH="-1", REQUEST_METHOD="POST"),
        fastcgi.get(PAGE, CONTENT_LENGTH="99999999999999999999",
                    REQUEST_METHOD="POST"),
        fastcgi.get(PAGE, CONTENT_LENGTH="500", REQUEST_METHOD="POST"),
        fastcgi.get("p/no-slash"), fastcgi.get("/p/%zz"), fastcgi.get(""),
        fastcgi.get(PAGE, REQUEST_METHOD=""),
        fastcgi.get(PAGE, **{f"HTTP_X{n}": "y" for n in range(400)}),
        fastcgi.get(PAGE, HTTP_COOKIE="c" * 60000),
    )
    for blob in hostile:
        fastcgi.talk(path, blob, seconds=2)
        equal(s.visitor().get(PAGE).status, 200,
              f"the page after {blob[:24]!r}…")


@scenario("half-open FastCGI requests don't starve the others", short=True)
def half_open(s):
    path, open_ones = s.env["PISTE_LISTEN"], []
    try:
        for _ in range(200):
            c = socket.socket(socket.AF_UNIX)
            c.settimeout(5)
            c.connect(path)
            c.sendall(fastcgi.begin() + b"\x01\x04\x00")
            open_ones.append(c)
        for _ in range(20):
            serving(s)
    finally:
        for c in open_ones:
            c.close()


@scenario("memory stays bounded under hostile bodies", stack="lean")
def memory(s):
    visitor, workers = s.visitor(), s.workers()
    kind, parts = multipart([(f"f{n}", "x" * 1200) for n in range(95)])
    plain = "application/x-www-form-urlencoded"
    bodies = ((kind, parts), (plain, b"a=%61" * 20000),
              (plain, b"message=" + b"%ff\xff" * 30000),
              (kind, b"x" * 100000 + b"\r\n" + parts[:20000]))
    held = []
    for _ in range(3):
        for _ in range(20):
            for content_type, body in bodies:
                visitor.request("POST", PAGE, body,
                                {"Content-Type": content_type})
        held.append(resident_kb(s))
    check(held[-1] < MEMORY_KB_MAX, f"piste serve holds {held} KB")
    check(held[-1] - held[0] < GROWTH_KB_MAX, f"it grows: {held} KB")
    equal(s.workers(), workers, "the workers")
