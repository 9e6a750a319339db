"""What people do besides sending forms: told with consent, counted without a
name else, and never a robot's."""

import html
import json
import re
import uuid

import mail
from check import check, contains, equal, scenario, until
from client import Form, filled
from experiments import OFFICE
from importing import imported, written as file_of

SITE = "https://www.vitrine.example"
TOLD = ("SELECT e.kind, e.name, e.via, p.email FROM event AS e JOIN person"
        " AS p ON p.id = e.person_id WHERE p.email = '{}' ORDER BY e.id")
CONSENT = dict(mail.CONSENT, key="suivi", purpose="observation",
               confirm=False, text={"fr": "Suivez-moi.", "en": "Do."})
SLOW = dict(CONSENT, key="suivi-confirme", confirm=True)
ORIGIN = {"key": "vitrine", "origin": SITE, "observe": {
    "purpose": "observation", "pages": [
        {"name": "tarifs", "path": "/tarifs*"},
        {"name": "demo", "path": "/*/demo"}]}}
CROWD = "https://www.voisine.example"
NAMELESS_MAX = 1200
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://example.org/bot)"


def ready(s):
    """Pages whose forms ask, and an origin that observes."""
    mail.page(s, "suivie", "thanks", [CONSENT])
    mail.page(s, "suivie-mail", "confirmed", [SLOW])
    ran = s.apply({"origins": [ORIGIN]})
    equal(ran.returncode, 0, f"apply: {ran.stderr}")
    until(lambda: view(s.visitor()).status == 204, 10, "the origin is known")


def view(visitor, path="/", origin=SITE, headers=None, **more):
    """As static/behaviour.js does it; origin None: no header."""
    fields = dict({"kind": "view", "id": str(uuid.uuid4()), "path": path,
                   "who": "", "link": ""}, **more)
    sent = dict({"Origin": origin} if origin else {}, **(headers or {}))
    return visitor.post("/e", [(k, v) for k, v in fields.items()
                               if v is not None], headers=sent)


def counts(s):
    """Of what was told so far, by nobody."""
    until(lambda: metric(s, "waiting") == 0, 10, "all is written")
    return {tuple(r.split("|")[:2]): int(r.split("|")[2]) for r in
            s.sql("SELECT kind, name, sum(n) FROM event_count GROUP BY 1, 2")}


def added(s, before):
    return {k: n - before.get(k, 0) for k, n in counts(s).items()
            if n != before.get(k, 0)}


def metric(s, name):
    said = s.visitor().get("/metrics").text
    found = re.search(rf"^piste_behaviour_{name} (\d+)$", said, re.M)
    check(found, f"no {name} in the metrics")
    return int(found.group(1))


def told(s, email, count):
    rows = until(lambda: (lambda r: r if len(r) >= count else None)(
        s.sql(TOLD.format(email))), 10, f"{count} events of {email}")
    return [tuple(row.split("|")[:3]) for row in rows]


def send(s, key, email, boxes=()):
    """The address of thanks."""
    visitor = s.visitor()
    form = visitor.form(f"/p/{key}")
    answer = visitor.post(f"/p/{key}", filled(form, boxes, email=email))
    equal(answer.status, 303, "the post")
    return answer.header("Location")


def asset_of(answer):
    return html.unescape(mail.asset_of(answer))


def token_of(answer):
    found = re.search(r'<script src="[^"]*/thanked\.js" data-token="([^"]+)"'
                      r' data-to="([^"]*)"', answer.text)
    return found.groups() if found else None


@scenario("pages of an observed site are counted without a name", "observed",
          short=True)
def nameless(s):
    ready(s)
    before, lost, visitor = counts(s), metric(s, "lost_total"), s.visitor()
    once = str(uuid.uuid4())
    answer = view(visitor, "/tarifs/pro", id=once)
    equal((answer.status, answer.body), (204, b""), "the answer")
    equal(answer.all("Access-Control-Allow-Origin"), [SITE], "who may read")
    equal(answer.all("Set-Cookie"), [], "cookies")
    for _ in range(3):
        equal(view(visitor, "/tarifs/pro", id=once).status, 204, "again")
    equal(view(visitor, "/fr/demo/").status, 204, "another")
    for path in ("/", "/contact"):
        equal(view(visitor, path).status, 204, path)
    equal(added(s, before), {("page_meaningful", "tarifs"): 1,
                             ("page_meaningful", "demo"): 1,
                             ("page_view", "vitrine"): 2}, "counted")
    equal(s.count("event", "person_id IS NULL AND via = 'beacon'"), 0,
          "rows of nobody")
    equal(metric(s, "lost_total"), lost, "lost")


BAD = (
    ("no origin", dict(origin=None), 403),
    ("another origin", dict(origin="https://www.example.org"), 403),
    ("a null origin", dict(origin="null"), 403),
    ("no id", dict(id=None), 400),
    ("an id that is none", dict(id="1"), 400),
    ("no path", dict(path=None), 400),
    ("a query", dict(path="/a?email=ana@example.org"), 400),
    ("no path at all", dict(path="tarifs"), 400),
    ("a path too long", dict(path="/" + "a" * 1024), 400),
    ("a linked view of nobody", dict(link="1"), 400),
    ("a token too long", dict(who="a" * 3201), 400),
)


@scenario("a view that makes no sense counts nothing", "observed")
def bad(s):
    ready(s)
    before, visitor = counts(s), s.visitor()
    for what, how, status in BAD:
        answer = view(visitor, **how)
        equal(answer.status, status, what)
        if status == 403:
            equal(answer.all("Access-Control-Allow-Origin"), [], what)
    # As long as it may be; a byte more.
    bare = len("kind=view&id=&path=%2F&who=&link=&more=") + 36
    for more, status in ((4096 - bare, 204), (4097 - bare, 413)):
        equal(view(visitor, more="x" * more).status, status,
              f"{more} bytes more")
    equal(view(visitor, "/" + "a" * 1023).status, 204, "the longest path")
    # Asked first by what is no simple request.
    equal(visitor.request("OPTIONS", "/e", None, {
        "Origin": SITE, "Access-Control-Request-Method": "POST"}).status,
        405, "a preflight")
    equal(added(s, before), {("page_view", "vitrine"): 2}, "counted")


@scenario("an origin tells of so many views by nobody, and no more",
          "observed")
def crowded(s):
    ready(s)
    crowd = dict(ORIGIN, key="voisine", origin=CROWD)
    equal(s.apply({"origins": [crowd]}).returncode, 0, "applied")
    way = send(s, "suivie", "foule@firm.example", ["consent.suivi"])
    who, _ = token_of(s.visitor().get(way))
    until(lambda: view(s.visitor(), origin=CROWD, who=who).status == 204, 10,
          "the origin is known")
    lost, taken = metric(s, "lost_total"), 0
    # The minute of the clock may end once meanwhile.
    while taken <= 2 * NAMELESS_MAX:
        # Each address has a burst of its own.
        visitor = s.visitor()
        statuses = [view(visitor, origin=CROWD).status for _ in range(50)]
        taken += statuses.count(204)
        if 429 in statuses:
            break
    check(taken >= NAMELESS_MAX, f"{taken} are taken")
    equal(statuses[-1], 429, "one more")
    equal(metric(s, "lost_total"), lost + statuses.count(429), "lost")
    equal(view(s.visitor(), origin=CROWD, who=who).status, 204, "by somebody")
    equal(view(s.visitor()).status, 204, "of another origin")
    equal(s.apply({"origins": [dict(crowd, revoked=True)]}).returncode, 0,
          "revoked")
    until(lambda: view(s.visitor(), origin=CROWD).status == 403, 10,
          "the origin is gone")


@scenario("robots, prefetch and the office are nobody's behaviour",
          "observed")
def nobody(s):
    ready(s)
    before = counts(s)
    for how in (s.visitor(agent=BOT), s.visitor(agent=""),
                s.visitor(address=OFFICE)):
        equal(view(how, "/tarifs").status, 204, "the answer")
    equal(view(s.visitor(), "/tarifs", headers={
        "Sec-Purpose": "prefetch"}).status, 204, "prefetched")
    way = send(s, "suivie", "robot@firm.example", ["consent.suivi"])
    path = asset_of(s.visitor().get(way))
    for visitor, headers in (
            (s.visitor(agent=BOT), {"Sec_Fetch_Site": "same-origin"}),
            (s.visitor(address=OFFICE), {"Sec_Fetch_Site": "same-origin"}),
            (s.visitor(), {"Sec_Fetch_Site": "same-origin",
                           "Sec_Purpose": "prefetch"}),
            # What a scanner of mails sends.
            (s.visitor(), {}), (s.visitor(), {"Sec_Fetch_Site": "none"}),
            (s.visitor(), {"Sec_Fetch_Site": "cross-site"})):
        equal(visitor.get(path, **headers).status, 200, "the document")
    equal(added(s, before), {}, "counted")
    equal(s.sql(TOLD.format("robot@firm.example")), [], "told")


@scenario("who agrees is known in the tab they sent the form in", "observed",
          short=True)
def agreed(s):
    ready(s)
    ana, bob = "ana.suivie@firm.example", "bob.suivi@firm.example"
    silent = send(s, "suivie", bob)
    check("o=" not in silent, f"a token without consent: {silent}")
    equal(token_of(s.visitor().get(silent)), None, "its script")
    answer = s.visitor().get(send(s, "suivie", ana, ["consent.suivi"]))
    who, to = token_of(answer)
    equal(to, SITE, "whom it is handed to")
    equal(answer.all("Set-Cookie"), [], "cookies")
    visitor = s.visitor()
    once = str(uuid.uuid4())
    for _ in range(2):
        view(visitor, "/tarifs", who=who, link="1", id=once)
    view(visitor, "/", who=who)
    visitor.get(asset_of(answer), Sec_Fetch_Site="same-origin")
    equal(told(s, ana, 3), [("page_meaningful", "tarifs", "beacon"),
                            ("page_view", "vitrine", "beacon"),
                            ("document", "suivie", "link")], "told")
    # A token that is bent, or for something else, is nobody's.
    before = counts(s)
    for bent in ("A" + who[1:], who[:-1], "x"):
        equal(view(visitor, "/tarifs", who=bent).status, 204, "bent")
    equal(added(s, before), {("page_meaningful", "tarifs"): 3}, "bent ones")
    check(token_of(s.visitor().get("/p/suivie/thanks?o=A" + who[1:])) is None,
          "a bent token on the page")
    # Their word taken back, nothing has their name.
    equal(s.piste("consent", "withdraw", ana).returncode, 0, "withdrawn")
    view(visitor, "/tarifs", who=who)
    equal(added(s, before), {("page_meaningful", "tarifs"): 4}, "after it")
    equal(s.sql(TOLD.format(ana)), [], "told before it")


@scenario("a document fetched on the page of thanks says nothing of mails",
          "observed")
def unread(s):
    ready(s)
    mail.page(s, "suivie-page", "thanks", [SLOW])
    ira, before = "ira.suivie@firm.example", counts(s)
    answer = s.visitor().get(send(s, "suivie-page", ira,
                                  ["consent.suivi-confirme"]))
    mail.await_caught(s, ira)
    fetched = ("SELECT d.fetched_at IS NOT NULL FROM delivery AS d JOIN"
               " submission AS s ON s.id = d.submission_id"
               f" WHERE s.email = '{ira}'")
    visitor = s.visitor()
    equal(visitor.get(asset_of(answer), Sec_Fetch_Site="same-origin").status,
          200, "the document")
    equal(added(s, before), {("document", "suivie-page"): 1}, "counted")
    equal(s.sql(fetched), ["f"], "by a link of a mail")


@scenario("a link of a mail counts once its button is pressed", "observed")
def pressed(s):
    ready(s)
    eve = "eve.suivie@firm.example"
    send(s, "suivie-mail", eve, ["consent.suivi-confirme"])
    path = mail.link_of(mail.await_caught(s, eve)[0], "c")
    scanner, visitor = s.visitor(), s.visitor()
    for _ in range(3):
        equal(scanner.get(path).status, 200, "scanned")
    view(visitor)
    counts(s)
    equal(s.sql(TOLD.format(eve)), [], "of a scanner")
    done = visitor.post(path, [])
    equal(done.status, 200, "the button")
    visitor.post(path, [])
    equal(told(s, eve, 1), [("mail_link", "suivie-mail", "link")], "told")
    visitor.get(mail.asset_of(done), Sec_Fetch_Site="same-origin")
    equal(told(s, eve, 2)[1:], [("document", "suivie-mail", "link")],
          "the document")


@scenario("a link to the observed site names whom it was made for",
          "observed")
def linked(s):
    ready(s)
    lea = "lea.suivie@firm.example"
    send(s, "suivie", lea, ["consent.suivi"])
    who = s.one(f"SELECT id FROM person WHERE email = '{lea}'")
    ran = s.piste("link", "vitrine", "--person", who)
    equal(ran.returncode, 0, f"piste link: {ran.stderr}")
    check(ran.stdout.startswith(SITE + "/#piste="), ran.stdout)
    token = ran.stdout.strip().split("#piste=")[1]
    view(s.visitor(), "/tarifs", who=token, link="1")
    view(s.visitor(), "/tarifs", who=token)
    equal(sorted(told(s, lea, 3)), [("mail_link", "vitrine", "link")] +
          [("page_meaningful", "tarifs", "beacon")] * 2, "told")
    for words in (("vitrine", "--part", "first_name=Zoe"),
                  ("vitrine", "--person", "999999"),
                  ("boutique", "--person", who)):
        equal(s.piste("link", *words).returncode, 1, " ".join(words))


@scenario("who attended a webinar is imported", "observed")
def webinar(s):
    ready(s)
    path = file_of(s, [["E-mail"], ["zoe@firm.example"],
                       ["yan@firm.example"]])
    more = ("--page", "suivie", "--webinar", "energie-2026", "--date",
            "2026-03-12", "--consent", "suivi")
    before = counts(s)
    for _ in range(2):
        _, totals = imported(s, path, *more, source="webinar",
                             basis="consent")
        equal(totals["rows"], 2, "rows")
    equal(told(s, "zoe@firm.example", 1),
          [("webinar", "energie-2026", "import")], "told once")
    equal(s.one("SELECT (at AT TIME ZONE 'UTC')::date FROM event WHERE"
                " name = 'energie-2026' LIMIT 1"), "2026-03-12", "when")
    # Who was not asked is counted.
    other = file_of(s, [["E-mail"], ["max@firm.example"]])
    imported(s, other, "--page", "suivie", "--webinar", "energie-2026",
             source="webinar")
    equal(added(s, before), {("webinar", "energie-2026"): 1}, "nameless")
    for name in ("", "A b", "é", "x" * 65):
        ran = s.piste("import", other, "--campaign", "livre-blanc-2026",
                      "--source", "x", "--legal-basis",
                      "legitimate_interest", "--webinar", name)
        equal(ran.returncode, 2, f"status for {name!r}")
        contains(ran.stderr, "--webinar", "why")


@scenario("what is told while PostgreSQL is away is written later",
          "observed")
def away(s):
    ready(s)
    before, lost = counts(s), metric(s, "lost_total")
    s.cluster("stop", "fast")
    try:
        for _ in range(5):
            equal(view(s.visitor(), "/tarifs").status, 204, "meanwhile")
        equal(metric(s, "waiting"), 5, "waiting")
    finally:
        s.cluster("start")
    until(lambda: metric(s, "waiting") == 0, 15, "written")
    equal(added(s, before), {("page_meaningful", "tarifs"): 5}, "counted")
    equal(metric(s, "lost_total"), lost, "lost")


@scenario("days are made ahead, and go by retention", "observed")
def kept(s):
    s.sql("SELECT event_partition(current_date - 3000)")
    equal(s.piste("work", "--once").returncode, 0, "a worker's turn")
    equal(s.one("SELECT to_regclass('piste.event_' || to_char(current_date"
                " - 3000, 'YYYYMMDD')) IS NULL AND to_regclass("
                "'piste.event_' || to_char(current_date + 6, 'YYYYMMDD'))"
                " IS NOT NULL"), "t", "old days gone, new ones there")
    ran = s.piste("audit")
    contains(ran.stdout + ran.stderr, "besides sending forms", "the rule")


@scenario("the script is small, and other sites may load it", "observed")
def script(s):
    answer = s.visitor().get("/static/behaviour.js")
    equal(answer.status, 200, "status")
    check(len(answer.body) < 1024, f"{len(answer.body)} bytes")
    equal(answer.all("Cross-Origin-Resource-Policy"), ["cross-origin"],
          "who may load it")
    equal(s.visitor().get("/static/embed.js").status, 200, "its neighbour")
    equal(s.visitor().get("/static/thanked.js").status, 200, "thanks'")
