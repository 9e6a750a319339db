"""The one binary's commands, from a shell that has sourced VAR/env."""

import json
import os
import pwd
import shutil
import struct
import tempfile
import time

from check import check, contains, equal, scenario, until
from stack import AS, PAGE

W10 = (("v00000001", .4458, 0, -1, 1), ("v00000002", .7921, 1, -1, 2),
       ("visitor-42", .1228, 0, -1, 0),
       ("8f14e45f-ceea-467f-a9c5-1d2e3f4a5b6c", .5371, 1, 1, 1))
SPLITS = ({"weights": [.5, .5], "coverage": 1},
          {"weights": [.5, .5], "coverage": .2},
          {"weights": [.3333, .3333, .3334], "coverage": 1})
FOUR = {"n": [2000, 2010, 1990, 2005], "x": [80, 95, 103, 78]}
PAIR = {"n": [1000, 1000], "x": [52, 71]}
# Each kind of question: what is asked, and one figure of the answer.
STATS = (("analyze", dict(PAIR, n_star=5000), "z", 1.768414),
         ("srm", {"counts": [10300, 9700]}, "p", 2.20905e-5),
         ("seqsrm", {"batches": [[10300, 9700]]}, "running_p",
          [.00429082]),
         ("adjust", {"p": [.01, .04, .03]}, "holm", [.03, .06, .06]),
         ("power", {"kind": "sample_size", "baseline": .04,
                    "mde_relative": .2}, "n_av_per_arm", 19820),
         ("looks", {"n": [PAIR["n"]], "x": [PAIR["x"]], "n_star": 5000},
          "av_running_p", [.629285]),
         ("factorial", {"levels": [2, 2], "n": [1000] * 4,
                        "x": [40, 44, 50, 55],
                        "cells": [[0, 0], [0, 1], [1, 0], [1, 1]]},
          "best_cell", 3),
         ("value", {"kind": "mean", "n": [3, 3], "sum": [6, 9],
                    "sum_sq": [14, 29]}, "lift", .5),
         ("epochs", {"epochs": [
             {"n": [6000, 6000], "x": [300, 330], "weights": [.5, .5]},
             {"n": [1500, 6000], "x": [60, 252], "weights": [.2, .8]}]},
          "lift", .0833333),
         ("bandit", FOUR, "bucket_weights_10000", [647, 2470, 6295, 588]),
         ("segments", {"segments": [dict(PAIR, name="fr"),
                                    dict(PAIR, name="be")]},
          "pooled_lift", 19 / 52),
         ("decide", dict(PAIR, days=3), "verdict", "collecting"))
LOG = {"variations": 2, "as_of": 90000, "events": [
    {"type": "exposure", "t": 0, "visitor": "ana", "variation": 1},
    {"type": "exposure", "t": 5, "visitor": "bot", "variation": 0,
     "bot": True},
    {"type": "conversion", "t": 60, "visitor": "ana", "lead": "l1"}]}


def lines(ran):
    return [json.loads(line) for line in ran.stdout.splitlines()]


@scenario("help tells every command; wrong usage exits with 2")
def usage(s):
    said = s.piste("help")
    equal(said.returncode, 0, "status of help")
    for name in ("serve", "work", "migrate", "apply", "export", "check",
                 "validate", "assign", "stats", "events", "results",
                 "experiment", "selftest", "help"):
        contains(said.stdout, name, "piste help")
        one = s.piste("help", name)
        equal(one.returncode, 0, f"status of help {name}")
        contains(one.stdout, "piste " + name, f"help {name}")
        equal([(r.returncode, r.stdout, r.stderr) for r in
               (s.piste(name, "--help"), s.piste(name, "-h"))],
              [(0, one.stdout, "")] * 2, f"{name} --help")
    contains(said.stdout, "  export-person write", "a blank behind each name")
    contains(s.piste("import", "--help").stdout, "[--webinar NAME]",
             "what import takes")
    for words in (["nonsense"], ["apply"], ["export", "x"], ["validate"],
                  ["validate", "nonsense"], ["assign"], ["work", "--nonsense"],
                  ["stats"], ["events"], ["results"], ["experiment"],
                  ["selftest"], ["help", "nonsense"]):
        ran = s.piste(*words)
        equal(ran.returncode, 2, f"status of piste {' '.join(words)}")
        check(ran.stderr, f"piste {' '.join(words)} says why")
    settings = s.piste("help", "settings")
    equal(settings.returncode, 0, "status of help settings")
    contains(settings.stdout, "commit_wait_ms", "help settings")


@scenario("wrong settings are told by name and stop the program")
def settings(s):
    for name, value in (("MIN_FILL_MS", "-1"), ("PROCESSES", "many"),
                        ("METRICS_FROM", "elsewhere")):
        ran = s.piste("check", env={"PISTE_" + name: value})
        equal(ran.returncode, 1, f"status with {name}={value}")
        contains(ran.stderr + ran.stdout, name, "the reason")
    path = os.path.join(s.base, "bad.conf")
    with open(path, "w", encoding="utf-8") as f:
        f.write("# a comment\nurl = http://x\nnonsense = 1\n")
    ran = s.piste("check", env={"PISTE_CONF": path})
    equal(ran.returncode, 1, "status with an unknown setting")
    contains(ran.stderr + ran.stdout, f"{path}:3: nonsense", "file and line")
    ran = s.piste("-c", "/etc", "check")
    equal(ran.returncode, 1, "status of a directory")
    contains(ran.stderr, "/etc: Is a directory", "the reason")


@scenario("a path, a socket and an address are refused when they are none")
def places(s):
    for name, value in (("STATE", ""), ("STATE", "state"), ("SPOOL", "."),
                        ("ASSETS", ""), ("LISTEN", "piste.sock"),
                        ("LISTEN", "localhost:9000"), ("URL", "x.example"),
                        ("URL", s.env["PISTE_URL"] + "/")):
        ran = s.piste("preview", "livre-blanc", "a",
                      env={"PISTE_" + name: value})
        equal(ran.returncode, 1, f"status with {name}={value}")
        contains(ran.stderr, f"PISTE_{name}: n", f"why not {value!r}")


@scenario("serve ends at once when it could never work")
def hopeless(s):
    for name in ("SPOOL", "STATE"):
        ran = s.piste("serve", env={"PISTE_" + name: "/proc/nowhere",
                                    "PISTE_LISTEN": s.base + "/none.sock"})
        equal(ran.returncode, 1, f"status without {name}")
        check(ran.stderr, "the reason is told")


@scenario("migrate and apply can be said twice; export gives it back",
          short=True)
def again(s):
    equal(s.piste("migrate").returncode, 0, "migrate again")
    site = s.export()
    ran = s.apply(site)
    equal(ran.returncode, 0, f"apply of what was exported: {ran.stderr}")
    changes = {row["change"] for row in lines(ran)}
    equal(changes, {"unchanged"}, "changes")
    equal(s.export(), site, "the export afterwards")
    here = os.path.join(s.base, "site.json")
    with open(here, encoding="utf-8") as f:
        equal(s.piste("apply", "-", given=f.read()).returncode, 0, "apply -")
    for words in (["--correction", "-"], ["-", "--correction"]):
        equal(s.piste("apply", *words, given="{}").returncode, 0,
              f"apply {words}")
    for words in (["--correction"], ["-", "-"], ["-", "--nonsense"]):
        equal(s.piste("apply", *words, given="{}").returncode, 2,
              f"apply {words}")


@scenario("apply is whole or not at all, with the path of each mistake")
def whole(s):
    before = s.export()
    site = s.export()
    site["campaigns"][0]["name"] = "Changed"
    page = site["pages"][0]
    page["variants"][1]["template"] = 7
    page["form"] = "no-such-form"
    page["nonsense"] = True
    ran = s.apply(site)
    equal(ran.returncode, 1, "status")
    for path in ("$.pages[0].variants[1].template", "$.pages[0].form",
                 "$.pages[0].nonsense"):
        contains(ran.stderr, path + ":", "mistakes")
    equal(s.export(), before, "nothing was applied")
    for text in ("", "{", "[]", '{"pages": [], "pages": []}', "\0"):
        ran = s.piste("apply", "-", given=text)
        equal(ran.returncode, 1, f"status of {text!r}")
        contains(ran.stderr, "$", f"mistake of {text!r}")
    for path, why in ((os.path.join(s.base, "not-there.json"), "No such"),
                      ("/tmp", "Is a directory")):
        ran = s.piste("apply", path)
        equal(ran.returncode, 1, f"status of {path}")
        contains(ran.stderr, f"{path}: {why}", "file and reason")


@scenario("a change of the site is seen within a second, without a restart")
def change(s):
    site = s.export()
    variants = site["pages"][0]["variants"]
    for word in ("Premier essai", "Second essai <b>&"):
        for v in variants:
            v["parts"]["headline"]["fr"] = word
        ran = s.apply(site)
        equal(ran.returncode, 0, f"apply: {ran.stderr}")
        shown = word.replace("&", "&amp;").replace("<", "&lt;") \
            .replace(">", "&gt;")
        until(lambda: all(shown in s.visitor().get(PAGE).text
                          for _ in range(6)), 1, f"{word} is shown")
    site["pages"].append(dict(site["pages"][0], key="autre"))
    site["experiments"] = [x for x in site["experiments"]]
    equal(s.apply(site).returncode, 0, "apply with another page")
    until(lambda: s.visitor().get("/p/autre").status == 200, 1, "a new page")
    site["pages"][-1]["archived"] = True
    ran = s.apply(site)
    equal(ran.returncode, 0, f"apply of an archived page: {ran.stderr}")
    until(lambda: s.visitor().get("/p/autre").status == 410, 1, "archived")
    contains(s.visitor().get("/p/autre").text, "</html>", "a page for 410")


@scenario("check tells what is wrong, in which file and line")
def told(s):
    ran = s.piste("check")
    equal(ran.returncode, 0, f"a good installation: {ran.stdout}{ran.stderr}")
    for name in ("templates", "database", "geo", "spool"):
        contains(ran.stdout, name, "piste check")
    for name, value in (("GEO", "/nowhere.mmdb"), ("SPOOL", "/nowhere"),
                        ("DATABASE", "host=/nowhere dbname=x"),
                        ("TEMPLATES", "/nowhere")):
        ran = s.piste("check", env={"PISTE_" + name: value})
        equal(ran.returncode, 1, f"status with {name}={value}")
        contains(ran.stdout + ran.stderr, "nowhere", f"reason with {name}")


def bad(s, about, **env):
    """The line with which piste check refuses."""
    ran = s.piste("check", env={"PISTE_" + k: v for k, v in env.items()})
    equal(ran.returncode, 1, f"status of check: {ran.stdout}")
    found = [row for row in ran.stdout.split("\n")
             if row.startswith(f"BAD  {about} ")]
    equal(len(found), 1, f"lines about {about} in {ran.stdout}")
    return found[0]


@scenario("check tells the user it looked as, and files it can't use")
def files(s):
    who = pwd.getpwuid(pwd.getpwnam(AS["user"]).pw_uid if AS
                       else os.getuid()).pw_name
    ran = s.piste("check")
    contains(ran.stdout, f", as {who}\n", "the user")
    contains(bad(s, "geo", GEO6="/nowhere6"), "/nowhere6 cannot", "geo6")
    contains(bad(s, "geo", GEO="", GEO6="/nowhere6"), "/nowhere6 cannot",
             "geo6 alone")
    contains(bad(s, "assets", ASSETS="/nowhere"), "/nowhere: No such",
             "no assets")
    with tempfile.TemporaryDirectory(dir=s.base) as place:
        os.chmod(place, 0o777)
        contains(bad(s, "assets", ASSETS=place),
                 f"{place}/livre-blanc.pdf: No such",
                 "a missing asset")
        key = os.path.join(place, "secret.key")
        with open(key, "wb") as f:
            f.write(b"x" * 33)
        os.chmod(key, 0o600)
        if AS:
            shutil.chown(key, AS["user"])
        contains(bad(s, "state", STATE=place), "not 32 bytes", "a long key")
        os.truncate(key, 32)
        equal(s.piste("check", env={"PISTE_STATE": place}).returncode, 0,
              "status with a key")
        os.chmod(key, 0o640)
        contains(bad(s, "state", STATE=place), "others may read it", "a key")


@scenario("check tells a cookie's domain that no browser takes")
def cookie_domain(s):
    url = "http://go.firm.example"
    ran = s.piste("check", env={"PISTE_COOKIE_DOMAIN": "firm.example",
                                "PISTE_URL": url})
    equal(ran.returncode, 0, f"status with its own: {ran.stdout}")
    contains(bad(s, "settings", COOKIE_DOMAIN="fr", URL="http://go.firm.fr"),
             "anybody may register", "a public suffix")
    contains(bad(s, "settings", COOKIE_DOMAIN="firm.fr", URL=url),
             "is not below it", "another's")


@scenario("check tells a zone that is none")
def zone(s):
    contains(bad(s, "settings", TIME_ZONE="Europe/Pari"),
             "time_zone: this machine knows no zone Europe/Pari", "said")


@scenario("check tells addresses of reports and alarms that are none")
def readers(s):
    for name, value, reason in (
            ("ALARM_MAIL", "boss@x.fr, b@x.fr", "alarm_mail: boss@x.fr, is no"),
            ("ALARM_MAIL", "a@x.fr b@x.fr", "alarm_mail: more than 1 "),
            ("REPORT_MAIL", "a@x.fr  nobody", "report_mail: nobody is no"),
            ("REPORT_MAIL", " ".join(f"r{n}@x.fr" for n in range(21)),
             "report_mail: more than 20 ")):
        contains(bad(s, "mail", **{name: value}), reason, value)
    ran = s.piste("check", env={"PISTE_ALARM_MAIL": "a@x.fr",
                                "PISTE_REPORT_MAIL": " ".join(
                                    f"r{n}@x.fr" for n in range(20))})
    equal(ran.returncode, 0, f"status with 20: {ran.stdout}")


@scenario("check tells a template no file has, and a newer database")
def beyond(s):
    before = s.export()
    site = s.export()
    for v in site["pages"][0]["variants"]:
        v["template"] = "no-such"
    ran = s.apply(site)
    equal(ran.returncode, 1, "apply where the templates are")
    contains(ran.stderr, "$.pages[0].variants[1].template: there is no",
             "its reason")
    equal(s.apply(site, PISTE_TEMPLATES="/nowhere").returncode, 0,
          "apply from where they are not")
    said = bad(s, "site")
    page = site["pages"][0]
    equal(s.apply(before).returncode, 0, "apply of what was")
    for part in (f"page {page['key']}, variant {page['variants'][0]['key']}:",
                 "no template no-such", "and 1 more"):
        contains(said, part, "a missing template")
    field = before["forms"][0]["fields"][0]
    options = [{"value": str(n), "label": {"fr": "x" * 60, "en": "x"}}
               for n in range(300)]
    site = json.loads(json.dumps(before))
    site["forms"].append(dict(site["forms"][0], key="long", consents=[],
        fields=[dict(field, name=f"f{n}", kind="choice", options=options)
                for n in range(40)]))
    site["pages"].append(dict(site["pages"][0], key="long", form="long"))
    ran = s.apply(site)
    equal(ran.returncode, 0, f"apply of a long page: {ran.stderr}")
    contains(bad(s, "site"), "page long, variant a: too large in fr", "it")
    site["pages"][-1]["archived"] = True
    equal(s.apply(site).returncode, 0, "apply of what was")
    s.sql("INSERT INTO migration (number, name) VALUES (9999, 'later')")
    try:
        contains(bad(s, "database"), "newer than this program", "reason")
    finally:
        s.sql("DELETE FROM migration WHERE number = 9999")
    equal(s.piste("check").returncode, 0, "status of check")


def fill_spool(place, age_s, mode=0o666):
    """One segment of that age, of one record of which the header counts."""
    for name in os.listdir(place):
        os.unlink(os.path.join(place, name))
    born_us = int((time.time() - age_s) * 1e6)
    path = os.path.join(place, f"{born_us:016x}-00000001.spool")
    with open(path, "wb") as f:
        f.write(b"\xfePS\xff" + struct.pack("<I", 1) + b"s" * 16 + b"x")
    os.chmod(path, mode)


@scenario("check tells what has waited in the spool for too long")
def stale(s):
    with tempfile.TemporaryDirectory(dir=s.base) as place:
        os.chmod(place, 0o777)
        fill_spool(place, 61)
        contains(bad(s, "spool", SPOOL=place), "1 submissions", "old ones")
        equal("BAD  spool" in s.piste("check", env={
            "PISTE_SPOOL": place, "PISTE_DATABASE": "host=/nowhere",
        }).stdout, False, "they wait for a database")
        fill_spool(place, 5, mode=0)
        contains(bad(s, "spool", SPOOL=place), "1 files that cannot",
                 "a closed one")
        fill_spool(place, 5)
        equal(s.piste("check", env={"PISTE_SPOOL": place}).returncode, 0,
              "status with young ones")


@scenario("validate judges e-mails, phones and forms, a line each")
def validate(s):
    ran = s.piste("validate", "email",
                  given="Ana@Exämple.FR\nana@\na@b.fr\"x\n\nok@example.org\n")
    equal(ran.returncode, 0, "status")
    got = lines(ran)
    equal([row["ok"] for row in got], [True, False, False, False, True],
          "verdicts")
    equal(got[0]["value"], "Ana@xn--exmple-cua.fr", "normal form")
    equal((got[1]["input"], got[1]["error"]), ("ana@", "not-email"), "error")
    ran = s.piste("validate", "phone",
                  given="06 12 34 56 78\n0612\n+32 470 12 34 56\n"
                        "0690 12 34 56\n")
    got = lines(ran)
    equal([row.get("value") for row in got],
          ["+33612345678", None, "+32470123456", "+590690123456"], "phones")
    ran = s.piste("validate", "form", "livre-blanc", given=json.dumps(
        {"email": "ana@example.org", "first_name": "Ana",
         "last_name": "Lopes"}) + "\n{}\nnonsense\n")
    equal([row["ok"] for row in lines(ran)], [True, False, False], "forms")
    ran = s.piste("validate", "form", "no-such")
    equal(ran.returncode, 1, "no form")
    contains(ran.stderr, "no form no-such", "reason")


@scenario("validate answers every line, however long")
def validate_long(s):
    ran = s.piste("validate", "email",
                  given="é" * 600000 + "\n" + "x" * 65536 + "\na@b.fr\n")
    equal(ran.returncode, 0, "status")
    got = lines(ran)
    equal([row.get("error") for row in got],
          ["too-long", "too-long", None], "errors")
    equal([row["input"] for row in got],
          ["é" * 50, "x" * 65536, "a@b.fr"], "what is repeated")
    many = json.dumps({f"m{n}": 1 for n in range(600000)})
    some = json.dumps({f"m{n}": 1 for n in range(101)})
    ran = s.piste("validate", "form", "livre-blanc",
                  given=f"{many}\n{some}\n{{}}\n")
    equal(ran.returncode, 0, "status")
    equal([row["error"] for row in lines(ran)],
          ["too-long", "too-many-fields", "invalid"], "errors of forms")


@scenario("preview knows its page and variant, and makes no key")
def preview(s):
    good = s.piste("preview", "livre-blanc", "b")
    equal(good.returncode, 0, f"status: {good.stderr}")
    contains(good.stdout, s.env["PISTE_URL"] + PAGE + "?", "the link")
    with tempfile.TemporaryDirectory(dir=s.base) as place:
        os.chmod(place, 0o777)
        for page, variant, why in (("nope", "nope", "no page nope"),
                                   ("livre-blanc", "z", "no variant z"),
                                   ("livre-blanc", "b", "no key")):
            ran = s.piste("preview", page, variant,
                          env={"PISTE_STATE": place})
            equal(ran.returncode, 1, f"status of {page} {variant}")
            contains(ran.stderr, why, "reason")
            equal((ran.stdout, os.listdir(place)), ("", []), "and no more")


@scenario("assign --jsonl gives the worked example", short=True)
def assign(s):
    rows, wanted = [], []
    for unit, bucket, *arms in W10:
        for split, arm in zip(SPLITS, arms):
            rows.append(json.dumps({"id": len(rows), "inputs": dict(
                split, unit_id=unit, seed="spring-hero", hash_version=2,
                filters=[])}))
            wanted.append((bucket, arm))
    ran = s.piste("assign", "--jsonl", given="\n".join(rows) + "\n")
    equal(ran.returncode, 0, f"status: {ran.stderr}")
    got = lines(ran)
    equal([row["id"] for row in got], list(range(len(rows))), "ids")
    equal([(round(row["got"]["bucket"], 9), row["got"]["variation"])
           for row in got], wanted, "buckets and arms")
    check("error" in lines(s.piste("assign", "--jsonl", given="{\n"))[0],
          "nonsense is told in its line")


def near(got, wanted):
    """The same, numbers to six digits of what is written down."""
    if isinstance(wanted, list):
        return len(got) == len(wanted) and all(map(near, got, wanted))
    if isinstance(wanted, float):
        return abs(got - wanted) <= 2e-6 * abs(wanted)
    return got == wanted


@scenario("stats --jsonl answers every kind; a bad line stops nothing",
          short=True)
def stats(s):
    bad = ('{"id": "n", "inputs": {"n": [NaN, 1], "x": [1, 1]}}\n'
           '{"id": "e", "inputs": {}}\nnonsense\n')
    for kind, inputs, name, wanted in STATS:
        line = json.dumps({"id": kind, "inputs": inputs})
        ran = s.piste("stats", kind, "--jsonl", given=bad + line + "\r\n")
        equal(ran.returncode, 0, f"status of {kind}: {ran.stderr}")
        got = lines(ran)
        equal([row["id"] for row in got], ["n", "e", None, kind], "ids")
        check(all("error" in row for row in got[:3]), f"{kind}: bad lines")
        check(near(got[3]["got"][name], wanted),
              f"{kind}: {name} is {wanted}, not {got[3]['got'][name]}")
    only = s.piste("stats", "analyze", "--jsonl", "--only", "av",
                   given=json.dumps({"id": 1, "inputs": FOUR}))
    equal(sorted(lines(only)[0]["got"]),
          ["av_lift_ci_bonferroni", "av_p", "av_p_holm"], "--only av")
    for words in ([], ["analyze"], ["analyse", "--jsonl"],
                  ["srm", "--jsonl", "--only", "av"],
                  ["analyze", "--jsonl", "--only"],
                  ["analyze", "--jsonl", "more"]):
        ran = s.piste("stats", *words)
        equal(ran.returncode, 2, f"status of stats {' '.join(words)}")
        contains(ran.stderr, "usage: piste stats", "the reason")


@scenario("events --jsonl counts a log; a bad line stops nothing", short=True)
def events(s):
    broken = dict(LOG, variations=1)
    ran = s.piste("events", "analyze", "--jsonl", given="\n".join((
        json.dumps({"id": 1, "inputs": broken}), "{",
        json.dumps({"id": 3, "inputs": LOG}))))
    equal(ran.returncode, 0, f"status: {ran.stderr}")
    first, second, third = lines(ran)
    equal((first["id"], second["id"], third["id"]), (1, None, 3), "ids")
    contains(first["error"], "variation", "an arm that isn't there")
    check("error" in second, "nonsense is told in its line")
    got = third["got"]
    equal((got["visitors"], got["conversions"]), ([0, 1], [0, 1]), "counts")
    equal(got["excluded"]["bot_visitors"], 1, "robots")
    for words in ([], ["analyze"], ["--jsonl"], ["count", "--jsonl"]):
        equal(s.piste("events", *words).returncode, 2,
              f"status of events {' '.join(words)}")


@scenario("a row whose worker has died is taken again after its lease")
def lease(s):
    until(lambda: s.count("qualification_queue", "state = 'ready'") == 0, 10,
          "the queue is empty")
    equal(s.submit("lease@example.org").status, 303, "status")
    mine = ("FROM submission b WHERE b.id = q.submission_id"
            " AND b.email = 'lease@example.org'")
    state = ("SELECT q.state FROM qualification_queue q JOIN submission b ON"
             " b.id = q.submission_id WHERE b.email = 'lease@example.org'")
    until(lambda: s.one(state) == "done", 10, "done at first")
    s.sql("UPDATE qualification_queue q SET state = 'claimed',"
          " locked_by = 'ghost', locked_until = now() + interval '2 s',"
          " finished_at = NULL " + mine)
    s.piste("work", "--once")
    equal(s.one(state), "claimed", "a lease that holds")
    until(lambda: s.one(state) == "done", 10, "taken again, and done")


@scenario("a changed template is shown; a broken one replaces nothing",
          stack="templates")
def templates(s):
    place = s.env["PISTE_TEMPLATES"]
    path = os.path.join(place, "landing", "hero.tpl")
    with open(path, encoding="utf-8") as f:
        good = f.read()

    def write(text):
        with open(path + ".new", "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path + ".new", 0o644)
        os.rename(path + ".new", path)
    write(good.replace("</main>", "<p>changed-template</p></main>"))
    until(lambda: "changed-template" in s.visitor().get(PAGE).text, 3,
          "the change is shown")
    broken = good.split("\n")
    broken.insert(2, "{{#OPEN_SECTION}}")
    write("\n".join(broken))
    until(lambda: s.piste("check").returncode == 1, 3, "check complains")
    ran = s.piste("check")
    contains(ran.stdout + ran.stderr, "hero.tpl:", "file and line")
    for _ in range(20):
        answer = s.visitor().get(PAGE)
        equal(answer.status, 200, "status with a broken template")
        contains(answer.text, "changed-template", "the old page stays")
    write(good.replace('{{%AUTOESCAPE context="HTML"}}', "", 1))
    contains("".join((s.piste("check").stdout, s.piste("check").stderr)),
             "hero.tpl:1:", "no escaping")
    write(good)
    until(lambda: "changed-template" not in s.visitor().get(PAGE).text, 3,
          "mended")
    equal(s.piste("check").returncode, 0, "status of check")
