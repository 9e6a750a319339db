"""Who sees which variant, and who is counted."""

import http.client
import re

from check import check, contains, equal, scenario, until
from client import BROWSER, Form, Visitor
from stack import PAGE, person

COOKIE = re.compile(r"([\w-]+)=([0-9a-z]{26}); ")
VISITORS = 400


def exposures(s, visitor):
    return s.count("exposure", f"visitor = '{visitor}'")


def variant_of(text):
    found = [k for k, headline in (("a", "Réduisez votre facture"),
                                   ("b", "Où part votre énergie"))
             if headline in text.replace("&#39;", "'")]
    check(len(found) == 1, f"one headline, not {found}")
    return found[0]


def id_of(visitor):
    equal(len(visitor.cookies), 1, "cookies")
    return next(iter(visitor.cookies.values()))


@scenario("the one cookie: random, first-party, HttpOnly, Lax, 13 months",
          short=True)
def cookie(s):
    answer = s.visitor().get(PAGE)
    lines = answer.all("Set-Cookie")
    equal(len(lines), 1, "cookies set")
    check(COOKIE.match(lines[0]), f"its value: {lines[0]}")
    for part in ("; Path=/", "; HttpOnly", "; SameSite=Lax"):
        contains(lines[0], part, "Set-Cookie")
    age = int(re.search(r"Max-Age=(\d+)", lines[0]).group(1))
    check(0 < age <= 13 * 31 * 86400, f"Max-Age {age}")
    check("Secure" not in lines[0] and "Domain" not in lines[0],
          f"over http, for this host: {lines[0]}")
    check("private" in answer.header("Cache-Control") and
          "no-store" in answer.header("Cache-Control"), "Cache-Control")
    again = s.visitor().get(PAGE).all("Set-Cookie")
    check(again != lines, "another visitor gets another id")
    visitor = s.visitor()
    visitor.get(PAGE)
    equal(visitor.get(PAGE).all("Set-Cookie"), [], "set once")
    for bad in ("x", "a" * 25, "A" * 26, "u" * 26 + "0", "é" * 26,
                "../../../../etc/passwd0000"):
        name = COOKIE.match(lines[0]).group(1)
        answer = s.visitor().get(PAGE, Cookie=f"{name}={bad}"
                                 .encode().decode("latin-1"))
        equal(answer.status, 200, f"status with cookie {bad}")
        check(answer.all("Set-Cookie"), f"{bad} is replaced")


@scenario("the same visitor sees the same variant", short=True)
def sticky(s):
    for _ in range(10):
        visitor = s.visitor()
        seen = {variant_of(visitor.get(PAGE).text) for _ in range(5)}
        equal(len(seen), 1, "variants shown to one visitor")
        seen.add(variant_of(Visitor(s.port).request(
            "GET", PAGE, None, {"Cookie": "; ".join(
                f"{k}={v}" for k, v in visitor.cookies.items())}).text))
        equal(len(seen), 1, "variants, with the cookie elsewhere")


@scenario("visitors are split evenly, each exposure is counted once")
def split(s):
    tally = {"a": 0, "b": 0}
    c = http.client.HTTPConnection("127.0.0.1", s.port, timeout=20)
    names = {}
    for _ in range(VISITORS):
        c.request("GET", PAGE, None, {"User-Agent": BROWSER,
                                      "Accept-Language": "fr"})
        r = c.getresponse()
        shown = variant_of(r.read().decode())
        tally[shown] += 1
        found = COOKIE.match(r.getheader("Set-Cookie"))
        names[found.group(2)] = shown
        if len(names) % 4 == 0:
            c.request("GET", PAGE, None, {
                "User-Agent": BROWSER, "Accept-Language": "fr",
                "Cookie": f"{found.group(1)}={found.group(2)}"})
            c.getresponse().read()
    c.close()
    # Five standard deviations of an even split of 400 are 50.
    check(abs(tally["a"] - tally["b"]) <= 100, f"the split is {tally}")
    equal(len(names), VISITORS, "identifiers")
    rows = {}

    def is_written():
        rows.update(row.split("|") for row in s.sql(
            "SELECT visitor, variant FROM exposure"))
        return names.keys() <= rows.keys()
    until(is_written, 5, f"{VISITORS} exposures")
    equal({v: rows[v] for v in names}, names, "variants as shown")
    shown = ", ".join(f"'{v}'" for v in names)
    equal(s.count("exposure", "experiment_key <> 'lb-headline'"
                  f" AND visitor IN ({shown})"), 0, "others")


@scenario("robots, HEAD, prefetch and previews are served, never counted")
def uncounted(s):
    marked = s.visitor()
    marked.get(PAGE)
    until(lambda: exposures(s, id_of(marked)) == 1, 5, "a person is counted")
    before = s.count("exposure")
    agents = ("Googlebot/2.1 (+http://www.google.com/bot.html)",
              "Mozilla/5.0 (compatible; bingbot/2.0)", "curl/8.0",
              "python-requests/2.31", "", "facebookexternalhit/1.1",
              "Mozilla/5.0 (X11) HeadlessChrome/120.0 Safari/537.36")
    for agent in agents:
        robot = s.visitor(agent=agent)
        answer = robot.get(PAGE)
        equal(answer.status, 200, f"status for {agent!r}")
        equal(answer.all("Set-Cookie"), [], f"cookies for {agent!r}")
        equal(variant_of(answer.text), "a", f"variant for {agent!r}")
    for headers in ({"Sec_Purpose": "prefetch"},
                    {"Sec_Purpose": "prefetch;prerender"},
                    {"Purpose": "prefetch"}, {"X_Moz": "prefetch"}):
        answer = s.visitor().get(PAGE, **headers)
        equal(answer.status, 200, f"status for {headers}")
    equal(s.visitor().request("HEAD", PAGE).status, 200, "HEAD")
    equal(s.visitor().get(PAGE + "/thanks").status, 200, "the thank-you page")
    # Exposures are written in order: when this one is there, all are.
    last = s.visitor()
    last.get(PAGE)
    until(lambda: exposures(s, id_of(last)) == 1, 5, "the last person")
    equal(s.count("exposure"), before + 1, "exposures")


@scenario("?variant= without a signature changes nothing")
def forced(s):
    visitor = s.visitor()
    shown = variant_of(visitor.get(PAGE).text)
    other = "b" if shown == "a" else "a"
    for more in ("", "&preview=x", "&preview=" + "A" * 200):
        equal(variant_of(visitor.get(f"{PAGE}?variant={other}{more}").text),
              shown, f"variant with {more}")


@scenario("a submission's variant is the one the person saw")
def submitted(s):
    for n in range(6):
        visitor, email = s.visitor(), f"variant{n}@example.org"
        answer = visitor.get(PAGE)
        shown = variant_of(answer.text)
        visitor2 = s.visitor()	# the cookie is gone; the token knows
        equal(visitor2.post(PAGE, person(Form(answer.text), email)).status,
              303, "status")
        equal(s.one("SELECT variant_key FROM submission WHERE email ="
                    f" '{email}'"), shown, "variant_key")
