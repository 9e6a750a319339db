"""piste reconcile: what nginx acknowledged is somewhere, or is named."""

import json
import os
import time

from check import check, contains, equal, scenario, until
from stack import PAGE, person


def receipts(s):
    with open(s.env["PISTE_ACCESS_LOG"], encoding="utf-8") as f:
        rows = [json.loads(line) for line in f]
    return {r["receipt"]: r["request_id"] for r in rows if r["receipt"]}


def reconcile(s, *words):
    """Exit status, what is missing by kind and id, and the sums."""
    ran = s.piste("reconcile", "--json", *words)
    check(ran.stdout, f"it said nothing but {ran.stderr}")
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    return (ran.returncode, {(r["missing"], r["submission"])
                             for r in rows[:-1]}, rows[-1])


def logged(s, ids):
    """nginx writes by the second."""
    until(lambda: set(ids) <= set(receipts(s)), 30, "receipts in the log")


@scenario("what was acknowledged is found, whichever way it came",
          stack="small", short=True)
def closes(s):
    visitor = s.visitor()
    sent = person(visitor.form(PAGE), "told@receipt.example.org")
    answer = visitor.post(PAGE, sent)
    equal(answer.status, 303, "a post")
    equal(answer.all("X-Piste-Receipt"), [], "what the visitor sees of it")
    equal(visitor.post(PAGE, sent).status, 303, "a double click")
    equal(s.submit("trap@receipt.example.org", website="x").status, 303, "a robot")
    s.cluster("stop", "fast")
    try:
        equal(s.submit("disk@receipt.example.org").status, 303, "with none to store")
    finally:
        s.cluster("start")
    s.drained()
    stored = s.sql("SELECT id FROM submission WHERE email IN ("
                   "'told@receipt.example.org', 'trap@receipt.example.org',"
                   " 'disk@receipt.example.org')")
    equal(len(stored), 3, "submissions")
    logged(s, stored)
    status, missing, sums = reconcile(s)
    equal((status, {m for m in missing if m[0] != "unlogged"},
           sums["closes"]), (0, set(), True), "all is there")
    check(sums["receipts"] > sums["acknowledged"], f"a double click: {sums}")
    equal(s.piste("reconcile", "--day", "2026-02-30").returncode, 2,
          "a day that isn't one")
    equal(s.piste("reconcile", "/nowhere").returncode, 1, "no log")


@scenario("what was acknowledged and is missing is named, and told by status",
          stack="small")
def names(s):
    for n in range(4):
        equal(s.submit(f"gone{n}@example.org").status, 303, "a post")
    ids = s.sql("SELECT id FROM submission WHERE email LIKE 'gone%'"
                " ORDER BY email")
    logged(s, ids)
    lost = "00000000-0000-7000-8000-00000000dead"
    log = os.path.join(s.base, "access.log")
    with open(s.env["PISTE_ACCESS_LOG"], encoding="utf-8") as f:
        rows = [line for line in f if ids[3] not in line]
        rows.append(next(line for line in rows if ids[0] in line)
                    .replace(ids[0], lost).replace(receipts(s)[ids[0]],
                                                   "f" * 32))
    with open(log, "w", encoding="utf-8") as f:
        f.writelines(rows + ["cut sho"])
    s.sql("DELETE FROM qualification_queue WHERE lead_id = (SELECT lead_id"
          f" FROM submission WHERE id = '{ids[1]}')")
    s.sql(f"DELETE FROM outbox WHERE submission_id = '{ids[2]}'")
    time.sleep(2)	# younger ones may still be in nginx's buffer
    status, missing, sums = reconcile(s, log)
    equal(status, 1, "its status")
    for one in (("lost", lost), ("unqueued", ids[1]), ("unsent", ids[2]),
                ("unlogged", ids[3])):
        check(one in missing, f"no {one} in {missing}")
    equal((sums["lost"], sums["unqueued"], sums["unsent"], sums["closes"]),
          (1, 1, 1, False), "sums")
    contains(s.visitor().get("/metrics").text, "piste_reconcile_missing 3\n",
             "/metrics")
    contains(s.piste("reconcile", log).stdout, f"lost\tsubmission {lost}\t"
             f"request {'f' * 32}\t", "in words")
    s.sql("INSERT INTO qualification_queue (lead_id, submission_id) SELECT"
          f" lead_id, id FROM submission WHERE id = '{ids[1]}'")
    s.sql("INSERT INTO outbox (kind, submission_id, payload) VALUES"
          f" ('submission.accepted', '{ids[2]}', '{{}}')")
