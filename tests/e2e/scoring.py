"""Why a lead has its score, by which rules, and what comes of it."""

import json
import os

from check import check, contains, equal, scenario, until
from stack import PAGE, person

# 45 points for a firm's address, 10 for a document, which halve in 10 days.
RULES = {
    "mql": {"score": 60, "engagement": 15},
    "grades": {"hot": 60, "warm": 30, "recent_days": 7},
    "groups": [{"key": "f", "part": "fit", "cap": 45},
               {"key": "e", "part": "engagement", "cap": 40}],
    "rules": [{"key": "mail", "group": "f", "fact": "domain",
               "in": ["company"], "points": 45},
              {"key": "doc", "group": "e", "event": "document",
               "points": 10, "half_life_days": 10}],
}


def rules_file(s, rules, name="rules.json"):
    path = os.path.join(s.base, name)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(rules, f)
    os.chmod(path, 0o644)
    return path


def score(s, *words, status=0):
    ran = s.piste("score", *words)
    equal(ran.returncode, status, f"status of score {words}: {ran.stderr}")
    return ran.stdout if not status else ran.stderr


def told(s, lead, *words):
    return json.loads(score(s, lead, "--json", *words))


def lead_of(s, email):
    visitor = s.visitor()
    answer = visitor.post(PAGE, person(visitor.form(PAGE), email))
    equal(answer.status, 303, f"status of the post of {email}")
    lead = s.one(f"SELECT lead_id FROM submission WHERE email = '{email}'")
    until(lambda: s.one(f"SELECT score FROM lead WHERE id = {lead}"), 10,
          "the lead has a score")
    return lead


def documents(s, lead, *days):
    ages = f"unnest('{{{','.join(map(str, days))}}}'::int[]) AS d (age)"
    s.sql("SELECT piste.event_partition(((now() - age * interval '1 day')"
          f" AT TIME ZONE 'UTC')::date) FROM {ages}")
    s.sql("INSERT INTO piste.event (at, kind, name, person_id, via) SELECT"
          " now() - age * interval '1 day', 'document', 'p', person_id,"
          f" 'link' FROM lead, {ages} WHERE id = {lead}")


@scenario("a score is explained, as of any moment, and rules are replaced",
          "scored", short=True)
def explained(s):
    lead = lead_of(s, "points@societe.example")
    got = told(s, lead)
    equal((got["version"], got["mql"], got["engagement"]), (0, False, 0),
          "by the built-in rules")
    parts = {p["rule"]: p for p in got["contributions"]}
    equal((parts["company-domain"]["points"],
           parts["company-domain"]["reason"]), (25, "societe.example"),
          "a contribution")
    equal(sum(p["points"] for p in got["contributions"]), got["fit"],
          "what the contributions give")
    equal(str(got["score"]), s.one("SELECT score FROM lead WHERE id ="
                                   f" {lead}"), "what the worker wrote")
    contains(score(s, lead), "company-domain: societe.example", "as text")
    contains(score(s, lead, "--at", "2020-01-01", status=1),
             f"there is no lead {lead} at that time", "before its time")
    for moment in ("jamais", "infinity", "10000-01-01", "1969-12-31"):
        equal(score(s, lead, "--at", moment, status=1), f"piste score: --at"
              f" {moment}: a day or a moment is like 2026-12-01 or"
              " 2026-12-01T08:00:00Z\n", "no moment")
    contains(score(s, "999999", status=1), "there is no lead 999999",
             "no lead")

    bad = dict(RULES, groups=[dict(g, within="e") for g in RULES["groups"]],
               extra=1)
    said = score(s, "--rules", rules_file(s, bad, "bad.json"), status=1)
    for part in ('$: unknown member "extra"', "$.groups[0].within: e is of"
                 " the other part", "$.groups[1].within: a cycle"):
        contains(said, part, "what is wrong and where")
    contains(said, "\npiste score: nothing is applied\n", "what comes of it")
    equal(s.one("SELECT count(*) FROM score_rules"), "0", "nothing applied")

    path = rules_file(s, RULES)
    forecast = score(s, "--backtest", path, "--since", "7d", "--json")
    sums = json.loads(forecast.splitlines()[-1])
    equal((sums["in_force"]["mqls"], sums["proposed"]["mqls"]), (0, 0),
          "what rules would have made")
    contains(score(s, "--rules", path), "rules 1 are in force", "applied")
    equal(json.loads(score(s, "--rules")), RULES, "the rules in force")
    score(s, "--all")
    equal(s.one("SELECT concat_ws(' ', score, grade, score_version) FROM lead"
                f" WHERE id = {lead}"), "45 warm 1", "scored by them")

    # Documents make an MQL of it, once.
    documents(s, lead, 0, 10, 0)
    until(lambda: s.one(f"SELECT stage FROM lead WHERE id = {lead}") == "mql",
          15, "the worker has scored what was done")
    got = told(s, lead)
    equal((got["score"], got["grade"], got["mql"], got["engagement"]),
          (70, "hot", True, 25), "the score")
    part = got["contributions"][-1]
    equal((part["rule"], part["points"]), ("doc", 25), "the documents")
    check(part["reason"].startswith("3, last on "), "how many, and when")
    equal(round(part["decay"], 2), 0.83, "what is left of them")
    equal(s.sql(f"SELECT score, version FROM mql WHERE lead_id = {lead}"),
          ["70|1"], "one MQL event")
    contains(s.piste("lead", "history", lead).stdout,
             "lead -> mql by piste (system", "its history")
    sums = score(s, "--backtest", path, "--since", "1d")
    contains(sums, "in_force     1 MQL of 1 leads", "the past")
    contains(score(s, "--all"), " 0 came up as MQL", "again")


@scenario("wrong words of score are refused", "scored")
def usage(s):
    for words in ((), ("--all", "--json"), ("0",), ("x",), ("--backtest",),
                  ("1", "--since", "3d"), ("--backtest", "f", "--at", "x"),
                  ("--backtest", "f", "--since", "0d"),
                  ("--backtest", "f", "--since", "3651d"),
                  ("--rules", "a", "b"), ("--rules", "--json"),
                  ("--backtest", "--json")):
        contains(score(s, *words, status=2), "usage: piste score",
                 f"score {' '.join(words)}")
    contains(score(s, "--rules", "/nonexistent", status=1),
             "/nonexistent: No such file", "no file")
