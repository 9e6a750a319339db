"""Leads come to sellers: by rules, once, and to the next who accepts."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

from check import check, contains, equal, scenario, until
from stack import PAGE, ROOT, person

ANA = {"key": "ana", "general": True, "weight": 1}
BOB = {"key": "bob", "general": True}


def apply(s, rules, status=0):
    path = os.path.join(s.base, "sellers.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(rules, f)
    os.chmod(path, 0o644)
    ran = s.piste("seller", "apply", path)
    equal(ran.returncode, status, f"status of apply: {ran.stderr}")
    return ran.stdout + ran.stderr


def sent(s, email):
    visitor = s.visitor()
    answer = visitor.post(PAGE, person(visitor.form(PAGE), email))
    equal(answer.status, 303, f"status of the post of {email}")
    lead = s.one("SELECT lead_id FROM submission"
                 f" WHERE email = '{email}'")
    until(lambda: s.one("SELECT scored_at IS NOT NULL FROM lead"
                        f" WHERE id = {lead}") == "t", 10, "it is scored")
    s.piste("lead", "move", lead, "mql")
    return lead


def owner(s, lead):
    return s.one("SELECT s.key FROM lead l JOIN seller s"
                 f" ON s.id = l.owner_id WHERE l.id = {lead}")


def given(s, lead):
    until(lambda: owner(s, lead) != "", 10, f"lead {lead} is somebody's")
    return owner(s, lead)


@scenario("leads are given in turns, refused, handed over and explained",
          stack="sold", short=True)
def turns(s):
    said = apply(s, {"sellers": [ANA, dict(BOB, weight=0)]}, 1)
    contains(said, "$.sellers[1].weight: must be a whole number", "the path")
    contains(said, "nothing is applied", "what became of it")
    contains(apply(s, {"sellers": [ANA, BOB]}), "added\tseller ana",
             "what changed")
    leads = [sent(s, f"turn{i}@seller.example") for i in range(4)]
    whose = [given(s, lead) for lead in leads]
    equal(sorted(whose), ["ana", "ana", "bob", "bob"], "whose they are")
    first, other = leads[0], {"ana": "bob", "bob": "ana"}[whose[0]]
    equal(s.piste("seller", "refuse", first, "--reason", "away").stdout,
          f"lead {first} is nobody's, for the next one\n", "who refuses")
    until(lambda: owner(s, first) == other, 10, "the next one has it")
    told = s.piste("allocate", "--explain", first).stdout
    contains(told, f"left out {whose[0]} tried", "why")
    contains(told, f"candidate {other} weight 1 deficit", "who could")
    equal(s.piste("allocate", "--to", whose[0], "--lead", first,
                  "--reason", "by phone").stdout,
          f"lead {first} is {whose[0]}'s\n", "who has it by hand")
    equal(owner(s, first), whose[0], "whose it is by hand")
    contains(s.piste("seller", "accept", first).stdout,
             f"is {whose[0]}'s", "who accepts")
    rows = [json.loads(line) for line in
            s.piste("allocate", "--explain", first, "--json")
            .stdout.splitlines()]
    equal([row["outcome"] for row in rows],
          ["refused", "reassigned", None], "what became of each")


@scenario("nobody free is an overflow with an alarm", stack="sold")
def overflow(s):
    apply(s, {"sellers": [dict(ANA, open_max=0), BOB]})
    contains(s.piste("seller", "absent", "bob", "--from", "2020-01-01",
                     "--to", "2100-01-01").stdout, "bob is away from",
             "who is away")
    lead = sent(s, "nobody@seller.example")
    until(lambda: lead in s.piste("allocate", "--overflow").stdout.split(),
          10, "it is on the list")
    contains(s.visitor().get("/metrics").text, "piste_overflow_leads 1",
             "the alarm")
    equal(s.piste("seller", "present", "bob").stdout,
          "1 absences ended\n", "who is back")
    s.sql("UPDATE overflow SET next_at = now()")
    equal(given(s, lead), "bob", "whose it is")
    equal(s.piste("allocate", "--overflow").stdout, "", "the list")


@scenario("many workers give each lead once, evenly", stack="sold")
def rivals(s):
    apply(s, {"sellers": [BOB, {"key": "cy", "general": True},
                          {"key": "dee", "general": True}]})
    s.sql("INSERT INTO person (email) SELECT 'm' || n || '@many.example'"
          " FROM generate_series(1, 300) AS n")
    with ThreadPoolExecutor(4) as lanes:
        s.sql("INSERT INTO lead (person_id, offer_key, score, scored_at)"
              " SELECT p.id, o.key, 50, now() FROM person p, LATERAL (SELECT"
              " key FROM offer LIMIT 1) o WHERE p.email LIKE '%@many.example'")
        s.sql("SELECT lead_move(l.id, 'mql', 'test', 'system', NULL, NULL)"
              " FROM lead l JOIN person p ON p.id = l.person_id"
              " WHERE p.email LIKE '%@many.example' ORDER BY l.id")
        ran = list(lanes.map(lambda _: s.piste("work", "--once"), range(4)))
    equal([r.returncode for r in ran], [0] * 4, "status of the workers")
    until(lambda: s.one("SELECT count(*) FROM allocation a JOIN lead l ON"
                        " l.id = a.lead_id JOIN person p ON p.id ="
                        " l.person_id WHERE p.email LIKE '%@many.example'")
          == "300", 20, "all are given")
    equal(s.sql("SELECT count(*) FROM lead l JOIN person p ON p.id ="
                " l.person_id WHERE p.email LIKE '%@many.example'"
                " GROUP BY l.owner_id"), ["100"] * 3, "whose they are")
    told = s.piste("allocate", "--replay", "30d", "--rules",
                   os.path.join(s.base, "sellers.json"), "--json").stdout
    end = json.loads(told.splitlines()[-1])
    check(end["leads"] >= 300, "the replay's leads")
    check(end["evenness_after"] > .99, "how even it would be")


@scenario("four answers decide what becomes of a lead", stack="sold")
def bant(s):
    def said(*words, status=0):
        ran = s.piste("bant", *words)
        equal(ran.returncode, status, f"status of {words}: {ran.stderr}")
        return ran.stdout + ran.stderr

    apply(s, {"sellers": [ANA]})
    lead = sent(s, "bant@seller.example")
    given(s, lead)
    contains(said("accept", lead, "--action", "visit", "--due",
                  "2100-01-01", status=1), "is no SQL: incomplete", "why")
    contains(said("set", lead, "timing", "2020-01-01", status=1),
             "2020-01-01 is over", "a day that is over")
    for topic, value in (("budget", "9000"), ("authority", "yes"),
                         ("need", "yes")):
        contains(said("set", lead, topic, value, "--by", "ana"),
                 "incomplete", f"after {topic}")
    equal(said("set", lead, "timing", "now"),
          f"ready; lead {lead} is at mql\n", "the verdict")
    equal(said("accept", lead, "--action", "visit", "--due", "2100-01-01"),
          f"lead {lead} is at sql; next until 2100-01-01: visit\n", "an SQL")
    s.sql("UPDATE next_action SET due_on = current_date - 1"
          f" WHERE lead_id = {lead}")
    check(s.one("SELECT accepted_at IS NOT NULL FROM allocation"
                f" WHERE lead_id = {lead}") == "t", "it is accepted")
    contains(s.piste("lead", "show", lead).stdout, "sql", "its stage")
    contains(said("late"), f"{lead}\tsql\t", "what is late")
    equal(json.loads(said("show", lead, "--json"))["budget"]["value"],
          "9000", "what is known")
    said("set", lead, "need", "no")
    equal(s.one(f"SELECT stage || ' ' || stage_reason FROM lead"
                f" WHERE id = {lead}"), "disqualified no-need", "its end")
    contains(said("set", lead, "need", "yes"),
             f"is at disqualified: to go on, piste lead move {lead} lead"
             " --reason mistake", "who thinks again")
    contains(said("set", lead, "timing", "2100-01-01", "--by", "ana"),
             f", but lead {lead} can't go from disqualified", "why not")
    contains(said("show", lead), "timing\t2100-01-01", "what is kept")


@scenario("who is away without end is told so, and the rest go on",
          stack="sold")
def endless(s):
    apply(s, {"sellers": [ANA, BOB]})
    ran = s.piste("seller", "absent", "ana", "--from", "2020-01-01",
                  "--to", "infinity")
    equal(ran.returncode, 1, "status of an absence without end")
    contains(ran.stderr, "from and to are moments like", "why")
    given(s, sent(s, "endless@seller.example"))


@scenario("the README's sellers are taken, of a site that has the offer",
          stack="sold")
def example(s):
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as f:
        text = f.read()
    start = text.index('    { "confidence_km"')
    rules = json.loads(text[start:text.index("\n\n", start)])
    contains(apply(s, rules), "added\tseller hotline", "what changed")
    rules["bant"][0]["offer"] = "audit"
    contains(apply(s, rules, 1), "$.bant[0].offer: the site has no offer"
             " audit", "an offer that is none")
    del rules["sellers"]
    contains(apply(s, rules, 1), "$.sellers: is needed", "no sellers")
    apply(s, {"sellers": [ANA]})


@scenario("seller, allocate and bant say when they are used wrongly",
          stack="sold")
def wrong_usage(s):
    for words in (["seller"], ["seller", "apply"], ["seller", "list", "x"],
                  ["seller", "absent", "ana", "--from", "x"],
                  ["seller", "refuse", "1"], ["seller", "accept", "x"],
                  ["allocate"], ["allocate", "--explain", "x"],
                  ["allocate", "--replay", "367d", "--rules", "f"],
                  ["allocate", "--replay", "30", "--rules", "f"],
                  ["allocate", "--to", "ana", "--lead", "1"],
                  ["bant"], ["bant", "set", "1", "mood", "good"],
                  ["bant", "accept", "1", "--action", "x", "--due", "y"],
                  ["bant", "refuse", "1"], ["bant", "late", "x"]):
        equal(s.piste(*words).returncode, 2, f"status of {' '.join(words)}")
    for words, why in (
            (["seller", "present", "nobody"], "no seller nobody"),
            (["seller", "accept", "999999"], "is nobody's"),
            (["allocate", "--explain", "999999"], "no lead 999999"),
            (["bant", "set", "999999", "need", "yes"], "no lead 999999"),
            (["bant", "set", "1", "timing", "soon"], "a day like")):
        ran = s.piste(*words)
        equal(ran.returncode, 1, f"status of {' '.join(words)}")
        contains(ran.stderr, why, "why")
