"""Scenarios: told before, sent once, ended by who is written to; and the page
where people choose what they receive."""

import base64
import hashlib
import hmac
import json
import os
import re
import signal

import experiments
import mail
from check import check, contains, equal, scenario, until
from client import Form
from sink import Sink
from stack import ROOT

SINK = Sink()
NURTURED = {"smtp_url": SINK.url, "smtp_starttls": "no",
            "smtp_timeout_ms": "1000", "mail_from": "us@example.org",
            "mail_name": "Nous", "nurture_from": "0", "nurture_to": "24",
            "nurture_mails_max": "50"}
CONSENT = dict(mail.CONSENT, confirm=False)
BOTH = {"fr": "Bonjour à tous", "en": "Hello everybody"}


def letter(key, **more):
    return {"key": key, "do": "mail", "content": [dict(
        {"subject": {"fr": f"Objet {key}", "en": f"Subject {key}"},
         "text": BOTH}, **more)]}


def series(key, page, *steps, **more):
    return dict({"key": key, "name": BOTH, "purpose": "newsletter",
                 "enter": {"when": "submission", "pages": [page]},
                 "steps": list(steps)}, **more)


def prepare(s, key, *steps, **more):
    """A page and a scenario that its form brings people into."""
    SINK.serve()
    mail.page(s, key, "thanks", [CONSENT, mail.PHONE])
    ran = s.apply({"scenarios": [series(key, key, *steps, **more)]})
    equal(ran.returncode, 0, f"apply: {ran.stderr}")


def agree(s, key, address, language="fr"):
    mail.submit(s, key, address, ["consent.lettre", "consent.appel"],
                language)


def received(address, count=1):
    return [mail.parse(m) for m in until(
        lambda: (lambda m: m if len(m) >= count else None)(SINK.to(address)),
        20, f"{count} mails to {address}")]


def preferences_link(s, path):
    """The page of choices of whom an unsubscribe link is for, sealed as the
    server does."""
    payload = base64.urlsafe_b64decode(path[3:] + "==")[:-32]
    with open(os.path.join(s.env["PISTE_STATE"], "secret.key"), "rb") as f:
        seal = hmac.new(f.read(), b"preferences\0" + payload, hashlib.sha256)
    return "/preferences/" + base64.urlsafe_b64encode(
        payload + seal.digest()).rstrip(b"=").decode()


def hasten(s, key):
    """As if a year had passed for those on their way."""
    s.sql("UPDATE journey SET step_at = step_at - interval '1 year',"
          " due_at = due_at - interval '1 year'"
          f" WHERE state = 'running' AND scenario_key = '{key}'")


def outcome(s, address):
    return s.sql("SELECT j.outcome FROM journey AS j JOIN person AS p ON"
                 f" p.id = j.person_id WHERE p.email = '{address}'")


def unsigned(text):
    """Without what a link is signed with."""
    return re.sub(r"(/u/|/preferences/)\S+", r"\1…",
                  re.sub(r"\?[kt]=\S+", "", text)).split()


@scenario("a scenario is applied whole, told before, and sent as told",
          "nurtured", short=True)
def told(s):
    wait = {"key": "w", "do": "wait", "days": 3}
    prepare(s, "suite", letter("un", headline=BOTH, buttons=[
        {"label": BOTH, "page": "suite"}]), wait, letter("deux"))
    for steps, why in (
            ([dict(wait, days=0)], "$.scenarios[0].steps[0]: waits for no"),
            ([wait, {"key": "c", "do": "condition", "if": {"score": 9},
                     "then": "w"}], "leads back: people would go in a circle"),
            ([wait, {"key": "d", "do": "dance"}], "must be one of wait, mail"),
            ([letter("m", buttons=[{"label": BOTH, "page": "nulle"}])],
             "there is no such page")):
        ran = s.apply({"scenarios": [series("autre", "suite", *steps)]})
        equal(ran.returncode, 1, why)
        contains(ran.stderr, why, "why")
    equal([o["key"] for o in s.export()["scenarios"]
           if o["key"] in ("suite", "autre")], ["suite"], "the export")
    equal(s.apply({"scenarios": s.export()["scenarios"]}).returncode, 0,
          "the export again")

    ran = s.piste("nurture", "--dry-run", "suite", "--from", "2026-12-01",
                  "--days", "60", "--lang", "en", "--country", "FR", "--json")
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    equal([(o["at"], o["do"], o["step"]) for o in lines],
          [("2026-12-01T00:00:00Z", "mail", "un"),
           ("2026-12-04T00:00:00Z", "mail", "deux"),
           ("2026-12-04T00:00:00Z", "end", "")], "the dry run")
    night = s.piste("nurture", "--dry-run", "suite", "--from", "2026-12-01",
                    "--days", "60", "--country", "FR", "--json",
                    env={"PISTE_NURTURE_FROM": "8", "PISTE_NURTURE_TO": "20"})
    equal(json.loads(night.stdout.splitlines()[0])["at"],
          "2026-12-01T07:00:00Z", "eight o'clock in Paris")

    agree(s, "suite", "ana.suite@example.org", "en")
    first = received("ana.suite@example.org")[0]
    equal(first["Subject"], lines[0]["subject"], "the subject")
    equal(unsigned(mail.text_of(first)), unsigned(lines[0]["text"]),
          "what was told")
    equal(first["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click",
          "RFC 8058")
    contains(first.get_body(("html",)).get_content(), "/p/suite?k=", "HTML")
    visitor = s.visitor()
    equal(visitor.get(mail.link_of(first, "p")).status, 200, "its link")
    row = [json.loads(line) for line in s.piste("nurture", "--json").stdout
           .splitlines() if '"suite"' in line][0]
    equal((row["running"], row["mails"], row["steps"]), (1, 1, {"w": 1}),
          "where people stand")
    contains(s.piste("nurture", "show", "suite").stdout, "at w", "show")

    # One click, and what was to come does not.
    path = re.search(r"/u/[^>]+", first["List-Unsubscribe"]).group(0)
    equal(visitor.post(path, [("List-Unsubscribe", "One-Click")]).status,
          200, "one click")
    hasten(s, "suite")
    until(lambda: outcome(s, "ana.suite@example.org") == ["withdrawn"], 10,
          "it ends")
    equal(len(SINK.to("ana.suite@example.org")), 1, "mails in all")


@scenario("people choose what they receive", "nurtured")
def preferences(s):
    prepare(s, "choix", letter("un"))
    for lang, words in (("fr", ("Ce que vous recevez", "La lettre.")),
                        ("en", ("What you receive", "The letter."))):
        address = f"max.{lang}@example.org"
        agree(s, "choix", address, lang)
        path = mail.link_of(received(address)[0], "preferences")
        visitor = s.visitor()
        for _ in range(2):
            shown = visitor.get(path)
            equal(shown.status, 200, "the page")
            for word in words:
                contains(shown.text, word, "its words")
        equal(mail.said(s, address), ["given"] * 2, "a GET changes nothing")
        form = Form(shown.text)
        equal((form.action, shown.text.count(" checked>")), (path, 2),
              "two boxes, ticked")
        names = re.findall(r'name="shown" value="([^"]+)"', shown.text)
        equal(names, ["newsletter/email/us", "newsletter/phone/us"], "boxes")
        # A robot that posts nothing takes nothing back.
        equal(visitor.post(path, []).status, 200, "nothing posted")
        equal(mail.said(s, address), ["given"] * 2, "is nothing changed")
        done = visitor.post(path, [("shown", n) for n in names] +
                            [("keep", names[1])])
        equal((done.status, done.text.count(" checked>")), (200, 1), "saved")
        equal(s.sql("SELECT concat(what, ' ', c.channel) FROM consent AS c JOIN"
                    " submission AS s ON s.id = c.submission_id WHERE s.email"
                    f" = '{address}' ORDER BY c.seq"),
              ["given email", "given phone", "withdrawn email"], "said")
        visitor.post(path, [("shown", names[1])])
        check("<form" not in visitor.get(path).text, "nothing left to keep")
        equal(visitor.get(path[:-2]).status, 403, "a link that was cut")
        equal(visitor.post(path[:-2], []).status, 403, "nor posted")


@scenario("each is written to once, whatever the mail server does",
          "nurtured")
def moody(s):
    prepare(s, "humeur", letter("un"), {"key": "w", "do": "wait", "days": 3},
            letter("deux"))
    cases = (("plain", 2), ("unknown", 0), ("grey", 2), ("hang", 2),
             ("drop", 3), ("denied", 0))
    for who, _ in cases:
        agree(s, "humeur", f"{who}.h@example.org"
              if who not in ("unknown", "denied") else f"{who}@example.org")
    until(lambda: s.count("outbox", "kind = 'mail.letter' AND state IN"
                          " ('ready', 'claimed') AND id IN (SELECT outbox_id"
                          " FROM letter WHERE subject LIKE 'Objet %')") == 0
          and s.count("journey", "scenario_key = 'humeur'") == len(cases),
          30, "the first ones are settled")
    hasten(s, "humeur")
    until(lambda: s.count("journey", "scenario_key = 'humeur' AND outcome ="
                          " 'finished'") == len(cases), 20, "all are through")
    until(lambda: s.count("outbox", "kind = 'mail.letter' AND state IN"
                          " ('ready', 'claimed')") == 0, 30, "and sent")
    for who, wanted in cases:
        address = (f"{who}.h@example.org" if who not in ("unknown", "denied")
                   else f"{who}@example.org")
        mails = [mail.parse(m) for m in SINK.to(address)]
        equal((len(mails), len({m["Message-ID"] for m in mails})),
              (wanted, min(wanted, 2)), f"mails to {who}, and their ids")
    equal(s.count("mail", "reason = 'bounced' AND submission_id IS NULL"), 1,
          "a bounced address is not tried again")


@scenario("a worker killed between any two steps doubles nothing",
          "nurtured")
def killed(s):
    prepare(s, "tues", letter("un"), letter("deux"), letter("trois"))
    for n in range(10):
        agree(s, "tues", f"n{n}.tues@example.org")
        for worker in s.processes("work"):
            os.kill(worker, signal.SIGKILL)
        s.sql("UPDATE outbox SET locked_until = now() WHERE state ="
              " 'claimed'")
    until(lambda: s.count("journey", "scenario_key = 'tues' AND outcome ="
                          " 'finished'") == 10, 40, "all are through")
    copies = 0
    for n in range(10):
        ids = [m["Message-ID"] for m in
               received(f"n{n}.tues@example.org", 3)]
        equal(len(set(ids)), 3, "mails, by their ids")
        copies += len(ids) - 3
    # Only one that was being sent as its worker was killed goes out again.
    check(copies <= 10, f"{copies} copies for 10 workers")
    equal(s.one("SELECT concat_ws(' ', count(*), count(DISTINCT once_key))"
                " FROM letter AS l JOIN journey AS j ON j.lead_id = l.lead_id"
                " WHERE j.scenario_key = 'tues'"), "30 30", "letters")


@scenario("scenarios that ship are applied and told, in both languages",
          "nurtured")
def shipped(s):
    with open(os.path.join(ROOT, "templates/demo/nurturing.json"),
              encoding="utf-8") as f:
        site = json.load(f)
    ran = s.apply({"scenarios": [dict(o, state="paused")
                                 for o in site["scenarios"]]})
    equal(ran.returncode, 0, f"apply: {ran.stderr}")
    for one in site["scenarios"]:
        for lang in ("fr", "en"):
            ran = s.piste("nurture", "--dry-run", one["key"], "--from",
                          "2026-12-01", "--days", "60", "--lang", lang,
                          "--offer", "audit-energie")
            equal(ran.returncode, 0, ran.stderr)
            check("\tmail\t" in ran.stdout and "\tend\t" in ran.stdout,
                  f"{one['key']}: {ran.stdout}")
    equal(s.piste("nurture", "--dry-run", "none", "--from", "2026-12-01",
                  "--days", "9").returncode, 1, "no such scenario")
    ran = s.piste("nurture", "--dry-run", "bienvenue", "--from", "2026-12-01",
                  "--days", "9", "--country", "XX")
    equal(ran.returncode, 1, "no such country")
    contains(ran.stderr, "--country XX", "which one")
    for wrong in (["--dry-run", "bienvenue", "--from", "2026-12-01"],
                  ["--dry-run", "bienvenue", "--from", "2026-12-01", "--days",
                   "731"], ["show"], ["stop", "x"], ["x"]):
        equal(s.piste("nurture", *wrong).returncode, 2, " ".join(wrong))
    prepare(s, "arrets", letter("un"), {"key": "w", "do": "wait", "days": 9})
    agree(s, "arrets", "bob.arrets@example.org")
    received("bob.arrets@example.org")
    who = s.one("SELECT id FROM person WHERE email ="
                " 'bob.arrets@example.org'")
    contains(s.piste("nurture", "stop", who).stdout, "1 ended", "by hand")
    equal(outcome(s, "bob.arrets@example.org"), ["by hand"], "outcome")
