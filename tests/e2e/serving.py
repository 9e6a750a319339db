"""What every answer has, and the service's own pages."""

import http.client
import re
import threading

from check import check, contains, equal, scenario
from client import BROWSER, Visitor
from stack import PAGE, person

ONCE = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Type": "",
    "Date": "",
}


@scenario("security headers are on every answer, exactly once", short=True)
def headers(s):
    visitor = s.visitor()
    form = visitor.form(PAGE)
    thanks = visitor.post(PAGE, person(form, "head@example.org"))
    link = re.search(r'href="([^"]*/a/[^"]+)"',
                     visitor.get(thanks.header("Location")).text).group(1)
    link = re.sub(r"^https?://[^/]+", "", link.replace("&amp;", "&"))
    css = re.search(r'href="([^"]+\.css[^"]*)"',
                    visitor.get(PAGE).text).group(1)
    answers = {
        "page": visitor.get(PAGE), "303": thanks,
        "thanks": visitor.get(PAGE + "/thanks"),
        "422": visitor.post(PAGE, person(form, "x")),
        "400": visitor.post(PAGE, [("email", "x")]),
        "404": visitor.get("/p/none"), "404, nginx": visitor.get("/none"),
        "static": visitor.get(css), "asset": visitor.get(link),
        "403": visitor.get("/a/livre-blanc?t=x"),
        "413": visitor.request("POST", PAGE, b"x" * 200000),
        "healthz": visitor.get("/healthz"),
        "405": visitor.request("PUT", PAGE),
    }
    for name, answer in answers.items():
        for header, part in ONCE.items():
            if name == "303" and header == "Content-Type":
                continue
            values = answer.all(header)
            equal(len(values), 1, f"{header} on {name} ({values})")
            contains(values[0], part, f"{header} on {name}")
        server = answer.header("Server")
        check(not re.search(r"\d", server), f"{name} tells {server}")
        check(not answer.all("X-Powered-By"), f"{name} tells its maker")
        csp = answer.header("Content-Security-Policy")
        check("unsafe" not in csp and "*" not in csp, f"CSP of {name}: {csp}")
        cookies = [c.split("=")[0] for c in answer.all("Set-Cookie")]
        check(len(cookies) <= 1, f"cookies of {name}: {cookies}")
    for name in ("page", "thanks", "422", "400", "303"):
        contains(answers[name].header("Cache-Control"), "no-store",
                 f"Cache-Control of {name}")
    contains(answers["static"].header("Cache-Control"), "max-age",
             "Cache-Control of static files")


@scenario("no cookie but the one, and nothing of the person in it")
def one_cookie(s):
    visitor = s.visitor()
    for path in ("/", PAGE, PAGE + "?lang=en", PAGE + "/thanks", "/p/none",
                 "/healthz", "/a/livre-blanc?t=x"):
        visitor.get(path)
    answer = s.submit("cookie@example.org", visitor)
    visitor.get(answer.header("Location"))
    equal(len(visitor.cookies), 1, f"cookies: {visitor.cookies}")
    value = next(iter(visitor.cookies.values()))
    for table in ("submission", "person", "lead", "consent"):
        equal(s.count(f"{table} t", f"t::text LIKE '%{value}%'"), 0,
              f"rows of {table} that hold the visitor's id")


@scenario("healthz, readyz and metrics: for whom they are", short=True)
def health(s):
    near, far = s.visitor(), s.visitor(address="203.0.113.9")
    equal(near.get("/healthz").status, 200, "/healthz")
    equal(far.get("/healthz").status, 200, "/healthz from afar")
    for path in ("/readyz", "/metrics"):
        equal(near.get(path).status, 200, path)
        equal(far.get(path).status, 403, path + " from afar")
    text = near.get("/metrics").text
    contains(near.get("/metrics").header("Content-Type"), "text/plain", "type")
    names = set()
    for line in text.strip().split("\n"):
        check(re.fullmatch(r"# (HELP|TYPE) piste_\w+ .+"
                           r"|piste_\w+(\{[^}]*\})? -?[\d.e+]+", line),
              f"a line of /metrics: {line}")
        names.add(line.split()[2] if line[0] == "#" else line.split()[0])
    for name in ("piste_spool_records", "piste_spool_age_seconds",
                 "piste_submissions_committed_total"):
        check(name in names, f"{name} in /metrics")


@scenario("404 and 410 are pages in the visitor's language")
def absent(s):
    for language, path in (("fr", "/p/none"), ("en", "/p/none"),
                           ("fr", "/none"), ("en", "/p/none/thanks")):
        answer = s.visitor(language=language).get(path)
        equal(answer.status, 404, path)
        contains(answer.header("Content-Type"), "text/html", path)
        contains(answer.text, "</html>", path)
    answers = {language: s.visitor(language=language).get("/p/none").text
               for language in ("fr", "en")}
    contains(answers["fr"], 'lang="fr"', "French")
    contains(answers["en"], 'lang="en"', "English")
    gone = [row for row in s.export()["pages"] if row.get("archived")]
    check(gone, "the demo site has an archived page")
    equal(s.visitor().get(f"/p/{gone[0]['key']}").status, 410, "archived")
    equal(s.visitor().post(f"/p/{gone[0]['key']}", [("a", "b")]).status, 410,
          "a post to an archived page")


@scenario("redirects stay on this site")
def local(s):
    answer = s.submit("redirect@example.org")
    check(answer.header("Location").startswith("/p/") or
          answer.header("Location").startswith(
              f"http://127.0.0.1:{s.port}/p/"), answer.header("Location"))
    visitor = s.visitor()
    form = visitor.form(PAGE)
    answer = visitor.post(PAGE, person(form, "evil@example.org"),
                          headers={"Host": "evil.example"})
    check("evil.example" not in answer.header("Location"), "Host is no target")


@scenario("static files are cached long and compressed")
def static(s):
    visitor = s.visitor()
    css = re.search(r'href="([^"]+\.css[^"]*)"',
                    visitor.get(PAGE).text).group(1)
    for coding in ("gzip", "br"):
        answer = visitor.get(css, Accept_Encoding=coding)
        equal(answer.status, 200, css)
        equal(answer.header("Content-Encoding"), coding, "coding")
    equal(visitor.get(PAGE, Accept_Encoding="gzip")
          .header("Content-Encoding"), "gzip", "coding of the page")


@scenario("1000 visitors at once through kept connections are all answered",
          short=True)
def crowd(s):
    statuses, gate = [], threading.Barrier(50)

    def walk():
        c = http.client.HTTPConnection("127.0.0.1", s.port, timeout=20)
        gate.wait()
        for _ in range(20):
            c.request("GET", PAGE, None, {"User-Agent": BROWSER})
            r = c.getresponse()
            r.read()
            statuses.append(r.status)
        c.close()
    threads = [threading.Thread(target=walk) for _ in range(50)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    equal((len(statuses), set(statuses)), (1000, {200}), "answers")
    equal(Visitor(s.port).get(PAGE).status, 200, "a fresh one afterwards")
