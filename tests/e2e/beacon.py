"""What a page's script tells, and what a visitor's cookie brings with it."""

import json
import re

from check import check, contains, equal, scenario, until
from client import Form, filled
from experiments import (OFFICE, apply, halves, id_of, measures, page, rows,
                         see, shown, written)
from stack import FIRST_VISITS, LYON

TOKEN = re.compile(r'<script src="[^"]*/shown\.js" data-token="([^"]+)"')
AHEAD = {"Sec_Purpose": "prefetch;prerender"}
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://example.org/bot)"


def token_of(answer):
    return (TOKEN.search(answer.text) or [None, None])[1]


def tell(visitor, token):
    return visitor.post("/e", [("kind", "activate"), ("token", token)]).status


def exclusions(s, experiment):
    return {r.split("|")[0]: int(r.split("|")[1]) for r in s.sql(
        "SELECT x.reason, x.n FROM experiment AS e, experiment_exclusions("
        "e.key, e.bucket_version, now() + interval '1 day') AS x"
        f" WHERE e.key = '{experiment}' AND x.n > 0")}


def views(s, key):
    return {r.split("|")[0]: int(r.split("|")[1]) for r in s.sql(
        "SELECT class, sum(views) FROM traffic"
        f" WHERE page_key = '{key}' GROUP BY 1")}


def post(visitor, key, answer, email, **values):
    posted = visitor.post(f"/p/{key}", filled(Form(answer.text), email=email,
                                              **values))
    equal(posted.status, 303, "status of a post")


@scenario("a page fetched ahead counts from when it is shown", "trials")
def ahead(s):
    apply(s, [page("avance")], halves("avance", "avance"))
    visitor = s.visitor()
    answer = visitor.get("/p/avance?utm_source=lettre", **AHEAD)
    arm = shown(answer)
    check(visitor.cookies, "the cookie comes with it")
    written(s)
    equal(rows(s, "avance"), {}, "counted before it is shown")
    equal(tell(visitor, token_of(answer)), 204, "told that it is shown")
    until(lambda: rows(s, "avance"), 10, "the exposure")
    equal(rows(s, "avance", "variant, source, lang, activated_at ="
               " first_seen_at, device"),
          {id_of(visitor): f"{arm}|lettre|fr|t|desktop"}, "as exposed")
    post(visitor, "avance", answer, "avance@example.org")
    until(lambda: measures(s, "avance").get(arm, {}).get("leads"), 10,
          "the lead")
    until(lambda: measures(s, "avance")[arm].get("posted"), 10, "the post")
    mine = measures(s, "avance")[arm]
    equal((mine["visitors"], mine["activated"], mine["leads"]), (1, 1, 1),
          "visitors, activated, leads")
    equal(tell(visitor, token_of(answer)), 204, "told again")
    until(lambda: views(s, "avance").get("activated"), 10, "traffic")
    equal(exclusions(s, "avance"), {}, "not counted")
    equal(json.loads(s.piste("results", "avance", "--json").stdout)
          ["traffic"], {"human": 1, "prefetch": 0}, "views")


@scenario("what is fetched ahead and never shown counts nowhere", "trials")
def never(s):
    apply(s, [page("jamais")], halves("jamais", "jamais"))
    visitor = s.visitor()
    answer = visitor.get("/p/jamais", **AHEAD)
    post(visitor, "jamais", answer, "jamais@example.org")
    until(lambda: "conversions_without_exposure" in exclusions(s, "jamais"),
          10, "the form, among those not counted")
    written(s)
    equal(exclusions(s, "jamais"), {"conversions_without_exposure": 1,
                                    "prefetch_exposures": 1}, "not counted")
    equal((rows(s, "jamais"), measures(s, "jamais")), ({}, {}), "counted")
    # Its beacon was late, as on a slow line: the form counts after all.
    equal(tell(visitor, token_of(answer)), 204, "told late")
    until(lambda: rows(s, "jamais"), 10, "the exposure")
    equal("conversions_before_exposure" in exclusions(s, "jamais"), True,
          "a form sent before its page was shown")


@scenario("who sees the page is told from who was only served", "trials")
def activated(s):
    apply(s, [page("vue")], halves("vue", "vue"))
    visitor, other = s.visitor(), s.visitor()
    answer = visitor.get("/p/vue")
    equal(token_of(visitor.get("/p/temoin")), None, "a page without a test")
    see(other, "vue")
    until(lambda: len(rows(s, "vue")) == 2, 10, "two exposures")
    equal(tell(visitor, token_of(answer)), 204, "told")
    until(lambda: rows(s, "vue", "activated_at >= first_seen_at")
          [id_of(visitor)] == "t", 10, "the activation")
    at = rows(s, "vue", "activated_at")
    equal(tell(visitor, token_of(answer)), 204, "told again")
    told = json.loads(s.piste("results", "vue", "--json").stdout)
    equal((told["activated"]["visitors"], told["counts"]["human"]["visitors"]),
          (1, 2), "activated, visitors")
    exact = json.loads(s.piste("results", "vue", "--json", "--exact").stdout)
    equal([a["counts"] for a in exact["arms"]],
          [a["counts"] for a in told["arms"]], "counted anew")
    contains(s.piste("results", "vue", "--lang", "en").stdout,
             "page really shown: 1", "results")
    written(s)
    equal(rows(s, "vue", "activated_at"), at, "of a beacon sent again")


REFUSED = (
    ("another's", lambda v, t: tell(v[1], t), 403),
    ("bent", lambda v, t: tell(v[0], "B" + t[1:]), 403),
    ("empty", lambda v, t: tell(v[0], ""), 403),
    ("of a page not under test", lambda v, t: tell(
        v[0], v[0].form("/p/calme").values["piste_token"]), 403),
    ("without a cookie", lambda v, t: tell(v[2], t), 204),
    ("another kind", lambda v, t: v[0].post("/e", [("kind", "no"),
     ("token", t)]).status, 400),
    ("no kind", lambda v, t: v[0].post("/e", [("token", t)]).status, 400),
    ("too long", lambda v, t: v[0].post("/e", [("kind", "activate"), (
        "token", t), ("more", "x" * 4096)]).status, 413),
    ("no form", lambda v, t: v[0].request("POST", "/e", b"{}", {
        "Content-Type": "application/json"}).status, 415),
    ("GET", lambda v, t: v[0].get("/e").status, 405),
    ("HEAD", lambda v, t: v[0].request("HEAD", "/e").status, 405),
)


@scenario("a beacon that is not the visitor's own counts nothing", "trials")
def refused(s):
    apply(s, [page("faux"), page("calme")], halves("faux", "faux"))
    visitors = [s.visitor(), s.visitor(), s.visitor()]
    token = token_of(visitors[0].get("/p/faux"))
    see(visitors[1], "faux")
    for what, ask, status in REFUSED:
        equal(ask(visitors, token), status, what)
    written(s)
    equal(set(rows(s, "faux", "activated_at").values()), {""}, "activated")


@scenario("a robot that has a visitor's cookie takes the visitor along",
          "trials")
def robots(s):
    apply(s, [page("robot")], halves("robot", "robot", targeting={
        "devices": ["desktop"]}))
    by_agent, by_trap, by_beacon, person = (s.visitor() for _ in range(4))
    answers = [v.get("/p/robot") for v in (by_agent, by_trap, by_beacon,
                                           person)]
    until(lambda: len(rows(s, "robot")) == 4, 10, "four exposures")
    by_agent.base["User-Agent"] = ROBOT
    equal(shown(by_agent.get("/p/robot")), "a", "shown to a robot")
    by_trap.post("/p/robot", filled(Form(answers[1].text), website="x",
                                    email="robot@example.org"))
    by_beacon.base["User-Agent"] = ROBOT
    equal(tell(by_beacon, token_of(answers[2])), 204, "told by a robot")
    wanted = {id_of(v): "bot" for v in (by_agent, by_trap, by_beacon)}
    wanted[id_of(person)] = ""
    until(lambda: rows(s, "robot", "excluded") == wanted, 10, "flags")
    # For all times: a later view by a browser changes nothing.
    by_agent.base["User-Agent"] = person.base["User-Agent"]
    see(by_agent, "robot")
    written(s)
    equal(rows(s, "robot", "excluded"), wanted, "still flagged")
    equal(exclusions(s, "robot").get("bot_visitors"), 3, "reported")


@scenario("a beacon is asked what a view is asked", "trials")
def office(s):
    apply(s, [page("bureau")], halves("bureau", "bureau"))
    visitor = s.visitor()
    answer = visitor.get("/p/bureau", **AHEAD)
    visitor.base["X-Forwarded-For"] = OFFICE
    equal(tell(visitor, token_of(answer)), 204, "told from the office")
    written(s)
    equal(rows(s, "bureau"), {}, "counted")
    # An experiment that was stopped meanwhile takes nobody.
    other = s.visitor()
    answer = other.get("/p/bureau", **AHEAD)
    equal(s.piste("experiment", "stop", "bureau").returncode, 0, "stop")
    until(lambda: not token_of(s.visitor().get("/p/bureau", **AHEAD)), 10,
          "stopped")
    equal(tell(other, token_of(answer)), 204, "told after the end")
    written(s)
    equal(rows(s, "bureau"), {}, "counted after the end")


@scenario("forms that can be nobody's are reported", "trials")
def strays(s):
    apply(s, [page("perdu")], halves("perdu", "perdu"))
    nobody = s.visitor()
    answer = nobody.get("/p/perdu")
    nobody.cookies.clear()
    post(nobody, "perdu", answer, "perdu1@example.org")
    link = s.piste("preview", "perdu", "b").stdout.split("?", 1)[1].strip()
    looking = s.visitor()
    post(looking, "perdu", looking.get("/p/perdu?" + link),
         "perdu2@example.org")
    until(lambda: exclusions(s, "perdu") == {
        "conversions_without_cookie": 1, "conversions_from_preview": 1,
        "preview_exposures": 1}, 10, "reasons")
    said = s.piste("results", "perdu", "--lang", "fr").stdout
    contains(said, "envois sans cookie", "results")
    contains(said, "envois depuis un aperçu", "results")
    equal(json.loads(s.piste("results", "perdu", "--json").stdout)
          ["counts"]["raw"]["conversions"], 2, "all that was sent")


@scenario("more first visits than people make, fetched ahead or not",
          "crowded")
def crowd(s):
    apply(s, [page("foule")], halves("foule", "foule"))
    ahead = [s.visitor(address=LYON) for _ in range(FIRST_VISITS + 2)]
    tokens = [token_of(v.get("/p/foule", **AHEAD)) for v in ahead]
    check(all(tokens), "what is fetched ahead is no first visit yet")
    for visitor, token in zip(ahead, tokens):
        equal(tell(visitor, token), 204, "told")
    equal(token_of(s.visitor(address=LYON).get("/p/foule")), None,
          "of a visitor too many")
    near = s.visitor()
    see(near, "foule")
    until(lambda: id_of(near) in rows(s, "foule"), 10, "the last exposure")
    equal(set(rows(s, "foule")), {id_of(v) for v in
                                  ahead[:FIRST_VISITS] + [near]}, "counted")
