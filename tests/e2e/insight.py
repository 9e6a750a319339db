"""The console's screens of experiments, figures and costs: what they say is
what the commands say, who may act, and what they make of nonsense."""

import csv
import io
import re
import subprocess
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

from check import check, contains, equal, scenario, until
from client import multipart
from console import csrf, journal, posted
from screens import NAUGHTY, staff

LABS = "/console/experiments"
LAB = LABS + "/lb-headline"
BOARD = "/console/figures"
COSTS = "/console/costs"


def state(s):
    return s.one("SELECT state FROM experiment WHERE key = 'lb-headline'")


def moved(s, visitor, deed, arm="", **fields):
    """The answer to a deed that was confirmed."""
    path = f"{LAB}/{deed}"
    page = visitor.get(path + (f"?arm={arm}" if arm else ""))
    equal(page.status, 200, f"the page of {deed}")
    return visitor.post(path, dict({"csrf": csrf(page), "was": state(s),
                                    "arm": arm}, **fields))


@scenario("an experiment is read, stopped, shipped, undone and started at the"
          " console", stack="screens", short=True)
def experiments(s):
    login, visitor = staff(s, "marketer")
    contains(visitor.get(LABS).text, f'href="{LAB}"', "the list")
    page = visitor.get(LAB)
    said = s.piste("results", "lb-headline", "--lang", "en").stdout
    sentence = " ".join(said.split("\n\n")[0].split())
    check(re.sub(r"\s", " ", sentence) in re.sub(r"\s", " ", page.text),
          f"the verdict in the command's words: {sentence}")
    for mark in ('aria-labelledby="rates-title', "Not counted, and why",
                 "Leads, and good leads"):
        contains(page.text, mark, "the results")
    check("<!--picture" not in page.text, "each picture has its place")
    plan = visitor.get(LAB + "/plan?baseline=4&mde=20&power=80")
    told = s.piste("experiment", "plan", "lb-headline", "--baseline", ".04",
                   "--mde", ".2", "--power", ".8", "--lang", "en").stdout
    arm = re.search(r"once +(\d+) visitors an arm", told).group(1)
    contains(plan.text, f">{arm}<", "the command's plan")
    variant = s.one("SELECT key FROM variant WHERE page_key = 'livre-blanc'"
                    " AND removed_at IS NULL ORDER BY position DESC LIMIT 1")
    for deed, arm, now in (("pause", "", "paused"), ("start", "", "running"),
                           ("stop", "", "stopped"),
                           ("decide", variant, "decided"),
                           ("undo", "", "stopped"), ("start", "", "running")):
        answer = moved(s, visitor, deed, arm, reason=f"because {NAUGHTY}")
        equal((answer.status, answer.header("Location")),
              (303, f"{LAB}?done={deed}"), deed)
        equal(state(s), now, f"after {deed}")
        page = visitor.get(answer.header("Location"))
        contains(page.text, 'role="status"', "it is told")
        check(NAUGHTY not in page.text, "a reason is shown safely")
        contains(page.text, "&lt;script&gt;alert", "and shown")
    notes = [n for n in journal(s) if n["what"].startswith("experiment.")]
    equal({n["who"] for n in notes}, {login}, "the journal")
    equal(len(notes), 6, "each deed is noted")
    equal(s.one("SELECT who FROM experiment_move WHERE experiment_key ="
                " 'lb-headline' AND what = 'move' ORDER BY id DESC LIMIT 1"),
          login, "the history")


@scenario("stale, doubled and forged deeds do nothing; a reader only looks",
          stack="screens")
def deeds(s):
    _, visitor = staff(s, "marketer")
    _, reader = staff(s, "reader")
    before = s.count("experiment_move")
    for path in (LABS, LAB, LAB + "/plan", BOARD, BOARD + ".csv", COSTS):
        equal(reader.get(path).status, 200, f"{path} for a reader")
    check("/stop" not in reader.get(LAB).text, "nothing to be done")
    check("<form method=\"post\" action=\"/console/costs\"" not in
          reader.get(COSTS).text, "nothing to be entered")
    token = csrf(reader.get(LAB))
    for path in (LAB + "/stop", COSTS, COSTS + "/budgets", COSTS + "/file",
                 COSTS + "/1"):
        equal(reader.post(path, {"csrf": token, "was": "running"}).status,
              403, f"{path} by a reader")
    equal(reader.get(LAB + "/stop").status, 403, "a reader's page")
    for fields, status in (({"was": "running"}, 403),
                           ({"csrf": "0" * 64, "was": "running"}, 403)):
        equal(visitor.post(LAB + "/stop", fields).status, status, fields)
    page = visitor.get(LAB + "/stop")
    stale = visitor.post(LAB + "/stop", {"csrf": csrf(page), "was": "draft"})
    equal(stale.status, 409, "what was confirmed was another state's")
    contains(stale.text, "the experiment is now running", "and why")
    wrong = visitor.post(LAB + "/decide", {"csrf": csrf(page),
                                           "was": "running", "arm": NAUGHTY})
    equal(wrong.status, 409, "no such variant")
    check(NAUGHTY not in wrong.text, "shown safely")
    for path in (LABS + "/nothing", LABS + "/nothing/stop", LAB + "/burn",
                 LAB + "/decide", LABS + "/%ff", LABS + "/%00"):
        check(visitor.get(path).status in (400, 404), path)
    twice = [visitor.post(LAB + "/undo", {"csrf": csrf(page),
                                          "was": "running"}).status
             for _ in range(2)]
    equal(twice, [409, 409], "nothing to undo")
    for query in ("baseline=x", "mde=0", "power=100", "baseline=1e3",
                  "mde=" + "9" * 20, "baseline=" + urllib.parse.quote(
                      NAUGHTY)):
        answer = visitor.get(LAB + "/plan?" + query)
        equal(answer.status, 422, query)
        contains(answer.text, "Enter percentages", query)
        check(NAUGHTY not in answer.text, "shown safely")
    equal(s.count("experiment_move"), before, "nothing has moved")


@scenario("of two who move an experiment at once the second is told",
          stack="screens")
def together(s):
    _, visitor = staff(s, "marketer")
    page = visitor.get(LAB + "/stop")
    held = subprocess.Popen(
        ["psql", s.env["PISTE_DATABASE"], "-XAtq"], env=s.env, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    held.stdin.write(
        "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('piste.site',"
        " 0)); UPDATE piste.experiment SET state = 'paused' WHERE key ="
        " 'lb-headline'; SELECT 'held';\n")
    held.stdin.flush()
    until(lambda: "held" in held.stdout.readline(), 20, "the first")
    with ThreadPoolExecutor(1) as second:
        answer = second.submit(visitor.post, LAB + "/stop", {
            "csrf": csrf(page), "was": "running"})
        until(lambda: s.one(
            "SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d"
            " ON d.oid = l.database WHERE l.locktype = 'advisory' AND NOT"
            " l.granted AND d.datname = current_database()") != "0", 20,
            "the second waits")
        held.communicate("COMMIT;\n")
        answer = answer.result()
    equal(answer.status, 409, "what was confirmed is no more")
    contains(answer.text, "the experiment is now paused", "and why")
    equal(state(s), "paused", "the first's")
    equal(moved(s, visitor, "start").status, 303, "as before")


@scenario("figures at the console are the command's, and their address is the"
          " view", stack="screens", short=True)
def board(s):
    _, visitor = staff(s, "reader")
    source = urllib.parse.quote(NAUGHTY)
    s.visitor().get(f"/p/livre-blanc?utm_source={source}&utm_medium=cpc")
    form = s.visitor().form(f"/p/livre-blanc?utm_source={source}")
    s.visitor().post("/p/livre-blanc", list(dict(
        form.values, email="board@example.org", first_name="Ana",
        last_name="Lopes").items()))
    until(lambda: s.count("audience", "source LIKE '<script%'"), 10,
          "a source")
    for by in ("campaign", "source", "week", "month", "all"):
        words = ["--from", "2026-01-01", "--compare", "--csv"]
        words += ["--by", by] if by != "all" else []
        query = f"?from=2026-01-01&by={by}"
        page = visitor.get(BOARD + query)
        equal(page.status, 200, f"by {by}")
        check("<script>alert" not in page.text, "a source is shown safely")
        link = re.search(r'href="(/console/figures\.csv\?[^"]+)"',
                         page.text).group(1).replace("&amp;", "&")
        answer = visitor.get(link)
        equal(answer.header("Content-Type"), "text/csv; charset=utf-8",
              "its type")
        if by != "all":
            equal(answer.text.splitlines(),
                  s.piste("kpi", *words).stdout.splitlines(),
                  f"the command's figures by {by}")
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        check(rows, "rows")
    contains(visitor.get(BOARD + "?by=source&from=2026-01-01").text,
             "&lt;script&gt;alert", "the source is there")
    for query, said in (("by=x", "Choose a split"), ("from=x", "Enter a day"),
                        ("to=2026-02-30", "Enter a day"),
                        ("currency=euro", "Enter a currency"),
                        ("from=2026-02-01&to=2026-01-01", "counted"),
                        ("by=" + source, "Choose a split")):
        answer = visitor.get(BOARD + "?" + query)
        equal(answer.status, 422, query)
        contains(answer.text, said, query)
        check(NAUGHTY not in answer.text, "shown safely")
        equal(visitor.get(BOARD + ".csv?" + query).status, 400, query)
    contains(visitor.get(BOARD + "?to=2020-01-01&from=2020-01-01").text,
             "Nothing happened", "an empty state")


def spent(visitor, **fields):
    return posted(visitor, COSTS, COSTS, **dict({
        "campaign": "livre-blanc-2026", "kind": "media", "amount": "12,50",
        "currency": "EUR", "from": "2026-10-01"}, **fields))


@scenario("costs are entered, corrected, imported and budgeted at the console",
          stack="screens", short=True)
def costs(s):
    login, visitor = staff(s, "marketer")
    campaign = s.one("SELECT key FROM campaign ORDER BY key LIMIT 1")
    some = {"campaign": campaign, "anyway": "1", "supplier": NAUGHTY}
    answer = spent(visitor, **some)
    equal((answer.status, answer.header("Location")),
          (303, COSTS + "?done=added"), "a cost")
    entry = s.one("SELECT max(id) FROM cost")
    contains(s.piste("cost", "list").stdout, f"{entry} {campaign} media 12.50"
             " EUR 2026-10-01", "what the command lists")
    page = visitor.get(COSTS)
    check(NAUGHTY not in page.text, "a supplier is shown safely")
    contains(page.text, "12.50 EUR", "the ledger")
    again = spent(visitor, **some)
    equal(again.status, 422, "sent twice")
    contains(again.text, f"Entry {entry} says so already", "and told")
    equal(spent(visitor, again="1", **some).status, 303, "meant twice")
    for wrong in ({"amount": "-1"}, {"amount": "x"}, {"from": "x"},
                  {"currency": "euro"}, {"kind": "x"}, {"campaign": "x"}):
        answer = spent(visitor, **dict(some, **wrong))
        equal(answer.status, 422, f"{wrong}")
        contains(answer.text, "Nothing was entered", f"{wrong}")
    path = f"{COSTS}/{entry}"
    equal(posted(visitor, path, path).status, 422, "no reason")
    equal(posted(visitor, path, path, why="typo", amount="0").status, 422,
          "no amount")
    equal(posted(visitor, path, path, why=NAUGHTY, amount="15").status, 303,
          "a correction")
    equal(s.sql(f"SELECT amount FROM cost WHERE corrects = {entry}"
                " ORDER BY id"), ["-12.50", "15.00"], "counter and right one")
    answer = visitor.post(path, {"csrf": csrf(page), "why": "again"})
    equal(answer.status, 422, "countered twice")
    contains(answer.text, "was countered already", "and told")
    equal(visitor.get(COSTS + "/0").status, 404, "no such entry")
    equal(visitor.get(COSTS + "/99999999").status, 404, "no such entry")
    budget = {"campaign": campaign, "amount": "100", "currency": "EUR",
              "from": "2026-10-01", "to": "2026-10-31", "anyway": "1"}
    equal(posted(visitor, COSTS, COSTS + "/budgets", **budget).status, 303,
          "a budget")
    contains(s.piste("cost", "budgets").stdout, campaign, "the command's")
    contains(visitor.get(COSTS).text, "100.00 EUR", "budgets")
    equal(posted(visitor, COSTS, COSTS + "/budgets",
                 **dict(budget, amount="x")).status, 422, "no budget")
    posted(visitor, COSTS, COSTS + "/budgets", **dict(budget, amount="0"))
    what = [n["what"] for n in journal(s) if n["who"] == login]
    for deed, times in (("cost.add", 2), ("cost.correct", 1),
                        ("budget.put", 2)):
        equal(what.count(deed), times, f"{deed} in the journal")
    check(not [n for n in journal(s) if NAUGHTY in n["of"]], "what it is of")


def costfile(visitor, text, **fields):
    """The answer to a file of costs."""
    token = csrf(visitor.get(COSTS))
    kind, body = multipart(dict({"csrf": token, "csv": text},
                                **fields).items())
    return visitor.request("POST", COSTS + "/file", body,
                           {"Content-Type": kind})


@scenario("a file of costs is shown before it is entered, and enters whole",
          stack="screens")
def files(s):
    _, visitor = staff(s, "marketer")
    campaign = s.one("SELECT key FROM campaign ORDER BY key LIMIT 1")
    today = s.one("SELECT current_date")
    good = (f"campaign,kind,from,amount,reference\r\n{campaign},media,"
            f"{today},7.50,file-1\r\n{campaign},staff,{today},8,file-2\r\n")
    before = s.count("cost")
    page = costfile(visitor, good)
    equal(page.status, 200, page.text[:3000])
    contains(page.text, "New: 2. Known already: 0. Refused: 0.", "a preview")
    equal(s.count("cost"), before, "nothing is entered yet")
    for bad, said in ((good + "x,media,2026-10-01,1,\r\n", "line 4"),
                      (good + f"{campaign},media,{NAUGHTY},1,\r\n",
                       "line 4"),
                      ("a,b\r\n1,2\r\n", "Nothing was entered"),
                      ("", "Nothing was entered")):
        answer = costfile(visitor, bad, deed="take")
        equal(answer.status, 422, bad)
        contains(answer.text, said, bad)
        check(NAUGHTY not in answer.text, "shown safely")
        check("/proc/" not in answer.text, "no path of ours")
    equal(s.count("cost"), before, "whole or not at all")
    equal(costfile(visitor, good, deed="take").header("Location"),
          COSTS + "?done=taken", "it is entered")
    equal(s.count("cost"), before + 2, "whole")
    contains(costfile(visitor, good).text, "All is in the ledger already",
             "the same file twice")
