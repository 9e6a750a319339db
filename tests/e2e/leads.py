"""Leads at the console: found, looked at and acted upon, by whom they are and
by nobody else."""

import csv
import html
import io
import re
import urllib.parse

from allocation import apply, given, sent
from check import check, contains, equal, scenario
from console import added, csrf, desk, journal
from screens import NAUGHTY, staff

HOME = "/console/leads"
BOARD = "/console/board"


def seller(s, name):
    """The account of somebody who sells, by that rule's key."""
    login = f"{name}@leads.example"
    return desk(s, login, added(s, login, "seller"))


def rule(name):
    return {"key": name, "general": True, "email": f"{name}@leads.example"}


def shown(visitor, **filters):
    """Ids of the leads that a filter shows."""
    page = visitor.get(HOME + "?" + urllib.parse.urlencode(filters))
    equal(page.status, 200, f"the inbox: {page.text[:500]}")
    return [n for n in re.findall(rf'href="{HOME}/(\d+)"', page.text)]


def stamp(page):
    return re.search(r'name="stamp" value="([^"]+)"', page.text).group(1)


def acted(visitor, lead, deed, page=None, **fields):
    """The screen after a deed, whose form is page's."""
    page = page or visitor.get(f"{HOME}/{lead}")
    answer = visitor.post(f"{HOME}/{lead}", dict(
        fields, csrf=csrf(page), stamp=stamp(page), deed=deed))
    equal(answer.status, 303, f"{deed}: {answer.text[:500]}")
    return visitor.get(answer.header("Location"))


def stage(s, lead):
    return s.one(f"SELECT stage FROM lead WHERE id = {lead}")


def exported(answer):
    """Addresses in an export, in its order."""
    equal(answer.status, 200, f"the export: {answer.text[:200]}")
    return [r["email"] for r in csv.DictReader(io.StringIO(answer.text))]


@scenario("leads are found by filters in the address, and filters are kept",
          stack="inbox", short=True)
def found(s):
    apply(s, {"sellers": [rule("finder")]})
    lead = sent(s, "filtered@leads.example")
    given(s, lead)
    _, visitor = staff(s, "marketer")
    equal(shown(visitor, q="filtered@LEADS"), [lead], "by a part")
    equal(shown(visitor, q="filtered", owner="finder", stage="mql",
                outcome="new"), [lead], "by all at once")
    equal(shown(visitor, q="filtered", stage="lost"), [], "another stage")
    for name, value in (("stage", "x"), ("grade", "x"), ("from", "31/02/2026"),
                        ("country", "FRA"), ("outcome", "quarantined")):
        page = visitor.get(f"{HOME}?{name}={urllib.parse.quote(value)}")
        equal(page.status, 422, f"{name}={value}")
        contains(page.text, "makes no sense here", "why, in a sentence")
        contains(page.text, f'value="{value}"' if name in ("from", "country")
                 else 'aria-invalid="true"', "which")
    for query in ("before=x", "before=-1", "after=9999999999999999999",
                  "q=%ff", "stage=%00", "page=" + "x" * 201):
        check(visitor.get(f"{HOME}?{query}").status in (200, 422),
              f"?{query} is answered")
    page = visitor.get(f"{HOME}?q=filtered&stage=mql")
    answer = visitor.post(HOME + "/views", {
        "csrf": csrf(page), "query": "q=filtered&stage=mql&evil=1",
        "name": NAUGHTY})
    equal(answer.header("Location"), HOME + "?q=filtered&stage=mql&told=kept",
          "where to")
    page = visitor.get(answer.header("Location"))
    contains(page.text, "The view is saved.", "what was done")
    contains(page.text, "&lt;script&gt;alert(", "its name, escaped")
    check("<script>alert" not in page.text, "no script of a name's")
    _, other = staff(s, "reader")
    check("alert(" not in other.get(HOME).text, "another's views")
    view = re.search(r'name="drop" value="(\d+)"', page.text).group(1)
    other.post(HOME + "/views", {"csrf": csrf(other.get("/console/me")),
                                 "query": "", "drop": view})
    contains(visitor.get(HOME).text, "alert(", "a view another would drop")
    answer = visitor.post(HOME + "/views", {
        "csrf": csrf(page), "query": "", "drop": view})
    equal(answer.header("Location"), HOME + "?told=dropped", "dropped")
    equal(visitor.post(HOME + "/views", {"csrf": csrf(page), "name": "n",
                                         "query": "stage=x"}).status, 400,
          "a view of no filter")


@scenario("a lead's screen shows what somebody typed as text, and a reader no"
          " address", stack="inbox", short=True)
def told(s):
    apply(s, {"sellers": [rule("teller")]})
    lead = sent(s, "naughty@leads.example")
    given(s, lead)
    s.sql(f"UPDATE person SET first_name = $n${NAUGHTY}$n$, company ="
          f" '=1+1' WHERE id = (SELECT person_id FROM lead WHERE id = {lead})")
    # As long as a login may be.
    login = "a" * 60 + "@" + ("b" * 60 + ".") * 3 + "example"
    ran = s.piste("user", "add", login, "--role", "administrator", "--name",
                  "Boss", "--lang", "en")
    boss = desk(s, login, ran.stdout.split()[-1])
    acted(boss, lead, "note", words=NAUGHTY)
    equal(s.one(f"SELECT author FROM follow_up WHERE lead_id = {lead}"),
          login[:200], "who noted it")
    _, reader = staff(s, "reader")
    for who in (boss, reader):
        for path in (f"{HOME}/{lead}", f"{HOME}?q=alert", HOME):
            page = who.get(path)
            equal(page.status, 200, path)
            check("<script>alert" not in page.text and
                  "<img src=x" not in page.text, f"{path} runs nothing")
    page = reader.get(f"{HOME}/{lead}")
    contains(page.text, "n…@leads.example", "a masked address")
    for secret in ("naughty@leads.example", "she said", '<form class="deed"'):
        check(secret not in page.text, f"a reader has no {secret}")
    equal(shown(reader, q="naughty@leads"), [], "found by an address")
    equal(reader.post(f"{HOME}/{lead}", {"deed": "note", "words": "x",
                      "csrf": csrf(reader.get("/console/me"))}).status, 403,
          "a reader's note")
    equal(reader.get(BOARD).status, 403, "a reader's board")
    for who, address in ((reader, "n…@leads.example"),
                         (boss, "naughty@leads.example")):
        answer = who.get(HOME + ".csv?q=alert")
        equal(answer.header("Content-Type"), "text/csv; charset=utf-8", "kind")
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        equal([(r["lead"], r["email"], r["company"], r["first_name"])
               for r in rows], [(str(lead), address, "'=1+1", NAUGHTY)],
              "what leaves as CSV")
    equal(journal(s, "--of", "leads")[0]["is"],
          {"filter": "", "is_searched": True, "rows": 1},
          "the export in the journal, but not whom it was of")
    equal(boss.get(HOME + ".csv?stage=x").status, 400, "no such filter")


@scenario("an export of names as long as forms allow goes on where it stopped",
          stack="inbox", short=True)
def wide(s):
    _, visitor = staff(s, "marketer")
    lead = sent(s, "wide@leads.example")
    long = "repeat('\U0001d11e', 4000)"
    s.sql("WITH p AS (INSERT INTO person (email, first_name, last_name,"
          f" company) SELECT 'wide' || n || '@wide.example', {long}, {long},"
          f" {long} FROM generate_series(1, 700) AS n RETURNING id) INSERT"
          " INTO lead (person_id, offer_key) SELECT p.id, l.offer_key FROM p"
          f" CROSS JOIN lead AS l WHERE l.id = {lead}")
    found, path, files = [], HOME + ".csv?q=@wide.example", 0
    while path:
        answer = visitor.get(path)
        found += exported(answer)
        link = answer.header("Link")
        path = link and re.search("<(.*)>", link).group(1)
        files += 1
    equal((len(found), len(set(found))), (700, 700), "each once")
    check(files > 1, f"no more than one answer holds: {files} answers")
    page = visitor.get(f"{HOME}?q=@wide.example")
    contains(page.text, "\U0001d11e" * 100 + "… " + "\U0001d11e" * 100 + "…<",
             "a name in brief")
    # From a page on that is reached by "newer", too.
    page = visitor.get(f"{HOME}?q=@wide.example&after={lead}")
    address = re.search(r'href="(/console/leads\.csv[^"]*)"', page.text)
    equal(exported(visitor.get(html.unescape(address.group(1)))),
          found[-50:], "what is on that page and behind it")
    s.sql("SELECT erase(ARRAY(SELECT id FROM person WHERE email LIKE"
          " '%@wide.example'), NULL, NULL, 'request', NULL)")


@scenario("a seller acts upon their own leads and no others", stack="inbox",
          short=True)
def own(s):
    apply(s, {"sellers": [rule("sue")]})
    sue, tom = seller(s, "sue"), seller(s, "tom")
    lead = sent(s, "acted@leads.example")
    given(s, lead)
    contains(tom.get(BOARD).text, "no seller&#39;s in the allocation rules",
             "who is no seller is told")
    apply(s, {"sellers": [rule("sue"), rule("tom")]})
    equal(shown(sue, q="acted@leads"), [lead], "one's own")
    equal(shown(tom, q="acted@leads"), [], "another's")
    for path in (f"{HOME}/{lead}", HOME + "/0", HOME + "/x",
                 HOME + "/99999999999999999999"):
        equal(tom.get(path).status, 404, path)
    equal(tom.post(f"{HOME}/{lead}", {"deed": "note", "words": "mine",
                   "csrf": csrf(tom.get("/console/me"))}).status, 404,
          "another's deed")
    first = sue.get(f"{HOME}/{lead}")
    for token in ("", "0" * 64, csrf(tom.get("/console/me"))):
        equal(sue.post(f"{HOME}/{lead}", {
            "csrf": token, "stamp": stamp(first), "deed": "accept"}).status,
              403, "a forged token")
    equal(sue.post(f"{HOME}/{lead}", {"csrf": csrf(first), "deed": "erase"})
          .status, 400, "no such deed")
    contains(acted(sue, lead, "accept").text, "This lead is yours.", "taken")
    contains(acted(sue, lead, "bant", budget="9 000", authority="oui",
                   need="yes", timing="maintenant").text,
             "Ready to be an SQL.", "what answers come to")
    contains(acted(sue, lead, "bant", budget="much").text,
             "An answer can&#39;t be read", "an answer that is none")
    contains(acted(sue, lead, "take", words="Visit", due="2020-01-01").text,
             "the day is over", "a day that is over")
    contains(acted(sue, lead, "take", words="Visit", due="2999-01-01").text,
             "The lead is an SQL.", "taken as SQL")
    contains(acted(sue, lead, "move", page=first, to="disqualified",
                   reason="no-need").text,
             "has changed meanwhile: nothing was saved", "a stale form")
    equal(stage(s, lead), "sql", "a stale form's lead")
    contains(acted(sue, lead, "move", to="lost").text, "Choose a reason",
             "a move that needs one")
    contains(acted(sue, lead, "move", to="customer").text,
             "can&#39;t be done", "no move of hers")
    contains(sue.get(BOARD).text, f'href="{HOME}/{lead}"', "on her board")
    contains(acted(sue, lead, "next", words="Call", due="2999-01-02").text,
             "The next action is planned.", "what is next")
    contains(acted(sue, lead, "refuse", words="too far").text,
             "The lead is refused.", "given away")
    equal(sue.get(f"{HOME}/{lead}").status, 404, "not hers any more")
    equal([row["what"] for row in journal(s, "--of", f"lead {lead}")][::-1],
          ["lead.accept", "lead.bant", "lead.take", "lead.next",
           "lead.refuse"], "the journal")
    check("too far" not in str(journal(s)), "nobody's words are in it")


@scenario("a marketer gives a lead to another seller, and moves cards of any"
          " board", stack="inbox", short=True)
def handed(s):
    apply(s, {"sellers": [rule("ula")]})
    _, visitor = staff(s, "marketer")
    lead = sent(s, "handed@leads.example")
    given(s, lead)
    apply(s, {"sellers": [rule("ula"), rule("vic")]})
    contains(acted(visitor, lead, "hand", seller="nobody", words="x").text,
             "can&#39;t be done", "no such seller")
    contains(acted(visitor, lead, "hand", seller="vic", words="").text,
             "Write something", "a reason is asked for")
    contains(acted(visitor, lead, "hand", seller="vic", words="nearer").text,
             "its new seller&#39;s", "handed")
    page = visitor.get(BOARD + "?seller=vic")
    card = re.search(rf'action="{HOME}/{lead}".*?</form>', page.text,
                     re.S).group(0)
    answer = visitor.post(f"{HOME}/{lead}", {
        "csrf": csrf(page), "back": "1", "board": "vic", "deed": "move",
        "stamp": re.search(r'"stamp" value="([^"]+)"', card).group(1),
        "to": "nurturing"})
    equal(answer.header("Location"),
          f"{HOME}/{lead}?told=reason&to=nurturing", "where a reason is asked")
    page = visitor.get(answer.header("Location"))
    contains(page.text, 'value="nurturing" selected', "what was chosen")
    contains(acted(visitor, lead, "move", to="nurturing", reason="too-early")
             .text, "another stage", "moved")
    equal(stage(s, lead), "nurturing", "where it is")
    ran = s.piste("lead", "list", "--q", "handed@leads", "--json")
    contains(ran.stdout, '"stage":"nurturing"', "the command's list")
