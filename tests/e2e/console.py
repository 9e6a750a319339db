"""The console's accounts: who gets in, who does not, and what is noted."""

import base64
import hashlib
import hmac
import json
import re
import statistics
import time
import urllib.parse

from check import Failure, check, contains, equal, scenario, until
from mail import caught, text_of

LOGIN = "/console/login"
COOKIE = "piste-desk"
SENTENCE = "correct horse battery staple 7"
OTHER = "another sentence, nobody's guess 9"


def added(s, login, role="marketer", lang="en"):
    """Somebody with an account; their password."""
    ran = s.piste("user", "add", login, "--role", role, "--lang", lang)
    equal(ran.returncode, 0, f"user add: {ran.stderr}")
    return ran.stdout.split()[-1]


def csrf(answer):
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', answer.text)
    check(found, f"a token in the form: {answer.status}")
    return found.group(1)


def typed(visitor, login, password, path=LOGIN, headers=None):
    token = csrf(visitor.get(path))
    return visitor.post(LOGIN, {"csrf": token, "login": login,
                                "password": password, "next": ""},
                        headers=headers)


def desk(s, login, password, **more):
    """A visitor who is logged in."""
    visitor = s.visitor(language="en", **more)
    answer = typed(visitor, login, password)
    equal((answer.status, answer.header("Location")), (303, "/console"),
          "the login")
    return visitor


def posted(visitor, page, path, **fields):
    return visitor.post(path, dict(fields, csrf=csrf(visitor.get(page))))


def is_in(visitor):
    answer = visitor.get("/console/me")
    check(answer.status in (200, 303), f"one's page: {answer.status}")
    return answer.status == 200


def code(secret, step):
    """RFC 6238, by another hand than ours."""
    key = base64.b32decode(secret)
    mac = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
    at = mac[-1] & 15
    number = int.from_bytes(mac[at:at + 4], "big") & 0x7fffffff
    return f"{number % 1000000:06d}"


def journal(s, *words):
    ran = s.piste("journal", "--json", *words)
    equal(ran.returncode, 0, "status of journal")
    return [json.loads(line) for line in ran.stdout.splitlines()]


@scenario("the console lets in who has an account, and nobody else",
          stack="desks", short=True)
def logins(s):
    check(re.search(r"console: log in at \S+/console as admin@piste.localhost"
                    r" with [0-9a-z]{24} \(told this once\)",
                    open(s.log_files()[0]).read()),
          "make run tells the first administrator")
    password = added(s, "ana@desk.example")
    visitor = s.visitor(language="en")
    for path in ("/console", "/console/me", "/console/accounts?x=1"):
        answer = visitor.get(path)
        equal(answer.status, 303, path)
        equal(answer.header("Location"), LOGIN + "?next=" +
              urllib.parse.quote(path, safe=""), "where to")
    page = visitor.get(LOGIN)
    equal(page.header("Cache-Control"), "private, no-store", "caching")
    contains(page.header("Content-Security-Policy"), "script-src 'self'",
             "the policy")
    contains(page.header("Content-Security-Policy"),
             "frame-ancestors 'none'", "the policy")
    said = set()
    for login, wrong in (("ana@desk.example", "wrong"),
                         ("nobody@desk.example", password), ("x", "y"),
                         ("ana@desk.example", "")):
        answer = typed(s.visitor(language="en"), login, wrong)
        equal(answer.status, 422, f"{login} with {wrong}")
        said.add(re.sub(r'value="[^"]*"', "", answer.text))
    equal(len(said), 1, "answers to what is wrong")
    for what, target in (("/console/people?q=a", "/console/people?q=a"),
                         ("/p/livre-blanc", "/console")):
        answer = s.visitor().post("/console/import", {"x": "y"}, headers={
            "Referer": f"http://127.0.0.1:{s.port}{what}"})
        equal(answer.header("Location"), LOGIN + "?next=" +
              urllib.parse.quote(target, safe=""), "a form of a session's"
              " that is over")
    equal(s.visitor().post("/console/import", {"x": "y"}, headers={
        "Referer": "http://evil.example/console/people"})
        .header("Location"), LOGIN + "?next=%2Fconsole", "another's form")
    visitor = desk(s, "Ana@Desk.Example", password)
    equal(visitor.get("/console/me").status, 200, "one's own page")
    equal(visitor.get("/console/accounts").status, 403, "another role's")
    equal(visitor.get("/console/journal.csv").status, 403, "another role's")
    equal(posted(visitor, "/console/me", "/console/accounts",
                 login="eve@desk.example", name="Eve",
                 role="administrator").status, 403, "another role's deed")
    left = posted(visitor, "/console/me", "/console/logout")
    equal(left.header("Location"), LOGIN, "after logging out")
    check(not is_in(visitor), "logged out")


@scenario("a session is new at login, ends for good, and is its owner's"
          " to close", stack="desks", short=True)
def sessions(s):
    password = added(s, "bea@desk.example")
    visitor = s.visitor(language="en")
    visitor.cookies[COOKIE] = planted = "a" * 64
    answer = typed(visitor, "bea@desk.example", password)
    equal(answer.status, 303, "the login")
    check(visitor.cookies[COOKIE] != planted, "another session")
    contains(answer.header("Set-Cookie"), "HttpOnly; SameSite=Lax", "flags")
    equal("Domain" in answer.header("Set-Cookie"), False, "a domain")
    stranger = s.visitor()
    stranger.cookies[COOKIE] = planted
    check(not is_in(stranger), "what was planted is nothing")
    equal(s.count("session", f"hash LIKE '%{visitor.cookies[COOKIE]}%'"), 0,
          "sessions kept as they are")
    second = desk(s, "bea@desk.example", password)
    row = s.one("SELECT max(session.id) FROM session JOIN app_user ON user_id ="
                " app_user.id WHERE login = 'bea@desk.example'")
    eve = desk(s, "eva@desk.example", added(s, "eva@desk.example"))
    posted(eve, "/console/me", "/console/me/sessions", session=row)
    check(is_in(second), "another's session is not hers to close")
    posted(visitor, "/console/me", "/console/me/sessions", session=row)
    check(not is_in(second), "a session that was closed")
    check(is_in(visitor), "the other one")
    # One by the clock each: idle, and too old.
    for column, hours in (("seen_at", "31 minutes"), ("begun_at",
                                                      "13 hours")):
        visitor = desk(s, "bea@desk.example", password)
        s.sql(f"UPDATE session SET {column} = now() - interval '{hours}'")
        check(not is_in(visitor), f"{column} is long ago")
    kept = desk(s, "bea@desk.example", password)
    changed = posted(kept, "/console/me", "/console/me/password",
                     password="wrong", new=SENTENCE)
    equal(changed.status, 422, "a change without the password")
    for weak in ("short", "password1234", "bea@desk.example", "x" * 257):
        equal(posted(kept, "/console/me", "/console/me/password",
                     password=password, new=weak).status, 422, weak)
    other = desk(s, "bea@desk.example", password)
    equal(posted(kept, "/console/me", "/console/me/password",
                 password=password, new=SENTENCE).status, 200, "the change")
    check(is_in(kept) and not is_in(other), "others are logged out")
    equal(typed(s.visitor(language="en"), "bea@desk.example", password)
          .status, 422, "the old password")
    desk(s, "bea@desk.example", SENTENCE)


@scenario("posts from other pages, stale tokens and foreign addresses are"
          " refused", stack="desks", short=True)
def forgeries(s):
    password = added(s, "cyr@desk.example")
    visitor = desk(s, "cyr@desk.example", password)
    token = csrf(visitor.get("/console/me"))
    host = f"127.0.0.1:{s.port}"
    bad = [{"Sec-Fetch-Site": site} for site in ("cross-site", "same-site",
                                                 "none", "x")]
    bad += [{"Origin": origin} for origin in (
        "http://evil.example", "null", f"https://{host}",
        f"http://{host}.evil.example", "http://127.0.0.1", f"//{host}")]
    for headers in bad:
        for path in ("/console/language", "/console/logout", LOGIN):
            equal(visitor.post(path, {"csrf": token, "lang": "fr"},
                               headers=headers).status, 403,
                  f"{path} with {headers}")
    for wrong in ("", "0" * 64, token[:-1], token + "0", token.upper()):
        equal(visitor.post("/console/logout", {"csrf": wrong}).status, 403,
              f"the token {wrong}")
    equal(visitor.post("/console/logout", {}).status, 403, "no token")
    theirs = csrf(desk(s, "dan@desk.example", added(s, "dan@desk.example"))
                  .get("/console/me"))
    equal(visitor.post("/console/logout", {"csrf": theirs}).status, 403,
          "another's token")
    check(is_in(visitor), "still there")
    stale = s.visitor(language="en").post(LOGIN, {
        "csrf": token, "login": "cyr@desk.example", "password": password})
    equal((stale.status, stale.header("Location")), (303, LOGIN),
          "a login without the token of its form")
    equal("piste-known" in str(stale.headers), False, "logged in by it")
    equal(visitor.get("/console/logout").status, 405, "logging out by GET")
    equal(visitor.post("/console/language", {"csrf": token, "lang": "fr"},
                       headers={"Sec-Fetch-Site": "same-origin",
                                "Origin": f"http://{host}"}).status, 303,
          "one of ours")
    again = desk(s, "cyr@desk.example", password)
    equal(again.post("/console/logout", {"csrf": token}).status, 403,
          "the token of the session before")
    for target in ("//evil.example", "https://evil.example", "/\\evil",
                   "/console.evil", "/p/livre-blanc", "/console/login",
                   "/console\r\nX: y", "javascript:alert(1)", ""):
        goer = s.visitor(language="en")
        page = goer.get(LOGIN + "?next=" + urllib.parse.quote(target))
        answer = goer.post(LOGIN, {
            "csrf": csrf(page), "login": "cyr@desk.example",
            "password": password, "next": target})
        equal((answer.status, answer.header("Location")), (303, "/console"),
              f"next={target!r}")
        equal(answer.header("X"), "", "a header")
    goer = s.visitor(language="en")
    equal(goer.post(LOGIN, {
        "csrf": csrf(goer.get(LOGIN)), "login": "cyr@desk.example",
        "password": password, "next": "/console/people?q=a&b=c"})
        .header("Location"), "/console/people?q=a&b=c", "a good next")


@scenario("who guesses is slowed, and keeps nobody out", stack="desks",
          short=True)
def guesses(s):
    password = added(s, "eli@desk.example")
    known = desk(s, "eli@desk.example", password, address="192.0.2.7")
    device = {"piste-known": known.cookies["piste-known"]}
    for login in ("eli@desk.example", "none@desk.example"):
        seen = []
        for _ in range(6):
            guess = s.visitor(language="en", address="203.0.113.9")
            seen.append(typed(guess, login, "guess").status)
        equal(seen, [422] * 5 + [429], f"guesses at {login}")
    late = typed(s.visitor(language="en", address="203.0.113.9"),
                 "eli@desk.example", password)
    equal(late.status, 429, "the right one, from the guesser's network")
    equal(late.header("Retry-After"), "900", "when to come back")
    desk(s, "eli@desk.example", password, address="192.0.2.7")
    # Guessing from everywhere uses up the account's own tries.
    s.sql("UPDATE attempt SET n = 50 WHERE n BETWEEN 6 AND 49")
    equal(typed(s.visitor(language="en", address="192.0.2.77"),
                "eli@desk.example", password).status, 429,
          "a browser that nobody knows")
    honest = s.visitor(language="en", address="203.0.113.9")
    honest.cookies.update(device)
    equal(typed(honest, "eli@desk.example", password).status, 303,
          "a browser that was there before")
    thief = s.visitor(language="en", address="203.0.113.10")
    thief.cookies.update(device)
    equal(typed(thief, "none@desk.example", "guess").status, 429,
          "that browser with another's address")
    equal(s.count("attempt", "key LIKE '%@%' OR key LIKE '%.%'"), 0,
          "keys that tell who tried")
    s.sql("DELETE FROM attempt")


@scenario("a code of one's own is asked for, each once", stack="desks",
          short=True)
def second_factor(s):
    login, password = "fay@desk.example", added(s, "fay@desk.example")
    visitor = desk(s, login, password)
    page = visitor.get("/console/me/second")
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page.text).group(1)
    sealed = re.search(r'name="sealed" value="([0-9a-f]+)"', page.text)
    equal(page.text.count('class="qr"'), 1, "a picture to scan")
    step = int(time.time()) // 30
    form = {"csrf": csrf(page), "sealed": sealed.group(1),
            "code": code(secret, step), "password": password}
    for bad, status in ((dict(form, code="000000x"), 422),
                        (dict(form, password="wrong"), 422),
                        (dict(form, sealed="00" + form["sealed"][2:]), 400)):
        equal(visitor.post("/console/me/second", bad).status, status,
              "what is wrong")
    done = visitor.post("/console/me/second", form)
    equal(done.status, 200, "a right code")
    spare = re.findall(r"<code>([0-9a-z]{4}(?:-[0-9a-z]{4}){3})</code>",
                       done.text)
    equal(len(set(spare)), 10, "recovery codes")
    equal(s.count("app_user", f"encode(second, 'escape') LIKE '%{secret}%'"),
          0, "secrets as they are")

    def half(to="/console"):
        goer = s.visitor(language="en")
        answer = typed(goer, login, password)
        contains(answer.header("Location"), LOGIN + "/code", "where to")
        check(not is_in(goer), "a half session is none")
        return goer

    def give(goer, value):
        token = csrf(goer.get(LOGIN + "/code"))
        return goer.post(LOGIN + "/code", {"csrf": token, "code": value,
                                           "next": "/console/me"})
    goer = half()
    equal(give(goer, code(secret, step)).status, 422,
          "the code that was used")
    before = goer.cookies[COOKIE]
    answer = give(goer, code(secret, step + 1))
    equal((answer.status, answer.header("Location")),
          (303, "/console/me"), "the next code")
    check(goer.cookies[COOKIE] != before and is_in(goer), "a new session")
    equal(give(half(), spare[0].upper().replace("-", " ")).status, 303,
          "a recovery code")
    goer = half()
    for value in (spare[0], "", "x", "123456"):
        equal(give(goer, value).status, 422, f"the code {value}")
    equal(give(goer, "999999x").status, 422, "the fifth wrong one")
    equal(give(goer, spare[1]).header("Location"), LOGIN,
          "after five wrong ones")
    s.sql("DELETE FROM attempt")
    answer = give(half(), spare[1])
    equal(answer.status, 303, "another recovery code")
    equal(s.piste("user", "second", login, "off").returncode, 0, "second off")
    desk(s, login, password)


def link(s, address, seen=0):
    mails = until(lambda: caught(s, address)[seen:], 10,
                  f"a mail to {address}")
    return re.search(r"https?://[^/\s]+(/console/reset/\S+)",
                     text_of(mails[-1])).group(1)


@scenario("a password is set anew by a link that works once",
          stack="desks", short=True)
def resets(s):
    password = added(s, "gus@desk.example")
    logged = desk(s, "gus@desk.example", password)
    said = set()
    for login in ("gus@desk.example", "none@desk.example"):
        visitor = s.visitor(language="en")
        answer = posted(visitor, "/console/reset", "/console/reset",
                        login=login)
        equal(answer.status, 200, "asking")
        said.add(answer.text)
    equal(len(said), 1, "answers")
    path = link(s, "gus@desk.example")
    equal(caught(s, "none@desk.example"), [], "mails to nobody")
    visitor = s.visitor(language="en")
    page = visitor.get(path)
    equal(page.status, 200, "the link")
    contains(page.text, "gus@desk.example", "whose it is")
    equal(visitor.get(path[:-2] + "xx").status, 403, "a forged link")
    form = {"csrf": csrf(page), "new": "short"}
    equal(visitor.post(path, form).status, 422, "a short one")
    form["new"] = SENTENCE
    equal(visitor.post(path, form).status, 303, "a good one")
    equal(visitor.post(path, dict(form, new=OTHER)).status, 410, "again")
    equal(visitor.get(path).status, 410, "the link afterwards")
    check(not is_in(logged), "who was logged in")
    desk(s, "gus@desk.example", SENTENCE)
    token = path.split("/")[-1]
    for name in s.log_files():
        with open(name, encoding="utf-8", errors="replace") as f:
            check(token not in f.read(), f"no token in {name}")
    equal(s.piste("user", "reset", "gus@desk.example").returncode, 0,
          "user reset")
    path = link(s, "gus@desk.example", 1)
    s.sql("UPDATE password_reset SET until = now()")
    equal(s.visitor().get(path).status, 410, "a link that is too old")
    ran = s.piste("user", "passwd", "gus@desk.example")
    desk(s, "gus@desk.example", ran.stdout.split()[-1])
    for _ in range(2):
        posted(s.visitor(), "/console/reset", "/console/reset",
               login="gus@desk.example")
    equal(posted(s.visitor(), "/console/reset", "/console/reset",
                 login="gus@desk.example").status, 429, "asking too often")
    s.sql("DELETE FROM attempt")


@scenario("an administrator opens and closes accounts, and all of it is in"
          " the journal for good", stack="desks", short=True)
def accounts(s):
    boss = desk(s, "hal@desk.example", added(s, "hal@desk.example",
                                             "administrator"))
    where = "/console/accounts"

    def change(login, deed, **more):
        return posted(boss, where, where + "/change", login=login, deed=deed,
                      **more).status
    form = {"login": "ida@desk.example", "name": "<b>Ida", "role": "seller"}
    answer = posted(boss, where, where, **form)
    equal(answer.status, 200, "inviting")
    contains(answer.text, "&lt;b&gt;Ida", "the name")
    equal(posted(boss, where, where, **form).status, 422, "again")
    for wrong in ({"login": "x"}, {"name": " "}, {"role": "owner"}):
        equal(posted(boss, where, where, **dict(form, **wrong)).status, 422,
              f"{wrong}")
    path = link(s, "ida@desk.example")
    visitor = s.visitor(language="en")
    equal(visitor.post(path, {"csrf": csrf(visitor.get(path)),
                              "new": SENTENCE}).status, 303, "the invited")
    ida = desk(s, "ida@desk.example", SENTENCE)
    equal(change("ida@desk.example", "role", role="marketer"), 200, "a role")
    check(not is_in(ida), "another role is another login")
    ida = desk(s, "ida@desk.example", SENTENCE)
    equal(change("ida@desk.example", "disable"), 200, "closing")
    check(not is_in(ida), "who is disabled")
    equal(typed(s.visitor(language="en"), "ida@desk.example", SENTENCE)
          .status, 422, "who is disabled, at the door")
    equal(change("ida@desk.example", "enable"), 200, "opening again")
    desk(s, "ida@desk.example", SENTENCE)
    equal(change("none@desk.example", "disable"), 422, "nobody")
    equal(change("ida@desk.example", "crown"), 400, "another deed")
    rows = journal(s, "--of", "user ida@desk.example")
    equal([r["what"] for r in reversed(rows)], [
        "user.add", "user.reset-asked", "user.password", "session.begin",
        "user.role", "session.begin", "user.disable", "user.enable",
        "session.begin"], "the journal")
    row = next(r for r in rows if r["what"] == "user.role")
    equal((row["who"], row["role"], row["was"], row["is"]),
          ("hal@desk.example", "administrator", "seller", "marketer"),
          "who changed what")
    page = boss.get("/console/journal?of=user%20ida%40desk.example")
    contains(page.text, "user.disable", "the journal's page")
    table = boss.get("/console/journal.csv")
    contains(table.header("Content-Type"), "text/csv", "its type")
    contains(table.text, '"user.disable","user ida@desk.example"', "the CSV")
    s.sql("INSERT INTO audit (who, role, what, subject) SELECT 'command',"
          " 'command', 'user.lang', 'many' FROM generate_series(1, 10001)")
    part = boss.get("/console/journal.csv?of=many")
    equal(part.text.count("\n"), 10001, "lines of the first part")
    rest = boss.get(re.match("<([^>]+)>; rel=\"next\"",
                             part.header("Link")).group(1))
    equal((rest.text.count("\n"), rest.header("Link")), (2, ""), "the last")
    for sql in ("UPDATE audit SET who = 'x'", "DELETE FROM audit",
                "TRUNCATE audit"):
        try:
            s.sql(sql)
            check(False, f"{sql} is refused")
        except Failure as e:
            contains(str(e), "kept", sql)
    equal(len(journal(s, "--of", "user ida@desk.example")), len(rows),
          "rows afterwards")


@scenario("an address without an account takes as long as one with",
          stack="desks")
def times(s):
    added(s, "jon@desk.example")
    took = {"jon@desk.example": [], "none@desk.example": []}
    for i in range(10):
        for login, seconds in sorted(took.items(), reverse=i % 2 == 0):
            visitor = s.visitor(language="en", address=f"198.18.{i}.1")
            token = csrf(visitor.get(LOGIN))
            begun = time.monotonic()
            visitor.post(LOGIN, {"csrf": token, "login": login,
                                 "password": "wrong"})
            seconds.append(time.monotonic() - begun)
    known, unknown = (statistics.median(v) for v in took.values())
    print(f"        a login takes {known * 1000:.0f} ms known,"
          f" {unknown * 1000:.0f} ms unknown")
    check(abs(known - unknown) < .5 * max(known, unknown),
          f"{known:.3f} s and {unknown:.3f} s")
    s.sql("DELETE FROM attempt")
