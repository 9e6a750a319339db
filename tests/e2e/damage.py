"""Posts damaged on their way: what can be read comes back, and what can't be
is told beside the field it was typed in."""

from check import check, contains, equal, scenario, until
from client import Form, multipart, urlencoded
from stack import PAGE, person

PLAIN = "application/x-www-form-urlencoded"
KIND = "multipart/form-data; boundary="
DAMAGED = {"fr": "abîmée", "en": "damaged"}
LONG = {"fr": "2000", "en": "2000"}
FILE = {"fr": "fichier", "en": "file"}
UNREADABLE = "\ufffd"


def send(visitor, kind, body):
    answer = visitor.request("POST", PAGE, body, {"Content-Type": kind})
    return answer, Form(answer.text)


def without(fields, name):
    return [(n, v) for n, v in fields if n != name]


def blamed(answer, back, name, word, what):
    """One message, beside that very field and in the summary."""
    equal(list(back.messages), [name], f"wrong fields, {what}")
    contains(back.messages[name], word, f"message, {what}")
    contains(answer.text, f'href="#{back.attributes[name]["id"]}"',
             f"the summary leads to the field, {what}")


@scenario("a damaged value comes back as far as it can be read", short=True)
def values(s):
    cases = (
        ("message", b"100%zz%4", 400, "100%zz%4", DAMAGED),
        ("message", b"caf%e9 %C3%A9", 400, f"caf{UNREADABLE} é", DAMAGED),
        ("message", b"raw \xc3\x28", 400, f"raw {UNREADABLE}(", DAMAGED),
        ("company", b"a%00b", 400, f"a{UNREADABLE}b", DAMAGED),
        ("company", b"%3Cb%3E\"'%ff", 400, f"<b>\"'{UNREADABLE}", DAMAGED),
        ("first_name", b"Ana%", 400, "Ana%", DAMAGED),
        ("email", b"ana%4@example.org", 400, "ana%4@example.org", DAMAGED),
        ("message", b"m" * 17000, 413, "m" * 17000, LONG),
    )
    for name, raw, status, shown, words in cases:
        for language, word in words.items():
            visitor = s.visitor(language=language)
            sent = person(visitor.form(PAGE), "kept@example.org")
            body = urlencoded(without(sent, name))[1]
            answer, back = send(visitor, PLAIN, body +
                                b"&%s=" % name.encode() + raw)
            what = f"{name}={raw[:20]!r} in {language}"
            equal(answer.status, status, f"status, {what}")
            equal(back.values[name], shown, f"the value, {what}")
            blamed(answer, back, name, word, what)
            for other, value in without(sent, name):
                if other in ("email", "first_name", "last_name"):
                    equal(back.values[other], value, f"{other}, {what}")


@scenario("so does one of a multipart body, up to where that was cut")
def parts(s):
    visitor = s.visitor()
    sent = person(visitor.form(PAGE), "parts@example.org")
    sent = without(sent, "message") + [("message", b"to the end")]
    kind, whole = multipart(sent)
    head = b'name="company"'
    cases = (
        ("no UTF-8", whole.replace(b"to the end", b"a\xffb"), 400, "message",
         f"a{UNREADABLE}b", DAMAGED),
        ("NUL", whole.replace(b"to the end", b"a\0b"), 400, "message",
         f"a{UNREADABLE}b", DAMAGED),
        ("cut in a value", whole[:whole.index(b" end")], 400, "message",
         "to the", DAMAGED),
        ("cut in the end", whole[:-10], 400, "message", "to the end",
         DAMAGED),
        ("a file", whole.replace(head, head + b'; filename="a.txt"'), 415,
         "company", "", FILE),
    )
    for what, body, status, name, shown, words in cases:
        answer, back = send(visitor, kind, body)
        equal(answer.status, status, f"status, {what}")
        equal(back.values[name], shown, f"the value, {what}")
        equal(back.values["email"], "parts@example.org", f"e-mail, {what}")
        blamed(answer, back, name, words["fr"], what)


@scenario("what nobody asked for may be damaged too: nothing is blamed for it")
def unknown(s):
    visitor = s.visitor()
    form = visitor.form(PAGE)
    body = urlencoded(person(form, "unknown@example.org"))[1]
    for more, status in ((b"&utm=%zz", 400), (b"&%zz=1", 400),
                         (b"&%ff=1", 400), (b"&x=%00", 400),
                         (b"&" + b"n" * 65 + b"=1", 413),
                         (b"&x=" + b"x" * 16385, 413)):
        answer, back = send(visitor, PLAIN, body + more)
        equal(answer.status, status, f"status, {more[:20]!r}")
        equal(back.messages, {}, f"wrong fields, {more[:20]!r}")
        equal(back.values["email"], "unknown@example.org", "the e-mail")
        contains(answer.text, 'role="alert"', "a notice")


@scenario("two answers to one question come back both; lines as one line")
def repeated(s):
    for language, single, line in (("fr", "une seule réponse", "seule ligne"),
                                   ("en", "single answer", "single line")):
        visitor = s.visitor(language=language)
        form = visitor.form(PAGE)
        answer = visitor.post(PAGE, person(form, "one@example.org") +
                              [("email", "two@example.org")])
        back = Form(answer.text)
        equal(answer.status, 422, "two e-mails")
        equal(back.values["email"], "one@example.org, two@example.org",
              "both e-mails")
        blamed(answer, back, "email", single, "two e-mails")
        answer = visitor.post(PAGE, person(form, "one@example.org",
                                           company="Ici\r\nBcc: x\x1b"))
        back = Form(answer.text)
        equal(answer.status, 422, "two lines")
        equal(back.values["company"], f"Ici  Bcc: x{UNREADABLE}", "the lines")
        blamed(answer, back, "company", line, "two lines")


@scenario("a multipart body may have a preamble and an epilogue", short=True)
def around(s):
    for n, (before, after) in enumerate(((b"\r\n", b""), (b"", b"\r\n"),
                                         (b"This is MIME.\r\n", b"The end."),
                                         (b"x" * 9000 + b"\r\n",
                                          b"\0\xff" * 4500))):
        visitor, email = s.visitor(), f"around{n}@example.org"
        kind, body = multipart(person(visitor.form(PAGE), email))
        answer, _ = send(visitor, kind, before + body + after)
        equal(answer.status, 303, f"status with {before[:9]!r}")
        equal(s.count("submission", f"email = '{email}'"), 1, "submissions")


@scenario("multipart without a boundary is known, and can't be read")
def boundary(s):
    visitor = s.visitor()
    sent = person(visitor.form(PAGE), "boundary@example.org")
    for kind in ("multipart/form-data", KIND, KIND + '""', KIND + '"',
                 KIND + "a; boundary=b", KIND + "a@b"):
        answer, back = send(visitor, kind, multipart(sent, "")[1])
        equal(answer.status, 400, kind)
        contains(answer.text, "incomplet ou abîmé", kind)
        check(back.found, f"a form for {kind}")


@scenario("a wrong value of a hidden field is told, and can be left behind")
def hidden(s):
    before = s.export()
    site = s.export()
    page = [p for p in site["pages"] if PAGE.endswith("/" + p["key"])][0]
    form = [f for f in site["forms"] if f["key"] == page["form"]][0]
    form["fields"].append({"name": "ref", "kind": "hidden", "max": 5})
    equal(s.apply(site).returncode, 0, "apply with a hidden field")

    def asks():
        return "ref" in s.visitor().form(PAGE).values
    try:
        until(asks, 5, "the field is served")
        for language, word in (("fr", "retirée"), ("en", "removed")):
            email = f"hidden-{language}@example.org"
            visitor = s.visitor(language=language)
            sent = person(visitor.form(PAGE), email, ref="too long")
            answer = visitor.post(PAGE, sent)
            back = Form(answer.text)
            equal(answer.status, 422, "status")
            equal(back.messages, {}, "fields that are seen")
            summary = answer.text.split('class="summary"')[1]
            contains(summary.split("</div>")[0], word, "the summary")
            equal(back.values["email"], email, "the e-mail, back")
            again = visitor.post(PAGE, person(back, email))
            equal(again.status, 303, "sent again")
    finally:
        equal(s.apply(before).returncode, 0, "apply of what was there")
    until(lambda: not asks(), 5, "the field is gone")
