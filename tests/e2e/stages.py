"""Where leads stand, have stood, and are moved to, by commands."""

import json

from check import check, contains, equal, scenario
from stack import PAGE, person


def lead_of(s, email):
    visitor = s.visitor()
    answer = visitor.post(PAGE, person(visitor.form(PAGE), email))
    equal(answer.status, 303, f"status of the post of {email}")
    return s.one(f"SELECT lead_id FROM submission WHERE email = '{email}'")


def done(s, *words):
    ran = s.piste("lead", *words)
    equal((ran.returncode, ran.stderr), (0, ""), " ".join(words))
    return ran.stdout


def state(s, lead):
    return s.one("SELECT concat_ws(' ', stage, stage_reason, (SELECT count(*)"
                 " FROM lead_history h WHERE h.lead_id = l.id)) FROM lead l"
                 f" WHERE id = {lead}")


@scenario("a lead goes forwards, back, aside and is reopened, and all is told",
          short=True)
def road(s):
    lead = lead_of(s, "etapes@firm.example")
    equal(done(s, "move", lead, "mql"),
          f"lead {lead} went from lead to mql\n", "what is said")
    equal(done(s, "move", lead, "mql"), f"lead {lead} is at mql already\n",
          "a repeat")
    for words in (("sql",), ("mql", "--reason", "refused", "--note",
                             "Trop petit\npour nous"),
                  ("nurturing", "--reason", "too-early", "--by", "léa"),
                  ("sql",), ("opportunity",), ("customer",),
                  ("opportunity", "--reason", "cancelled"),
                  ("lost", "--reason", "competitor"),
                  ("sql", "--reason", "interested-again")):
        done(s, "move", lead, *words)
    told = done(s, "history", lead)
    lines = told.splitlines()
    equal(len(lines), 11, "rows of history")
    contains(lines[0], "begins as lead by piste (system", "the first")
    contains(lines[3], "sql -> mql by command (operator, piste-lead)"
             " reason refused (Refused by the seller)"
             " note: Trop petit pour nous", "who, why and what was said")
    contains(lines[4], "by léa", "who else")
    rows = [json.loads(line) for line in
            done(s, "history", lead, "--json").splitlines()]
    equal([row["to"] for row in rows], [
        "lead", "mql", "sql", "mql", "nurturing", "sql", "opportunity",
        "customer", "opportunity", "lost", "sql"], "where it stood")
    equal([row["from"] for row in rows[1:]], [row["to"] for row in rows[:-1]],
          "each begins where the last ended")
    equal(rows[3]["note"], "Trop petit\npour nous", "the note")
    shown = json.loads(done(s, "show", lead, "--json"))
    equal((shown["stage"], shown["reason"], shown["open"]),
          ("sql", "interested-again", True), "where it stands")
    contains(s.piste("lead", "show", lead, env={"LANG": "fr_FR"}).stdout,
             "interested-again (De nouveau intéressé)", "in French")
    equal(shown["email"], "etapes@firm.example", "whose it is")
    contains(done(s, "show", lead), "email        etapes@firm.example\n",
             "whose it is, as text")
    who = s.one("SELECT person_id FROM submission"
                " WHERE email = 'etapes@firm.example'")
    contains(s.piste("export-person", who).stdout, "Trop petit",
             "what is exported")
    equal(s.piste("erase", who, "--yes").returncode, 0, "status of erase")
    equal(s.count("lead_history", f"lead_id = {lead} AND note IS NULL"), 11,
          "rows without a note")
    gone = f"the person of lead {lead} was erased\n"
    for words in (("lead", "move", lead, "opportunity"), ("score", lead),
                  ("bant", "show", lead)):
        ran = s.piste(*words)
        equal((ran.returncode, ran.stderr),
              (1, f"piste {words[0]}: {gone}"), "nobody is left")
    left = json.loads(done(s, "show", lead, "--json"))
    equal((left["moves"], left["email"], left["last_name"]), ([], None, None),
          "nothing of who is erased")
    check(left["erased"], "it says so")
    told = done(s, "show", lead)
    contains(told, "erased       20", "in text, too")
    check("may go to" not in told and "@" not in told, "and offers no move")


@scenario("a move that may not be is refused by name and changes nothing")
def refusals(s):
    lead = lead_of(s, "refus@firm.example")
    before = state(s, lead)
    rows = (
        (("move", "999999999", "mql"), 1, "there is no lead 999999999"),
        (("show", "999999999"), 1, "there is no lead 999999999"),
        (("history", "999999999", "--json"), 1, "no lead 999999999"),
        (("move", lead, "won"), 1, "there is no stage won"),
        (("move", lead, ""), 1, "there is no stage"),
        (("move", lead, "customer"), 1,
         f"lead {lead} can't go from lead to customer"),
        (("move", lead, "nurturing"), 1, f"lead {lead} needs a reason to go"
         " from lead to nurturing: too-early, "),
        (("move", lead, "nurturing", "--reason", ""), 1, "needs a reason"),
        (("move", lead, "nurturing", "--reason", "rain"), 1,
         "there is no reason rain to be nurturing: too-early, "),
        (("move", lead, "nurturing", "--reason", "spam"), 1,
         "there is no reason spam to be nurturing"),
        (("move", lead, "mql", "--note", "x" * 2001), 1,
         "a note has 2001 bytes, at most 2000 are allowed"),
        (("move", lead, "mql", "--by", ""), 1, "1 to 200 bytes"),
        (("move", lead, "mql", "--by", "x" * 201), 1, "1 to 200 bytes"),
        ((), 2, "usage"), (("move",), 2, "usage"), (("show",), 2, "usage"),
        (("move", lead), 2, "usage"), (("move", "x", "mql"), 2, "usage"),
        (("move", "0", "mql"), 2, "usage"), (("show", ""), 2, "usage"),
        (("show", lead, "--all"), 2, "usage"),
        (("show", lead, "--json", "--json"), 2, "usage"),
        (("move", lead, "mql", "--reason"), 2, "usage"),
        (("move", lead, "mql", "--role", "system"), 2, "usage"),
        (("drop", lead), 2, "usage"),
    )
    for words, status, why in rows:
        ran = s.piste("lead", *words)
        what = " ".join(words)[:60]
        equal(ran.returncode, status, f"status of {what}")
        contains(ran.stderr, why, f"why {what} is refused")
        check("event=" not in ran.stderr, f"{what} is told once, in words")
        equal(ran.stdout, "", f"output of {what}")
        equal(state(s, lead), before, f"where it stands after {what}")
    done(s, "move", lead, "mql", "--note", "x" * 2000, "--by", "x" * 200)
    equal(state(s, lead), "mql 2", "at both limits")


@scenario("a lead is not opened again beside another of its person and offer")
def reopened(s):
    first = lead_of(s, "encore@firm.example")
    done(s, "move", first, "disqualified", "--reason", "no-need")
    visitor = s.visitor()
    answer = visitor.post(PAGE, person(visitor.form(PAGE),
                                       "encore@firm.example",
                                       last_name="Autre"))
    equal(answer.status, 303, "status of the second post")
    second = s.one("SELECT max(lead_id) FROM submission"
                   " WHERE email = 'encore@firm.example'")
    check(second != first, "another lead is opened")
    ran = s.piste("lead", "move", first, "lead", "--reason", "mistake")
    equal(ran.returncode, 1, "status")
    contains(ran.stderr, f"lead {first} can't be opened again: lead {second}"
             " of the same person and offer is open", "why")
    done(s, "move", second, "disqualified", "--reason", "duplicate")
    done(s, "move", first, "lead", "--reason", "mistake")
    equal(s.one(f"SELECT string_agg(stage, ' ' ORDER BY id) FROM lead"
                f" WHERE id IN ({first}, {second})"), "lead disqualified",
          "who is open")


@scenario("reasons are the site's: applied, given, exported, archived",
          "trials")
def reasons(s):
    lead = lead_of(s, "raisons@firm.example")
    mine = {"key": "hors-zone", "stages": ["nurturing"],
            "name": {"fr": "Hors de la zone", "en": "Out of the area"}}

    def apply(**more):
        ran = s.apply({"reasons": [dict(mine, **more)]})
        equal(ran.returncode, 0, f"status of apply: {ran.stderr}")
    apply()
    done(s, "move", lead, "nurturing", "--reason", "hors-zone")
    contains(done(s, "show", lead), "hors-zone (Out of the area)", "its name")
    contains(s.piste("export").stdout, '"hors-zone"', "the export")
    apply(archived=True)
    done(s, "move", lead, "mql")
    ran = s.piste("lead", "move", lead, "nurturing", "--reason", "hors-zone")
    equal(ran.returncode, 1, "status once it is archived")
    contains(ran.stderr, "no reason hors-zone to be nurturing", "why")
    contains(done(s, "history", lead), "hors-zone (Out of the area)",
             "what was said stays")
