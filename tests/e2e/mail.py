"""Documents and confirmations by mail: the links, their pages, a mail server
that misbehaves, and workers that are killed."""

import base64
import email
import email.policy
import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import time

import experiments
from check import check, contains, equal, scenario, until
from client import Form, filled
from sink import Sink
from stack import AS, STOP_SECONDS

SINK = Sink()
MAILED = {"smtp_url": SINK.url, "smtp_starttls": "no",
          "smtp_timeout_ms": "1000", "mail_from": "us@example.org",
          "mail_name": "Nous"}
LABEL = {"fr": "Texte", "en": "Text"}
CONSENT = {"key": "lettre", "purpose": "newsletter", "channel": "email",
           "recipient": "us", "version": 1, "confirm": True,
           "text": {"fr": "La lettre.", "en": "The letter."}}
PHONE = dict(CONSENT, key="appel", channel="phone", confirm=False)


def page(s, key, delivery, consents=(), brand=None):
    """A page of that key, with a form and the demo's document."""
    if s.settings.get("smtp_url") == SINK.url:
        SINK.serve()
    form = {"key": key, "country": "FR", "asset_delivery": delivery,
            "fields": [{"name": "email", "kind": "email", "required": True,
                        "label": LABEL},
                       {"name": "name", "kind": "name", "label": LABEL}],
            "consents": [c["key"] for c in consents]}
    shown = experiments.page(key, "a", form=key, asset="livre-blanc.pdf")
    if brand:
        shown["variants"][0]["parts"]["brand"] = dict.fromkeys(("fr", "en"),
                                                               brand)
    ran = s.apply({"consents": list(consents), "forms": [form],
                   "pages": [shown]})
    equal(ran.returncode, 0, f"apply: {ran.stderr}")
    until(lambda: s.visitor().get(f"/p/{key}").status == 200, 10,
          "the page is there")


def submit(s, key, address, boxes=(), language="fr", **values):
    """The thank-you page."""
    visitor = s.visitor(language=language)
    form = visitor.form(f"/p/{key}")
    answer = visitor.post(f"/p/{key}", filled(form, boxes, email=address,
                                              **values))
    equal(answer.status, 303, "the post")
    return visitor.get(answer.header("Location"))


def caught(s, address):
    """Mails in the directory make run names, to one address."""
    place, found = os.path.join(s.env["PISTE_MAIL_CAUGHT"], "new"), []
    for name in os.listdir(place) if os.path.isdir(place) else ():
        with open(os.path.join(place, name), "rb") as f:
            message = parse(f.read())
        if message["To"].addresses[0].addr_spec == address:
            found.append(message)
    return found


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def await_caught(s, address, count=1):
    return until(lambda: (lambda m: m if len(m) == count else None)(
        caught(s, address)), 10, f"{count} mails to {address}")


def text_of(message):
    return message.get_body(("plain",)).get_content()


def link_of(message, kind):
    found = re.search(rf"https?://[^/\s]+(/{kind}/\S+)", text_of(message))
    check(found, f"no /{kind}/ link in {text_of(message)!r}")
    return found.group(1)


def asset_of(answer):
    found = re.search(r'href="(/a/[^"]+)"', answer.text)
    check(found, "no link to the document")
    return found.group(1)


def said(s, address):
    return s.sql("SELECT what FROM consent AS c JOIN submission AS s ON"
                 f" s.id = c.submission_id WHERE s.email = '{address}'"
                 " ORDER BY c.seq")


def expired(s, path):
    """The same link, its time over, sealed as the server does."""
    payload = base64.urlsafe_b64decode(path[3:] + "==")[:-32]
    payload = b"1 " + payload.split(b" ", 1)[1]
    with open(os.path.join(s.env["PISTE_STATE"], "secret.key"), "rb") as f:
        seal = hmac.new(f.read(), b"confirm\0" + payload, hashlib.sha256)
    return path[:3] + base64.urlsafe_b64encode(
        payload + seal.digest()).rstrip(b"=").decode()


@scenario("double opt-in: post, mail, button, document, proof", short=True)
def opt_in(s):
    page(s, "optin", "confirmed", [CONSENT])
    ana = "ana.optin@example.org"
    thanks = submit(s, "optin", ana, ["consent.lettre"],
                    name="Evil <b>Ana</b>")
    check("/a/" not in thanks.text, "no document before it is confirmed")
    contains(thanks.text, "suivez son lien", "thanks")
    message = await_caught(s, ana)[0]
    check("Evil" not in message.as_string(),
          "nothing a visitor typed is in the mail")
    equal(message["Auto-Submitted"], "auto-generated", "Auto-Submitted")
    equal(message["List-Unsubscribe"], None, "of a service mail")
    path = link_of(message, "c")
    contains(message.get_body(("html",)).get_content(), path, "HTML")

    visitor = s.visitor()
    for method in ("HEAD", "GET", "GET"):
        equal(visitor.request(method, path).status, 200, method)
    shown = Form(visitor.get(path).text)
    equal((shown.action, shown.values), (path, {}), "one button")
    equal(said(s, ana), ["given"], "a GET changes nothing")
    done = visitor.post(path, [])
    equal(done.status, 200, "the button")
    contains(done.text, "confirmé, merci", "its page")
    equal(said(s, ana), ["given", "confirmed"], "proof")
    paper = visitor.get(asset_of(done))
    equal((paper.status, paper.body[:5]), (200, b"%PDF-"), "the document")
    again = s.visitor(language="en").post(path, [])
    equal(again.status, 200, "the button again")
    contains(again.text, "déjà confirmé", "in the mail's language")
    check(asset_of(again), "with the document")
    equal(said(s, ana), ["given", "confirmed"], "once")
    steps = json.loads(s.piste("delivery", "optin", "--json").stdout)
    equal(steps, {"page": "optin", "submitted": 1, "to_confirm": 1,
                  "confirm_sent": 1, "opened": 1, "confirmed": 1,
                  "asset_sent": 0, "fetched": 1, "dropped": 0, "refused": 0},
          "steps")

    # Known to work: the document, and no second question.
    submit(s, "optin", ana)
    second = [m for m in await_caught(s, ana, 2)
              if m["Message-ID"] != message["Message-ID"]][0]
    equal(visitor.get(link_of(second, "a")).status, 200, "by mail at once")


@scenario("a document by mail, in the visitor's language")
def by_mail(s):
    page(s, "courrier", "mail", [CONSENT, PHONE])
    thanks = submit(s, "courrier", "bob@example.org", language="en")
    check("/a/" not in thanks.text, "the document is not on the page")
    contains(thanks.text, "on its way to the address", "thanks")
    message = await_caught(s, "bob@example.org")[0]
    equal(message["Content-Language"], "en", "Content-Language")
    equal(message["Subject"], "The document you asked for", "Subject")
    equal(message["List-Unsubscribe"], None, "nothing to take back")
    path = link_of(message, "a")
    equal(s.visitor().get(path).status, 200, "the document")
    equal(s.visitor().get(path[:-2]).status, 403, "a link that was cut")


@scenario("an unsubscribe link: a button for people, one click for programs")
def unsubscribe(s):
    page(s, "lettres", "mail", [PHONE, dict(CONSENT, confirm=False)])
    boxes = ["consent.lettre", "consent.appel"]
    for who, fields, words in (
            ("eve", [("List-Unsubscribe", "One-Click")], 3),
            ("max", [("all", "1")], 4)):
        address = f"{who}.leaves@example.org"
        submit(s, "lettres", address, boxes)
        message = await_caught(s, address)[0]
        equal(message["List-Unsubscribe-Post"],
              "List-Unsubscribe=One-Click", "RFC 8058")
        path = re.search(r"/u/[^>]+", message["List-Unsubscribe"]).group(0)
        shown = Form(s.visitor().get(path).text)
        equal(shown.boxes, {"all": False}, "nothing is ticked")
        equal(said(s, address), ["given"] * 2, "a GET changes nothing")
        for _ in range(2):
            equal(s.visitor().post(path, fields).status, 200, "the button")
        equal(len(said(s, address)), words, "said in all")
    equal(s.visitor().post(path[:-2], []).status, 403, "a link that was cut")


@scenario("an expired link offers a fresh one, so many times")
def fresh(s):
    page(s, "tard", "confirmed")
    submit(s, "tard", "late@example.org")
    old = expired(s, link_of(await_caught(s, "late@example.org")[0], "c"))
    visitor = s.visitor()
    for answer in (visitor.get(old), visitor.post(old, [])):
        equal(answer.status, 410, "expired")
        shown = Form(answer.text)
        equal(shown.values, {"again": "1"}, "what its button posts")
    equal(s.count("delivery", "confirmed_at IS NOT NULL AND"
                  " page_key = 'tard'"), 0, "confirmed")
    press = list(shown.values.items())
    for mails in (2, 3, 4):
        equal(visitor.post(old, press).status, 200, "again")
        await_caught(s, "late@example.org", mails)
    capped = visitor.post(old, press)
    equal(capped.status, 429, "too often")
    contains(capped.text, 'href="/p/tard', "back to the form")
    newest = link_of(caught(s, "late@example.org")[-1], "c")
    equal(visitor.post(newest, []).status, 200, "a fresh link")
    equal(visitor.post(old, press).status, 200, "confirmed")
    for wrong in ("/c/x", newest[:-2], "/c/" + link_of(
            caught(s, "late@example.org")[0], "c")[-40:]):
        for answer in (visitor.get(wrong), visitor.post(wrong, [])):
            equal(answer.status, 403, wrong)


@scenario("with PostgreSQL away links ask to come back, and lose nothing",
          "faults")
def away(s):
    page(s, "panne", "confirmed", [CONSENT])
    submit(s, "panne", "gone@example.org", ["consent.lettre"])
    path = link_of(await_caught(s, "gone@example.org")[0], "c")
    visitor = s.visitor()
    # Scenarios before this one have broken connections.
    paper = asset_of(until(lambda: next((a for a in [visitor.post(path, [])]
                                         if a.status == 200), None), 15,
                           "the database is known to be back"))
    s.cluster("stop", "fast")
    try:
        answer = visitor.post(path, [])
        equal(answer.status, 503, "the button")
        check(int(answer.header("Retry-After")) > 0, "Retry-After")
        equal(Form(visitor.get(path).text).action, path, "still a button")
        equal(visitor.get(paper).status, 200, "the document")
    finally:
        s.cluster("start")
    until(lambda: visitor.post(path, []).status == 200, 15, "and then")
    equal(said(s, "gone@example.org"), ["given", "confirmed"], "said")


@scenario("a bounce is believed of our own mails only")
def bounces(s):
    page(s, "rebond", "mail")
    submit(s, "rebond", "ghost@example.org")
    mail_id = await_caught(s, "ghost@example.org")[0]["Message-ID"]
    report = ("Content-Type: multipart/report; boundary=x\n\n--x\n"
              "Content-Type: message/delivery-status\n\n"
              "Final-Recipient: rfc822; {}\nAction: failed\n"
              "Status: 5.1.1\n\n--x\nContent-Type: text/rfc822-headers\n\n"
              "Message-ID: {}\n\n--x--\n").format
    for given, why in (
            ("Subject: hello\n\nhello\n", "no delivery report"),
            (report("ghost@example.org", "<x@y.z>"), "names no mail of ours"),
            (report("bob@example.org", mail_id), "no such mail of ours")):
        ran = s.piste("bounce", given=given)
        equal(ran.returncode, 1, "status")
        contains(ran.stderr, why, "why")
    ran = s.piste("bounce", given=report("ghost@example.org", mail_id))
    equal(json.loads(ran.stdout)["status"], "5.1.1", f"marked: {ran.stderr}")
    submit(s, "rebond", "ghost@example.org")
    until(lambda: s.count("mail", "reason = 'bounced' AND submission_id IN"
                          " (SELECT id FROM submission WHERE email ="
                          " 'ghost@example.org')") == 1, 10, "is dropped")
    equal(s.piste("bounce", "--allow", "ghost@example.org").returncode, 0,
          "allowed again")
    equal(s.piste("bounce", "--allow", "ghost@example.org").returncode, 1,
          "nothing left to allow")
    submit(s, "rebond", "ghost@example.org")
    await_caught(s, "ghost@example.org", 2)
    for wrong in (["bounce", "x"], ["delivery", "a", "b"],
                  ["delivery", "--nonsense"]):
        equal(s.piste(*wrong).returncode, 2, " ".join(wrong))


def received(address, count=1):
    return until(lambda: (lambda m: m if len(m) >= count else None)(
        SINK.to(address)), 20, f"{count} mails to {address}")


def outcome(s, address):
    return s.sql("SELECT concat_ws(' ', o.state, m.state, m.reason)"
                 " FROM outbox AS o JOIN mail AS m ON m.outbox_id = o.id"
                 f" WHERE m.address = '{address}'")


@scenario("a mail server that refuses, puts off, hangs and hangs up",
          "mailed")
def moody(s):
    page(s, "facteur", "mail")
    # One after the other: each shows what it does without the others.
    for who, wanted, mails in (
            ("plain", "done sent 250 2.0.0 Taken", 1),
            ("unknown", "dead refused 550 5.1.1 No such user", 0),
            ("denied", "dead refused 550 5.7.1 Relaying denied", 0),
            ("spam", "dead refused 554 5.6.0 Not with these words", 0),
            ("grey", "done sent 250 2.0.0 Taken", 1),
            ("hang", "done sent 250 2.0.0 Taken", 1),
            ("drop", "done sent 250 2.0.0 Taken", 2)):
        address = f"{who}@example.org"
        submit(s, "facteur", address)
        until(lambda: outcome(s, address) == [wanted], 20,
              f"{who}: {outcome(s, address)}")
        ids = {parse(m)["Message-ID"] for m in SINK.to(address)}
        equal((len(SINK.to(address)), len(ids)), (mails, min(mails, 1)),
              f"mails to {who}, and their ids")
    raw = SINK.to("plain@example.org")[0]
    check(max(map(len, raw.split(b"\r\n"))) <= 78, "lines are short")
    check(raw.isascii() and b"\n." not in raw, "and harmless")
    equal(parse(raw)["From"], "Nous <us@example.org>", "From")
    # Only of the address itself it is known that nothing gets there.
    equal(s.sql("SELECT address, status FROM mail_address"),
          ["unknown@example.org|5.1.1"], "marked")
    submit(s, "facteur", "unknown@example.org")
    until(lambda: len(outcome(s, "unknown@example.org")) == 1 and
          s.count("mail", "reason = 'bounced'") == 1, 10, "is not tried")
    steps = json.loads(s.piste("delivery", "facteur", "--json").stdout)
    equal((steps["asset_sent"], steps["dropped"], steps["refused"]),
          (4, 1, 3), "steps")
    contains(s.piste("check").stdout, "greets us", "piste check")
    said = s.piste("check", env={"PISTE_SMTP_URL": SINK.url.replace(
        "//", "//ana:mot@passe@")})
    contains(said.stdout, "127.0.0.1", "where it looked")
    check("passe@" not in said.stdout + said.stderr, "a password is told")


@scenario("a page behind a mail's link says whose it is", "mailed")
def branded(s):
    for key, brand, named in (("marque", "Maison & Cie", "Maison &amp; Cie"),
                              ("nue", None, MAILED["mail_name"])):
        page(s, key, "confirmed", brand=brand)
        address = f"ana.{key}@example.org"
        submit(s, key, address)
        path = link_of(parse(received(address)[0]), "c")
        for answer in (s.visitor().get(path), s.visitor().post(path, [])):
            contains(answer.text, f"<span>{named}</span>", "the name")


@scenario("mails share a connection", "mailed")
def shared(s):
    page(s, "serie", "mail")
    worker = s.processes("work")[0]
    os.kill(worker, signal.SIGSTOP)
    try:
        for n in range(8):
            submit(s, "serie", f"n{n}.serie@example.org")
        before = SINK.greetings
    finally:
        os.kill(worker, signal.SIGCONT)
    for n in range(8):
        received(f"n{n}.serie@example.org")
    check(SINK.greetings - before <= 2, "one connection for all of them")


@scenario("a worker killed while the server has a mail sends that one again",
          "mailed")
def killed(s):
    page(s, "tue", "mail")
    submit(s, "tue", "hold.k@example.org")
    check(SINK.held.wait(10), "the server has the mail")
    submit(s, "tue", "next.k@example.org")
    os.kill(s.processes("work")[0], signal.SIGKILL)
    SINK.release.set()
    s.sql("UPDATE outbox SET locked_until = now() WHERE state = 'claimed'")
    received("next.k@example.org")
    mails = received("hold.k@example.org", 2)
    equal(len({parse(m)["Message-ID"] for m in mails}), 1, "ids")
    until(lambda: outcome(s, "hold.k@example.org") ==
          ["done sent 250 2.0.0 Taken"], 10, "it is done")
    time.sleep(0.5)
    equal((len(SINK.to("hold.k@example.org")),
           len(SINK.to("next.k@example.org"))), (2, 1), "and that is all")


@scenario("a worker told to stop leaves a server that hangs", "mailed")
def stopped(s):
    page(s, "arret", "mail")
    usual = s.processes("work")[0]
    os.kill(usual, signal.SIGSTOP)
    other = subprocess.Popen(
        [s.binary, "work"], cwd="/", stderr=subprocess.DEVNULL,
        env=dict(s.env, PISTE_SMTP_TIMEOUT_MS="60000"), **AS)
    try:
        submit(s, "arret", "hang.stop@example.org")
        until(lambda: "hang.stop@example.org" in SINK.troubled, 10,
              "the server hangs")
        begun = time.monotonic()
        other.terminate()
        equal(other.wait(STOP_SECONDS), 0, "status")
        check(time.monotonic() - begun < 3, "it stopped at once")
    finally:
        other.kill()
        os.kill(usual, signal.SIGCONT)
    received("hang.stop@example.org")
    until(lambda: outcome(s, "hang.stop@example.org") ==
          ["done sent 250 2.0.0 Taken"], 10, "and then it was sent")


def authority(s, name):
    """An authority of that name, its file and its key."""
    paths = [os.path.join(s.base, f"{name}.{end}") for end in ("pem", "key")]
    certify(paths, name, "basicConstraints=critical,CA:TRUE")
    return paths


def certificate(s, ca, host):
    """What that authority says of a host: paths of certificate and key."""
    paths = [os.path.join(s.base, f"host.{end}") for end in ("pem", "key")]
    certify(paths, "mail", f"subjectAltName={host}", "-CA", ca[0], "-CAkey",
            ca[1])
    return paths


def certify(paths, name, extension, *more):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", f"/CN={name}", "-addext", extension, "-out",
                    paths[0], "-keyout", paths[1], *more], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.chmod(paths[0], 0o644)


@scenario("mails go by TLS, to a server whose certificate is right", "mailed")
def encrypted(s):
    page(s, "chiffre", "mail")
    ours, other = authority(s, "ours"), authority(s, "other")
    named = Sink(certificate(s, ours, "IP:127.0.0.1"), is_tls=True)
    starting = Sink(certificate(s, ours, "IP:127.0.0.1"))
    elsewhere = Sink(certificate(s, ours, "DNS:mail.example"), is_tls=True)
    naming = Sink(certificate(s, ours, "DNS:mail.example"))
    plain = Sink()
    usual = s.processes("work")[0]
    os.kill(usual, signal.SIGSTOP)
    try:
        for n, (sink, ca, is_taken) in enumerate((
                (named, ours, True), (starting, ours, True),
                (named, other, False), (starting, other, False),
                (named, None, False), (elsewhere, ours, False),
                (naming, ours, False), (plain, ours, False))):
            sink.serve()
            env = {"PISTE_SMTP_URL": sink.url, "PISTE_SMTP_STARTTLS": "yes",
                   "PISTE_SMTP_CA": ca[0] if ca else ""}
            address = f"n{n}.tls@example.org"
            submit(s, "chiffre", address)
            equal(s.piste("work", "--once", env=env).returncode, 0, "work")
            equal(len(sink.to(address)), int(is_taken), f"mails of case {n}")
            equal(outcome(s, address), ["done sent 250 2.0.0 Taken"
                                        if is_taken else "ready sending"],
                  f"outcome of case {n}")
            said = s.piste("check", env=env).stdout
            check(("greets us" in said) == is_taken, f"check of {n}: {said}")
            # None of the others is to be sent by mistake.
            s.sql("UPDATE outbox SET available_at = now() + interval '1 day'"
                  " WHERE state = 'ready'")
    finally:
        os.kill(usual, signal.SIGCONT)
    equal(set(starting.clear + naming.clear), {b"EHLO", b"STAR"},
          "what is said in clear")
    contains(s.one("SELECT string_agg(DISTINCT last_error, ' ') FROM outbox"
                   " WHERE state = 'ready' AND attempts = 1"), "certificate",
             "why")
    s.sql("UPDATE outbox SET available_at = now() WHERE state = 'ready'")
    for n in range(2, 8):
        received(f"n{n}.tls@example.org")


@scenario("two workers send each mail once", "mailed")
def rivals(s):
    page(s, "deux", "mail")
    other = subprocess.Popen([s.binary, "work"], env=s.env, cwd="/",
                             stderr=subprocess.DEVNULL, **AS)
    try:
        for n in range(30):
            submit(s, "deux", f"n{n}.deux@example.org")
        for n in range(30):
            received(f"n{n}.deux@example.org")
        until(lambda: s.count("outbox", "state <> 'done'"
                              " AND kind = 'mail.asset' AND created_at >"
                              " now() - interval '1 minute' AND attempts > 0"
                              " AND state <> 'dead'") == 0, 10, "all done")
    finally:
        other.terminate()
        other.wait(STOP_SECONDS)
    equal([len(SINK.to(f"n{n}.deux@example.org")) for n in range(30)],
          [1] * 30, "mails to each")
