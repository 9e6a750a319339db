"""What people may ask: a copy of everything, and to be erased; and an audit
of the site's own pages."""

import glob
import json
import os
import re
import subprocess

from check import check, contains, equal, scenario, until
from consent import consented
from client import Form
from experiments import apply, halves, id_of, page, rows, see, send, written
from stack import PAGE, person

TOTALS = ("SELECT (SELECT string_agg(t.f, ' ' ORDER BY t.f) FROM (SELECT"
          " concat_ws('/', page_key, outcome, variant_key, geo_country,"
          " received_at::date, count(*)) AS f FROM submission GROUP BY"
          " page_key, outcome, variant_key, geo_country, received_at::date)"
          " AS t), (SELECT string_agg(t.f, ' ' ORDER BY t.f) FROM (SELECT"
          " concat_ws('/', stage, count(*), sum(score)) AS f FROM lead"
          " GROUP BY stage) AS t), (SELECT count(*) FROM consent),"
          " (SELECT sum(n) FROM experiment_hour)")
# No word of theirs is a part of anything else.
EMAIL, LAST = "zenobie.quillard@example.org", "Quillardin"


def settled(s):
    until(lambda: s.count("qualification_queue", "state <> 'done'") == 0, 20,
          "the queue is worked")
    until(lambda: s.count("outbox", "state IN ('ready', 'claimed')") == 0, 20,
          "the outbox is empty")


def dump(s):
    return subprocess.run(["pg_dump", "--data-only", "-n", "piste",
                           s.env["PISTE_DATABASE"]], env=s.env, check=True,
                          capture_output=True, text=True, timeout=60).stdout


def on_disk(s, word):
    """Files of ours that hold a word; PostgreSQL's own are its business."""
    found = []
    for name in ("PISTE_SPOOL", "PISTE_UPLOADS", "PISTE_STATE",
                 "PISTE_MAIL_CAUGHT"):
        for path in glob.glob(os.path.join(s.env[name], "**"),
                              recursive=True):
            if os.path.isfile(path):
                with open(path, "rb") as f:
                    if word.encode() in f.read():
                        found.append(path)
    return found


@scenario("an erased person is nowhere, and every figure is what it was",
          short=True)
def erased(s):
    consented(s, "before@example.org")
    consented(s, EMAIL)
    # By a link made of their address.
    visitor = s.visitor()
    form = visitor.form(PAGE + "?" + "&".join(
        f"{name}={EMAIL}" for name in ("utm_source", "utm_medium",
                                       "utm_campaign", "gclid")))
    visitor.post(PAGE, person(form, EMAIL, last_name=LAST))
    written(s)
    settled(s)
    told = s.piste("export-person", EMAIL)
    equal(told.returncode, 0, f"export-person: {told.stderr}")
    held = json.loads(told.stdout)["held"]
    equal(len(held["submission"]), 2, "submissions in the export")
    check(len(held["consent"]) > 0 and held["consent_text"],
          "consents and their texts")
    contains(told.stdout, LAST, "the export")
    before, head = s.one(TOTALS), s.piste("proof", "--verify").stdout
    contains(dump(s), EMAIL, "the database before")

    ran = s.piste("erase", EMAIL)
    equal(ran.returncode, 1, "without --yes, and nobody to ask")
    contains(ran.stderr, "--yes", "what it says")
    contains(dump(s), EMAIL, "the database still")
    ran = s.piste("erase", EMAIL, "--reason", "asked by letter", "--yes")
    equal(ran.returncode, 0, f"erase: {ran.stderr}")
    said = dump(s).lower()
    for word in (EMAIL, EMAIL.split("@")[0], LAST.lower()):
        check(word not in said, f"{word} is in the database after all")
        equal(on_disk(s, word), [], f"files with {word}")
    equal(s.one(TOTALS), before, "totals")
    equal(s.piste("proof", "--verify").stdout, head, "the chain of consents")

    ran = s.piste("erase", EMAIL, "--yes")
    equal(ran.returncode, 0, "a second time")
    contains(ran.stdout, "already", "what it says")
    ran = s.piste("export-person", EMAIL)
    equal(ran.returncode, 1, "an export of nobody")

    answer = s.submit(EMAIL, last_name=LAST)
    equal(answer.status, 303, "who comes back")
    equal(s.one(f"SELECT outcome FROM submission WHERE email = '{EMAIL}'"),
          "new", "is somebody new")
    s.piste("erase", EMAIL, "--yes")


@scenario("nobody is erased while their posts wait on the disk")
def away(s):
    visitor = s.visitor()
    form = visitor.form(PAGE)
    s.cluster("stop", "fast")
    try:
        answer = visitor.post(PAGE, person(form, "waits.here@example.org"))
        equal(answer.status, 303, "a post with PostgreSQL away")
        ran = s.piste("erase", "waits.here@example.org", "--yes", seconds=60)
        equal(ran.returncode, 1, "with PostgreSQL away")
        contains(ran.stderr, "nothing is done", "what it says")
    finally:
        s.cluster("start")
    until(lambda: s.count("person", "email = 'waits.here@example.org'") == 1,
          20, "they are still there")
    equal(s.piste("erase", "waits.here@example.org", "--yes").returncode, 0,
          "once it is back")


@scenario("who refuses to be measured is in no experiment", "trials")
def refused(s):
    apply(s, [page("refus")], halves("refus", "refus"))
    visitor = s.visitor()
    # Somebody who would be shown the test, so that it shows.
    while see(visitor, "refus") != "b":
        visitor = s.visitor()
    before = id_of(visitor)
    text = visitor.get("/p/refus?lang=en").text
    way = re.search(r'href="(/p/refus/measure[^"]*)"', text).group(1)
    contains(text, "3 years at most", "how long data are kept")
    asked = visitor.get(way)
    equal(asked.status, 200, "the way to refuse")
    contains(asked.text, "Your visits are counted", "as it stands")
    answer = visitor.post(Form(asked.text).action, {})
    equal(answer.status, 303, "refusing")
    equal(id_of(visitor), "no", "what the browser keeps")
    check("Max-Age=33696000" in answer.header("Set-Cookie"),
          "for thirteen months")
    asked = visitor.get(answer.header("Location"))
    contains(asked.text, "Your visits are not counted", "as it stands then")
    for _ in range(3):
        answer = visitor.get("/p/refus")
        equal(answer.all("Set-Cookie"), [], "cookies of a later visit")
        contains(answer.text, "Variante a.", "the control")
    send(s, visitor, "refus", "refuses@example.org")
    equal(id_of(visitor), "no", "after a form")
    written(s)
    equal({v for v in rows(s, "refus") if v == "no" or v == before},
          {before}, "exposures: of before")
    equal(s.count("submission", "email = 'refuses@example.org' AND"
                  " experiment_key IS NULL"), 1, "its form")
    equal(s.count("stray", "submission_id IN (SELECT id FROM submission"
                  " WHERE email = 'refuses@example.org')"), 0, "strays")
    again = visitor.post(Form(asked.text).action, {})
    equal((again.status, "Max-Age=0" in again.header("Set-Cookie")),
          (303, True), "to be counted again")
    visitor.cookies.clear()
    see(visitor, "refus")
    check(id_of(visitor) not in ("no", before), "is somebody new")
    equal(visitor.get("/p/absent/measure").status, 404, "of no page")
    s.piste("erase", "refuses@example.org", "--yes")


@scenario("the audit visits every page and judges what it finds", short=True)
def audited(s):
    views = "coalesce(sum(views) FILTER (WHERE class = 'human'), 0)"
    settled(s)
    seen, exposures = s.one(f"SELECT {views} FROM traffic"), \
        s.count("exposure")
    path = os.path.join(s.env["PISTE_STATE"], "audit-e2e.json")
    ran = s.piste("audit", "--json", path)
    equal(ran.returncode, 0, f"audit: {ran.stdout} {ran.stderr}")
    with open(path, encoding="utf-8") as f:
        report = json.load(f)
    equal(report["fail"], 0, "failures")
    equal(report["url"], s.env["PISTE_URL"], "the site")
    for area in ("cookie", "request", "retention", "address", "geo",
                 "consent", "exemption"):
        check(any(row["area"] == area and row["verdict"] == "pass"
                  for row in report["lines"]), f"a line of {area}")
    check(any(PAGE in row["text"] for row in report["lines"]), "the page")
    check(any("who objects" in row["text"] and row["verdict"] == "pass"
              for row in report["lines"]), "a way to object")
    check(glob.glob(os.path.join(s.env["PISTE_STATE"],
                                 "audit-[0-9]*.json")), "a dated report")
    equal(s.one(f"SELECT {views} FROM traffic"), seen, "views counted")
    equal(s.count("exposure"), exposures, "visitors counted")
    # So it can fail.
    ran = s.piste("audit", env={"PISTE_RETENTION_PROSPECT_MONTHS": "37",
                                "PISTE_KEEP_FULL_ADDRESS": "yes"})
    equal(ran.returncode, 1, "an audit that fails")
    contains(ran.stdout, "fail     retention", "retention")
    contains(ran.stdout, "fail     address", "addresses")
