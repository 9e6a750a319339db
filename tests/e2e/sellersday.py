"""A seller's day: mails with signed links, and promises to leads."""

import json
import os
import re
import signal
import time

from allocation import apply, given, owner, sent
from check import check, contains, equal, scenario, until
from mail import caught, text_of

ANA = {"key": "ana", "general": True, "email": "ana@day.example"}
BOB = {"key": "bob", "general": True, "email": "bob@day.example"}
HOT = {"key": "hot", "scored_minutes": 5, "allocated_minutes": 15,
       "contacted_minutes": 60}


def links(message):
    """The page behind the mail's links, by the part they lead to."""
    found = re.findall(r"https?://[^/\s]+(/s/[^\s#]+)#(\w+)",
                       text_of(message))
    return {part: path for path, part in found}


def of_lead(s, address, lead):
    def look():
        return [m for m in caught(s, address)
                if re.search(rf"\b{lead}\b", m["Subject"])]
    return until(look, 60, f"a mail about lead {lead} to {address}")[-1]


def state(s, lead):
    return s.one("SELECT concat_ws(' ', accepted_at IS NOT NULL, outcome,"
                 f" why) FROM allocation WHERE lead_id = {lead}"
                 " ORDER BY id LIMIT 1")


@scenario("a seller accepts, notes and refuses by links whose GET changes"
          " nothing", stack="sold", short=True)
def deeds(s):
    apply(s, {"sellers": [ANA]})
    equal(s.piste("seller", "language", "ana", "en").returncode, 0,
          "status of language")
    lead = sent(s, "day1@person.example")
    equal(given(s, lead), "ana", "whose it is")
    message = of_lead(s, "ana@day.example", lead)
    contains(message["Subject"], f"Lead {lead} is yours", "the subject")
    contains(text_of(message), "day1@person.example", "what they wrote")
    contains(text_of(message), "Score: ", "the score")
    where = links(message)
    equal(sorted(where), ["accept", "contact", "note", "refuse"],
          "what can be done")
    path = where["accept"]
    for method in ("GET", "HEAD"):
        equal(s.visitor().request(method, path).status, 200, method)
    equal(state(s, lead), "f", "what a GET has done")
    seen = s.visitor().get(path)
    for part in where:
        contains(seen.text, f'id="{part}"', "a form")
    equal("script" in seen.text, False, "a script")
    equal(s.visitor().get(path[:-2] + "xx").status, 403, "a forged link")
    form = {"deed": "accept"}
    equal(s.visitor().post(path, {"deed": "fly"}).status, 400, "no deed")
    answer = s.visitor().post(path, form)
    equal(answer.status, 200, "accepting")
    contains(answer.text, "Noted: this lead is yours.", "what is said")
    equal('id="accept"' in answer.text, False, "accepting again is offered")
    equal(s.visitor().post(path, form).status, 200, "accepting again")
    equal(state(s, lead), "t", "what a POST has done")
    empty = s.visitor().post(path, {"deed": "note", "words": " "})
    equal(empty.status, 422, "a note without words")
    contains(empty.text, "Write a few words.", "what is wrong")
    equal(s.visitor().post(path, {"deed": "note", "words": "x" * 2001})
          .status, 422, "a note that is too long")
    for _ in range(2):
        equal(s.visitor().post(path, {"deed": "note", "words": "Call <b>"})
              .status, 200, "a note")
    for _ in range(2):
        equal(s.visitor().post(path, {"deed": "contact", "words": ""})
              .status, 200, "a first contact")
    equal(s.one("SELECT string_agg(concat(is_contact, note), ' ' ORDER BY id)"
                f" FROM follow_up WHERE lead_id = {lead}"),
          "fCall <b> t", "what is kept")
    answer = s.visitor().post(path, {"deed": "refuse", "words": "not mine"})
    contains(answer.text, "Noted: this lead will be offered to somebody",
             "what is said of refusing")
    equal(state(s, lead), "t refused not mine", "the refusal")
    over = s.visitor().get(path)
    equal(over.status, 410, "a link that is over")
    contains(over.text, "This lead was refused", "why it is over")
    equal("<form" in over.text, False, "forms of what is over")
    equal(s.visitor().post(path, form).status, 410, "a POST that is late")
    equal(owner(s, lead), "", "whose it is after a POST that is late")
    token = path.split("/")[-1]
    for name in s.log_files():
        with open(name, encoding="utf-8", errors="replace") as f:
            check(token not in f.read(), f"no token in {name}")
    equal(len([m for m in caught(s, "ana@day.example")
               if re.search(rf"\b{lead}\b", m["Subject"])]), 1,
          "how often it was told")


@scenario("a seller's mail says what holds as it leaves, and nothing of who"
          " was erased", stack="sold")
def erased(s):
    apply(s, {"sellers": [BOB]})
    lead = sent(s, "day2@person.example")
    equal(given(s, lead), "bob", "whose it is")
    path = links(of_lead(s, "bob@day.example", lead))["note"]
    contains(s.visitor().get(path).text, "Ajouter une note", "in French")
    equal(s.piste("erase", "day2@person.example", "--reason", "asked",
                  "--yes")
          .returncode, 0, "status of erase")
    equal(s.one(f"SELECT bool_and(text = '') FROM letter WHERE lead_id = {lead}"),
          "t", "what the letters say")
    seen = s.visitor().get(path)
    equal(seen.status, 410, "the link")
    contains(seen.text, "effacement", "why")


@scenario("promises are applied, told, broken once, mailed and counted",
          stack="sold", short=True)
def promises(s):
    apply(s, {"sellers": [BOB]})
    short = dict(HOT, contacted_minutes=0)
    ran = s.apply({"promises": [short]})
    equal(ran.returncode, 1, "a promise of no time")
    contains(ran.stderr, "promises[0].contacted_minutes", "its path")
    equal(s.apply({"promises": [dict(HOT, contacted_minutes=90)]})
          .returncode, 0, "status of apply")
    contains(json.dumps(s.export()["promises"]), '"contacted_minutes": 90',
             "what is exported")
    lead = sent(s, "day3@person.example")
    equal(given(s, lead), "bob", "whose it is")
    until(lambda: s.one("SELECT due_at IS NOT NULL FROM waiting WHERE step ="
                        f" 'contacted' AND lead_id = {lead}") == "t", 10,
          "the promise is reckoned")
    before = len(caught(s, "bob@day.example"))
    s.sql("UPDATE waiting SET due_at = now() WHERE step = 'contacted'"
          f" AND lead_id = {lead}")
    until(lambda: len(caught(s, "bob@day.example")) > before, 10,
          "the seller is told")
    told = [json.loads(line) for line in s.piste(
        "promises", "--broken", "--json").stdout.splitlines()]
    equal([row["step"] for row in told if str(row["lead"]) == lead],
          ["contacted"], "the breach")
    contains(s.visitor().get("/metrics").text,
             'piste_promises_broken_total{step="contacted"', "the metric")
    equal(s.piste("seller", "contact", lead, "--note", "At last")
          .returncode, 0, "status of contact")
    equal(s.piste("seller", "note", lead, "--note", "And more")
          .returncode, 0, "status of note")
    equal([line.split("\t")[1:] for line in
           s.piste("seller", "notes", lead).stdout.splitlines()],
          [["contact", "command", "At last"],
           ["note", "command", "And more"]], "what was told")
    s.sql(f"INSERT INTO next_action VALUES ({lead}, 'call', current_date,"
          " 'bob')")
    contains(s.piste("seller", "day", "bob").stdout,
             f"action\tlead {lead}\t", "the day")
    s.sql(f"UPDATE waiting SET ended_at = NULL WHERE lead_id = {lead}"
          " AND step = 'contacted'")
    contains(s.piste("seller", "day", "bob").stdout, "(Europe/Paris)",
             "by whose clock")
    s.sql(f"UPDATE waiting SET ended_at = now() WHERE lead_id = {lead}"
          " AND ended_at IS NULL")
    equal(s.piste("seller", "day", "eve").returncode, 1, "nobody's day")
    rows = [json.loads(line) for line in
            s.piste("promises", "--json").stdout.splitlines()]
    equal(len(rows), 9, "steps and grades")
    check(sum(row["broken"] for row in rows
              if row["step"] == "contacted") >= 1, "the figures")
    equal(s.piste("promises", "--since", "soon").returncode, 1,
          "a moment that is none")


@scenario("what sellers are told is told once, whatever is killed when",
          stack="sold")
def killed(s):
    apply(s, {"sellers": [dict(ANA, email="kill@day.example")]})
    s.sql("INSERT INTO person (email) SELECT 'k' || n || '@killed.example'"
          " FROM generate_series(1, 80) AS n")
    s.sql("INSERT INTO lead (person_id, offer_key, score, scored_at, grade)"
          " SELECT p.id, o.key, 50, now(), 'hot' FROM person p, LATERAL"
          " (SELECT key FROM offer LIMIT 1) o"
          " WHERE p.email LIKE '%@killed.example'")
    s.sql("SELECT lead_move(l.id, 'mql', 'test', 'system', NULL, NULL)"
          " FROM lead l JOIN person p ON p.id = l.person_id"
          " WHERE p.email LIKE '%@killed.example' ORDER BY l.id")
    mine = ("FROM allocation a JOIN lead l ON l.id = a.lead_id JOIN person p"
            " ON p.id = l.person_id WHERE p.email LIKE '%@killed.example'")
    told = ("FROM letter t JOIN allocation a ON t.once_key = 'seller.given '"
            " || a.id WHERE a.id IN (SELECT a.id " + mine + ")")
    for n in range(5):
        time.sleep(0.15 * n)
        worker = until(lambda: s.processes("work"), 10, "there is a worker")
        try:
            os.kill(worker[0], signal.SIGKILL)
        except ProcessLookupError:  # the one before, just gone
            pass
    until(lambda: s.one("SELECT count(*) " + told) == "80", 30,
          "all are told")
    equal(s.one("SELECT concat_ws(' ', count(*), count(a.told_at)) " + mine),
          "80 80", "given once, and told")
    s.sql("UPDATE outbox SET locked_until = now() WHERE state = 'claimed'")
    until(lambda: s.one("SELECT count(*) FROM outbox WHERE kind ="
                        " 'mail.letter' AND state IN ('ready', 'claimed')")
          == "0", 30, "all have left")
    # Leads of sellers who are gone from the rules come to her as well.
    ids = set(s.sql("SELECT l.id " + mine))
    told = {m["Message-ID"]: re.search(r"ead (\d+) (?:est|is) ", m["Subject"])
            for m in caught(s, "kill@day.example")}
    equal(sorted(m[1] for m in told.values() if m and m[1] in ids),
          sorted(ids), "mails")
