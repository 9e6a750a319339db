"""What leads bring, how they come up again, and how many get how far."""

import json
from concurrent.futures import ThreadPoolExecutor

from check import check, contains, equal, scenario
from stages import lead_of, state


def deal(s, *words, status=0):
    ran = s.piste("deal", *words)
    equal(ran.returncode, status, f"status of deal {words}: {ran.stderr}")
    return ran.stderr if status else ran.stdout


def move(s, lead, *words):
    equal(s.piste("lead", "move", lead, *words).returncode, 0,
          f"lead move {words}")


def total(s, *words):
    ran = s.piste("funnel", "--json", *words)
    equal(ran.returncode, 0, f"status of funnel {words}: {ran.stderr}")
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    equal([row["row"] for row in rows].count("total"), 1, "sums")
    for step in ("leads", "mql", "sql", "opportunity", "customer"):
        equal(sum(row[step] for row in rows[:-1]), rows[-1][step],
              f"{step} of all cells of {words}")
    return rows[-1]


@scenario("an order is entered, corrected, taken back, and told",
          short=True)
def orders(s):
    lead = lead_of(s, "commande@firm.example")
    before = total(s)
    contains(deal(s, "win", lead, "10", "--order", "E2E-1", status=1),
             f"lead {lead} can't go from", "of a lead that is none yet")
    move(s, lead, "sql")
    equal(deal(s, "open", lead, "1000.00", "--margin", "250", "--expected",
               "2099-12-31"), "new\n", "an opportunity")
    contains(deal(s, "open", lead, "900", status=1), "say why", "another one")
    equal(deal(s, "open", lead, "900", "--why", "Fewer seats", "--by", "léa"),
          "corrected\n", "a correction")
    for amount in ("12.345", "-1", "1e3", "12 EUR", "9" * 13):
        contains(deal(s, "win", lead, amount, "--order", "E2E-1", status=1),
                 "an amount is like", amount)
    equal(s.piste("deal", "win", lead, "12").returncode, 2, "without order")
    equal(deal(s, "win", lead, "1200.50", "--order", "E2E-1", "--margin",
               "-20.25"), "new\n", "an order")
    equal(deal(s, "win", lead, "1200.5", "--order", "E2E-1", "--margin",
               "-20.25"), "unchanged\n", "the same again")
    other = lead_of(s, "autre-commande@firm.example")
    move(s, other, "sql")
    contains(deal(s, "win", other, "5", "--order", "E2E-1", status=1),
             f"order E2E-1 is that of lead {lead}", "another's order")
    contains(state(s, other), "sql", "where that one stands")
    rows = [json.loads(line) for line in
            deal(s, "show", lead, "--json").splitlines()]
    equal([(r["kind"], r["amount"], r["outcome"]) for r in rows],
          [("opportunity", "1000.00", "corrected"),
           ("opportunity", "900.00", None), ("win", "1200.50", None)],
          "all that was said")
    equal(rows[2]["days"], 0, "days from lead to order")
    after = total(s)
    equal((after["customer"] - before["customer"],
           after["opportunity"] - before["opportunity"]), (1, 1),
          "one more customer")
    equal(total(s, "--by", "week")["customer"], after["customer"],
          "the same by week")
    contains(deal(s, "cancel", other, "--reason", "cancelled", status=1),
             f"lead {other} is no customer", "nothing to cancel")
    equal(deal(s, "cancel", lead, "--reason", "cancelled"), "cancelled\n",
          "taken back")
    equal(total(s)["customer"], before["customer"], "customers again")
    contains(deal(s, "lost", lead, "--reason", "price"),
             "from opportunity to lost", "lost")


@scenario("leads laid aside come up again, once, however many workers there"
          " are")
def again(s):
    leads = [lead_of(s, f"encore-{n}@firm.example") for n in range(12)]
    ran = s.apply({"recycling": [
        {"key": "e2e", "stages": ["nurturing"], "reasons": ["mistake"],
         "wake": {"days": 0}, "cost": {"wake": "2.50"}}]})
    equal(ran.returncode, 0, f"apply: {ran.stderr}")
    contains(s.piste("export").stdout, '"e2e"', "the site's export")
    for lead in leads:
        move(s, lead, "nurturing", "--reason", "mistake")
    with ThreadPoolExecutor(4) as lanes:
        ran = list(lanes.map(lambda _: s.piste("work", "--once"), range(4)))
    equal([r.returncode for r in ran], [0] * 4, "the workers")
    # What was noted by one pass is woken by this or the next one.
    equal(s.piste("work", "--once").returncode, 0, "another worker")
    for lead in leads:
        equal(s.one("SELECT string_agg(to_stage, ' ' ORDER BY id)"
                    f" FROM lead_history WHERE lead_id = {lead}"),
              "lead nurturing mql", f"the road of lead {lead}")
    ran = s.piste("recycle", "--json")
    rows = {r["rule"]: r for r in map(json.loads, ran.stdout.splitlines())}
    equal((rows["e2e"]["woken"], rows["e2e"]["date"], rows["e2e"]["cost"]),
          (12, 12, "30.00"), "figures")
    contains(s.piste("recycle").stdout, "e2e", "as text")
    ran = s.apply({"recycling": [
        {"key": "e2e", "stages": ["nurturing"], "archived": True,
         "wake": {"days": 0}}]})
    equal(ran.returncode, 0, f"apply: {ran.stderr}")


@scenario("a funnel says by what and of when")
def words(s):
    for words in (["--by", "moon"], ["--from", "hier"], ["--of", "all"],
                  ["--to"], ["--by", "week", "--by", "week"],
                  ["--from", "2026-03-02", "--to", "2026-03-01"]):
        equal(s.piste("funnel", *words).returncode, 2, f"funnel {words}")
    equal(s.piste("recycle", "--by", "week").returncode, 2, "recycle --by")
    equal(s.piste("recycle", "--from", "2026-03-02", "--to", "2026-03-01")
          .returncode, 2, "recycle backwards")
    none = total(s, "--from", "2001-01-01", "--to", "2001-12-31")
    equal((none["leads"], none["rates"]["all"], none["mature"]["rate"]),
          (0, "n/a", "n/a"), "of nobody")
    text = s.piste("funnel", "--by", "page").stdout
    contains(text, "A lead is mature after", "the rule")
    check("n/a" in text or "%" in text, "rates are told")
