"""What campaigns cost, and what led to leads."""

import datetime
import json
import os
import zoneinfo

from check import check, contains, equal, scenario
from stages import lead_of

OFFER = {"key": "cout", "name": {"fr": "Coût", "en": "Cost"}}


def campaign(key, **more):
    return {"key": key, "name": key, "channel": "sea", "strategy": "inbound",
            "offer": "cout", **more}


def cost(s, *words, status=0):
    ran = s.piste("cost", *words)
    equal(ran.returncode, status, f"status of cost {words}: {ran.stderr}")
    return ran.stderr if status else ran.stdout


def rows(s, *words):
    return [json.loads(line) for line in
            cost(s, *words, "--json").splitlines()]


def define(s):
    ran = s.apply({"offers": [OFFER], "campaigns": [
        campaign("cout-tout"),
        campaign("cout-un", parent="cout-tout", starts="2026-01-01",
                 ends="2026-03-31"),
        campaign("cout-deux", parent="cout-tout"),
        campaign("cout-vieux", parent="cout-tout")]})
    equal(ran.returncode, 0, f"apply: {ran.stderr}")


@scenario("costs are entered, corrected, shared and held against a budget",
          short=True)
def ledger(s):
    define(s)
    january = ("--from", "2026-01-01", "--to", "2026-01-31")
    contains(cost(s, "add", "cout-un", "media", "100", *january), "entry ",
             "a cost")
    contains(cost(s, "add", "cout-un", "media", "100,00", *january),
             "says so already", "the same again")
    contains(cost(s, "add", "cout-deux", "supplier", "200.01", "--supplier",
                  "Agence", "--reference", "F-1", *january), "entry ",
             "another")
    for words, why in (
            (("add", "cout-un", "media", "-5", *january), "above zero"),
            (("add", "cout-un", "media", "0", *january), "above zero"),
            (("add", "cout-un", "media", "1.001", *january), "an amount is"),
            (("add", "cout-un", "beer", "5", *january), "a kind is"),
            (("add", "cout-un", "media", "5", "--currency", "euro",
              *january), "a currency is"),
            (("add", "cout-un", "media", "5", "--from", "2026-02-30"),
             "a day is like"),
            (("add", "cout-un", "media", "5", "--from", "2026-03-01", "--to",
              "2026-04-01"), "runs from 2026-01-01 to 2026-03-31"),
            (("add", "cout-zero", "media", "5", *january),
             "there is no campaign cout-zero"),
            (("add", "-", "media", "5", *january), "shared by a key"),
            (("add", "cout-deux", "supplier", "210", "--supplier", "Agence",
              "--reference", "F-1", *january), "correct that one"),
            (("correct", "999999", "--why", "none"), "there is no entry"),
            (("budget", "cout-zero", "5", *january), "there is no campaign"),
            (("import", "/nowhere.csv"), "/nowhere.csv")):
        contains(cost(s, *words, status=1), why, f"cost {words}")
    for words in ((), ("add", "cout-un"), ("correct", "1"), ("tree", "x"),
                  ("correct", "one", "--why", "x"), ("tree", "--of", "all"),
                  ("budget", "cout-un", "5")):
        equal(s.piste("cost", *words).returncode, 2, f"cost {words}")
    ran = s.apply({"offers": [OFFER], "campaigns": [
        campaign("cout-vieux", parent="cout-tout", archived=True)]})
    equal(ran.returncode, 0, f"apply: {ran.stderr}")
    contains(cost(s, "add", "cout-vieux", "media", "5", *january, status=1),
             "is archived since", "an archived campaign")
    contains(cost(s, "add", "cout-vieux", "media", "5", *january,
                  "--anyway"), "entry ", "a late bill")
    wrong = rows(s, "list", "--campaign", "cout-deux")[-1]["entry"]
    contains(cost(s, "correct", str(wrong), "--amount", "200", "--why",
                  "Faute de frappe", "--by", "léa"), "counters it", "corrected")
    contains(cost(s, "correct", str(wrong), "--why", "x", status=1),
             "was countered already", "twice")
    equal([(r["amount"], r["corrects"]) for r in
           rows(s, "list", "--campaign", "cout-deux")],
          [("200.01", None), ("-200.01", wrong), ("200.00", wrong)],
          "all of it is kept")
    cost(s, "add", "cout-tout", "staff", "100.01", "--shared-by", "spend",
         *january)
    cost(s, "add", "cout-un", "media", "9", "--currency", "CHF", *january)
    tree = {r.get("campaign", r["row"]): r for r in
            rows(s, "tree", *january)}
    equal([tree[k]["overhead"] for k in ("cout-un", "cout-deux",
                                         "cout-vieux")],
          ["32.79", "65.58", "1.64"], "shares of 100.01 to the cent")
    equal(tree["cout-tout"]["whole"], "405.01", "the whole tree")
    contains(cost(s, "tree", *january), "other currencies", "as text")
    equal(cost(s, "budget", "cout-tout", "400", *january), "new\n",
          "a budget")
    equal(cost(s, "budget", "cout-tout", "400.00", *january), "unchanged\n",
          "the same")
    contains(cost(s, "budgets", "--campaign", "cout-tout"),
             "spent 405.01 over by 5.01", "what is left of it")


@scenario("a cost is of today where the site is, unless said")
def today(s):
    define(s)
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        there = zoneinfo.ZoneInfo(zone)
        before = datetime.datetime.now(there).date()
        ran = s.piste("cost", "add", "cout-deux", "media", "1", "--again",
                      env={"PISTE_TIME_ZONE": zone})
        equal(ran.returncode, 0, f"cost in {zone}: {ran.stderr}")
        day = rows(s, "list", "--campaign", "cout-deux")[-1]["from"]
        after = datetime.datetime.now(there).date()
        check(day in (str(before), str(after)), f"{day} in {zone}")
    ran = s.piste("cost", "list", env={"PISTE_TIME_ZONE": "Mars/Gale"})
    equal(ran.returncode, 1, "a zone that is none")


@scenario("a file of costs is taken once, and whole or not at all")
def files(s):
    define(s)
    path = os.path.join(s.base, "costs.csv")

    def bring(text, *words, status=0, encoding="utf-8"):
        with open(path, "w", encoding=encoding, newline="") as f:
            f.write(text)
        os.chmod(path, 0o644)
        ran = s.piste("cost", "import", path, *words)
        equal(ran.returncode, status, f"status of {text!r}: {ran.stderr}")
        return json.loads(ran.stdout or "{}"), ran.stderr

    head = "campaign;kind;from;to;amount;currency;supplier;reference\r\n"
    sound = head + ("cout-deux;media;1/5/2026;31/5/2026;12,50;;Régie;R-1\r\n"
                    "cout-deux;media;2/5/2026;;7;EUR;Régie;\r\n"
                    "cout-deux;media;2/5/2026;;7;EUR;Régie;\r\n")
    equal(bring(sound, "--preview")[0],
          {"rows": 3, "would_be_new": 3, "known": 0, "refused": 0},
          "a preview")
    equal(bring(sound)[0], {"rows": 3, "new": 3, "known": 0, "refused": 0},
          "the file")
    before = s.count("cost")
    equal(bring("\ufeff" + sound)[0], {"rows": 3, "new": 0, "known": 3,
                                       "refused": 0}, "the file again")
    equal(bring(sound + sound[len(head):])[0],
          {"rows": 6, "new": 3, "known": 3, "refused": 0}, "doubled lines")
    equal(s.count("cost"), before + 3, "of a doubled file, what is more")
    told, said = bring(head + "cout-deux;media;1/6/2026;;5;;;\r\n"
                       "cout-deux;media;1/6/2026;;-5;;;\r\n"
                       "cout-deux;media;1/6/2026;;5;USD;;\r\n"
                       "cout-rien;media;1/6/2026;;5;;;\r\n"
                       "cout-un;media;1/6/2026;;5;;;\r\n", status=1)
    equal(told, {"rows": 5, "would_be_new": 1, "known": 0, "refused": 4},
          "a file with mistakes")
    for line, why in ((3, "an amount is above zero"), (4, "another currency"),
                      (5, "there is no campaign"), (6, "runs from")):
        contains(said, f"line {line}: ", why)
        contains(said, why, f"line {line}")
    equal(s.count("cost"), before + 3, "and nothing of it is entered")
    told, said = bring("from,amount\n2026-06-01,5\n", "--campaign",
                       "cout-deux", "--kind", "media", "--currency", "USD")
    equal(told["new"], 1, "another currency, said so")
    for text, why in (("", "empty"), ("from\n2026-01-01\n", "amount")):
        contains(bring(text, status=1)[1], why, f"a file {text!r}")
    bring("from,amount\n2026-06-01,5\n", status=1, encoding="utf-16")


@scenario("what led to leads is told by several models, which all sum up")
def models(s):
    lead_of(s, "modele@firm.example")
    for by in ("channel", "campaign", "source", "medium", "keyword"):
        for of in ("leads", "customers", "margin"):
            ran = s.piste("attribution", "--by", by, "--of", of, "--json")
            equal(ran.returncode, 0, f"attribution: {ran.stderr}")
            told = [json.loads(line) for line in ran.stdout.splitlines()]
            total = told.pop()
            equal(total["row"], "total", "the last row")
            for model in ("first", "last", "linear", "position", "decay",
                          "markov"):
                equal(sum(round(float(r[model]) * 100) for r in told),
                      round(float(total[model]) * 100),
                      f"{model} of {of} by {by}")
    total = json.loads(s.piste("attribution", "--json").stdout
                       .splitlines()[-1])
    check(total["leads"] >= 1 and total["won"] == total["leads"],
          f"all leads are won: {total}")
    contains(s.piste("attribution").stdout, "half for every 7 days",
             "what the models are")
    equal(s.piste("attribution", "--csv").stdout.splitlines()[0],
          '"channel",first,last,linear,position,decay,markov', "as CSV")
    for words in (("--by", "moon"), ("--of", "all"), ("--from", "hier"),
                  ("--json", "--csv"), ("--among", "us"), ("x",)):
        equal(s.piste("attribution", *words).returncode, 2,
              f"attribution {words}")
    none = s.piste("attribution", "--from", "2001-01-01", "--to",
                   "2001-12-31", "--json").stdout
    equal(json.loads(none)["won"], 0, "of nobody")
