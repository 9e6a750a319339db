"""Public corpora of bad input through every entrance: what is stored is the
normal form of what was sent, what comes back is what was typed."""

import csv
import http.client
import json
import os
import random
import re
import shutil
import urllib.parse

import corpora
from check import check, contains, equal, scenario, until
from client import BROWSER, Form, filled, multipart, urlencoded

KEY = "hostile"
PAGE = "/p/" + KEY
API = f"/api/v1/pages/{KEY}/submissions"
PLAIN = "application/x-www-form-urlencoded"
EACH = 19	# fields of a kind: 40 in a form, with address and phone
LONG, LINE = 4000, 200	# characters that long_text and company take
PATHS = ("/p/", "/c/", "/u/", "/a/", "/", "/a/livre-blanc?t=")
BODY_BYTES_MAX = 128 << 10
COLUMNS = 5	# of the widest table
FEW = 12	# one string in so many, where everything is slow
CAMPAIGN = "livre-blanc-2026"
TOUCH = ("utm_source", "utm_medium", "utm_campaign", "gclid")
TOUCH_BYTES_MAX = 200


def field(name, kind, **more):
    return dict({"name": name, "kind": kind, "label": {
        "fr": f"Champ {name}", "en": f"Field {name}"}}, **more)


def ready(s):
    """The page, and the key of a program that may send its form."""
    if not hasattr(s, "hostile_key"):
        fields = [field("email", "email", required=True),
                  field("phone", "phone")]
        fields += [field(f"t{n}", "long_text") for n in range(EACH)]
        fields += [field(f"c{n}", "company") for n in range(EACH)]
        site = s.export()
        page = next(p for p in site["pages"] if p["key"] == "livre-blanc")
        page = dict(page, key=KEY, form=KEY, variants=page["variants"][:1])
        page.pop("asset", None)
        page["campaign"] = CAMPAIGN
        ran = s.apply({
            "forms": [{"key": KEY, "country": "FR", "duplicates": "email",
                       "asset_delivery": "thanks", "fields": fields,
                       "consents": []}],
            "pages": [page],
            "origins": [{"key": KEY, "server": True, "pages": [KEY]}]})
        equal(ran.returncode, 0, f"apply: {ran.stderr}")
        until(lambda: s.visitor().get(PAGE).status == 200, 10, "the page")
        s.hostile_posts = 0
        s.hostile_key = s.piste("origin", KEY).stdout.strip()
    return s.hostile_key


def sheets(every=1):
    """What is typed into the form again and again, until all was."""
    rows, numbers = corpora.strings()[::every], list(corpora.phones().values())
    for at in range(0, len(rows), EACH):
        sheet = {"phone": numbers[at // EACH % len(numbers)]}
        for n, row in enumerate(rows[at:at + EACH]):
            sheet[f"t{n}"] = sheet[f"c{n}"] = row
        yield f"sheet{at}", sheet


def judged(sheet):
    """(what of a sheet is stored, the codes of what is refused)."""
    stored, wrong = {}, {}
    for name, typed in sheet.items():
        if name in ("email", "phone"):
            continue
        text, code = corpora.kept(typed, LONG if name[0] == "t" else LINE,
                                  name[0] == "t")
        if code:
            wrong[name] = code
        elif text is not None:
            stored[name] = text
    return stored, wrong


def corrected(sheet, wrong):
    return {name: "" if name in wrong else typed
            for name, typed in sheet.items()}


def are_stored(s, wanted):
    """Each address's form once, whole, and as it was typed."""
    rows = {}
    for row in s.sql("SELECT json_build_array(email, fields, source, medium,"
                     " campaign_key, click_id) FROM submission WHERE"
                     f" page_key = '{KEY}'"):
        email, *row = json.loads(row)
        rows.setdefault(email, []).append(row)
    for email, (stored, touch) in wanted.items():
        equal(len(rows.get(email, ())), 1, f"rows of {email}")
        fields, *told = rows[email][0]
        # Whether a number is one, libphonenumber knows.
        fields = {k: v for k, v in fields.items() if v and k != "phone"}
        for name, text in dict(stored, email=email).items():
            equal(fields.get(name), text, f"{name} as stored, {email}")
        equal(set(fields), set(stored) | {"email"}, f"fields, {email}")
        source, medium, campaign, click = map(part_of, touch)
        # Who names no campaign comes by the page's.
        equal([v or "" for v in told], [source, medium, campaign or CAMPAIGN,
                                        click], f"the touch, {email}")


def comes_back(answer, sheet, wrong, what):
    """The form, with all that was typed, and a message beside each mistake."""
    equal(answer.status, 422, f"status, {what}")
    back = Form(answer.text)
    equal(set(back.messages) - {"phone"}, set(wrong) | {"email"},
          f"what is wrong, {what}")
    for name in wrong:
        check(len(back.messages[name]) > 10, f"{name} is explained, {what}")
    for name, typed in sheet.items():
        if name != "phone":
            equal(back.values[name].replace("\r\n", "\n"),
                  corpora.shown(typed, name[0] == "t"),
                  f"{name} as it comes back, {what}")
    return back


def touch_of(sheet):
    return [sheet.get(f"t{n}", "") for n in range(len(TOUCH))]


def part_of(touch):
    """A part of a touch as it is stored: no address, cut at a character."""
    if corpora.has_control(touch) or re.search("[^ @]@[^ @]*[.]", touch):
        return ""
    return touch.encode()[:TOUCH_BYTES_MAX].decode("utf-8", "ignore")


def by_form(s, every, as_multipart):
    coding = "multipart" if as_multipart else "urlencoded"
    wanted = {}
    for n, (name, sheet) in enumerate(sheets(every)):
        what = f"{name}, {coding}"
        email = f"{name}.{coding}.{every}@hostile.example"
        stored, wrong = judged(sheet)
        wanted[email] = stored, touch_of(sheet)
        visitor = s.visitor(language=("fr", "en")[n % 2])
        form = visitor.form(PAGE + "?" + urllib.parse.urlencode(
            list(zip(TOUCH, touch_of(sheet)))))
        answer = visitor.post(PAGE, filled(form, **dict(
            sheet, email="ana@")), as_multipart)
        back = comes_back(answer, sheet, wrong, what)
        good = filled(back, **dict(corrected(sheet, wrong), email=email))
        if "phone" in back.messages:
            good = [(k, v) for k, v in good if k != "phone"]
        for _ in range(2):
            equal(visitor.post(PAGE, good, as_multipart).status, 303,
                  f"corrected, {what}")
        s.hostile_posts += 3
    are_stored(s, wanted)


def is_logged_once(s):
    """Each post of the form has its line, and every line is one."""
    sent = s.hostile_posts
    path = [p for p in s.log_files() if p.endswith("access.log")][0]

    def told():
        with open(path, encoding="utf-8") as f:
            rows = [json.loads(row) for row in f]
        posts = [r["request_id"] for r in rows
                 if r["path"] == PAGE and r["method"] == "POST"]
        return posts if len(posts) >= sent else None
    posts = until(told, 5, f"{sent} lines of posts")
    equal((len(posts), len(set(posts))), (sent, sent), "lines of posts")


@scenario("a sample of naughty strings, by form, program and command",
          stack="hostile", short=True)
def sample(s):
    ready(s)
    for as_multipart in (False, True):
        by_form(s, FEW, as_multipart)
    by_api(s, FEW)
    by_command(s, FEW)
    equal(s.visitor().get(PAGE).status, 200, "the page, after all of it")


@scenario("naughty strings in a form, urlencoded and multipart",
          stack="hostile")
def forms(s):
    ready(s)
    for as_multipart in (False, True):
        by_form(s, 1, as_multipart)
    is_logged_once(s)


def send(s, body, **headers):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    return s.visitor().request("POST", API, body, dict({
        "Content-Type": "application/json",
        "Authorization": "Bearer " + ready(s)}, **headers))


def by_api(s, every):
    wanted = {}
    for name, sheet in sheets(every):
        stored, wrong = judged(sheet)
        email = f"{name}.json.{every}@hostile.example"
        answer = send(s, {"fields": dict(sheet, email="ana@", phone="")})
        equal(answer.status, 422, f"status, {name}")
        told = json.loads(answer.text)["errors"]
        equal({k: v["code"] for k, v in told.items()},
              dict(wrong, email="not-email"), f"what is wrong, {name}")
        good = {"fields": dict(corrected(sheet, wrong), email=email,
                               phone=""),
                "touch": dict(zip(("source", "medium", "campaign",
                                   "click_id"), touch_of(sheet)))}
        ids = set()
        for _ in range(2):
            answer = send(s, good, **{"Idempotency-Key": email})
            equal(answer.status, 201, f"corrected, {name}")
            ids.add(json.loads(answer.text)["id"])
        equal(len(ids), 1, f"ids of {name} sent twice")
        wanted[email] = stored, touch_of(sheet)
    are_stored(s, wanted)


@scenario("naughty strings as JSON, by a program", stack="hostile")
def programs(s):
    by_api(s, 1)


def by_command(s, every):
    rows = list(sheets(every))
    ran = s.piste("validate", "form", KEY, given="".join(
        json.dumps(dict(sheet, email="ana@hostile.example", phone="")) + "\n"
        for _, sheet in rows))
    equal(ran.returncode, 0, f"piste validate: {ran.stderr}")
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    equal(len(told), len(rows), "verdicts")
    for (name, sheet), verdict in zip(rows, told):
        stored, wrong = judged(sheet)
        equal(verdict.get("errors", {}), wrong, f"verdict on {name}")
        if not wrong:
            value = {k: v for k, v in verdict["value"].items() if v}
            equal(value, dict(stored, email="ana@hostile.example"),
                  f"normal form of {name}")


@scenario("naughty strings for piste validate", stack="hostile")
def commands(s):
    ready(s)
    by_command(s, 1)


def imported(s, rows):
    """What piste import says of a file: by line, what is wrong with it."""
    path = os.path.join(s.base, "hostile.csv")
    names = ["email"] + [f"{kind}{n}" for kind in "tc" for n in range(EACH)]
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, names, restval="", extrasaction="ignore")
        out.writeheader()
        out.writerows(rows)
    ran = s.piste("import", path, "--campaign", CAMPAIGN, "--source", "file",
                  "--legal-basis", "legitimate_interest", "--page", KEY,
                  "--lang", "fr")
    equal(ran.returncode, 0, f"piste import: {ran.stderr}")
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    return [{e["field"]: e["code"] for e in row["errors"]}
            for row in told if "errors" in row]


@scenario("naughty strings in a file to import", stack="hostile")
def files(s):
    ready(s)
    rows, wanted, refused = [], {}, []
    for name, sheet in sheets():
        email = f"{name}.csv@hostile.example"
        stored, wrong = judged(sheet)
        rows += [dict(sheet, email="ana@"),
                 dict(corrected(sheet, wrong), email=email)]
        wanted[email] = stored, ["file", "sea", "", ""]
        refused.append(dict(wrong, email="not-email"))
    for _ in range(2):
        equal(imported(s, rows), refused, "what is refused, and why")
        are_stored(s, wanted)


@scenario("csv-spectrum's files, imported as they are", stack="hostile")
def tables(s):
    site = s.export()
    page = next(p for p in site["pages"] if p["key"] == "livre-blanc")
    page = dict(page, key="table", form="table", campaign=CAMPAIGN,
                variants=page["variants"][:1])
    page.pop("asset", None)
    ran = s.apply({"forms": [{
        "key": "table", "country": "FR", "consents": [],
        "fields": [field("email", "email")] + [
            field(f"t{n}", "long_text") for n in range(COLUMNS)]}],
        "pages": [page]})
    equal(ran.returncode, 0, f"apply: {ran.stderr}")
    for name, path, rows in corpora.tables():
        columns = ",".join(f"#{n + 1}=t{n}" for n in range(len(rows[0])))
        copy = os.path.join(s.base, "table.csv")
        shutil.copyfile(path, copy)
        ran = s.piste("import", copy, "--campaign", CAMPAIGN, "--source",
                      name, "--legal-basis", "contract", "--page", "table",
                      "--map", columns)
        equal(ran.returncode, 0, f"import of {name}: {ran.stderr}")
        told = [json.loads(line) for line in ran.stdout.splitlines()]
        # RFC 4180 has no quotes within a cell that begins without one.
        refused = [{"line": 2, "ok": False, "error": "quote"}] \
            if name == "location_coordinates" else []
        equal(told[:-1], refused, f"refused of {name}")
        kept = [[corpora.kept(cell, LONG, True)[0] or "" for cell in row]
                for row in rows[len(refused):]]
        found = s.sql("SELECT fields FROM submission WHERE source ="
                      f" '{name}' AND page_key = 'table' ORDER BY seq")
        equal([[json.loads(row).get(f"t{n}") or "" for n in range(
            len(rows[0]))] for row in found], kept, f"stored of {name}")


@scenario("the is_email test set, by command, form and program",
          stack="hostile")
def addresses(s):
    ready(s)
    rows = corpora.addresses()
    lines = [row for row in rows if not re.search("[\n\0]", row[0])]
    ran = s.piste("validate", "email",
                  given="".join(f"{typed}\n" for typed, _ in lines))
    told = [json.loads(line) for line in ran.stdout.split("\n") if line]
    equal([(v["input"], v["ok"]) for v in told], lines, "verdicts on lines")
    visitor, wanted = s.visitor(), {}
    form = visitor.form(PAGE)
    for n, (typed, is_good) in enumerate(rows):
        answer = visitor.post(PAGE, filled(form, email=typed, t0=f"address {n}"))
        if "\0" in typed:
            equal(answer.status, 400, f"a NUL in {typed!r}")
            continue
        equal(answer.status, 303 if is_good else 422, f"form, {typed!r}")
        if is_good:
            form = visitor.form(PAGE)
            wanted[f"address {n}"] = typed.strip().lower()
        else:
            back = Form(answer.text)
            equal(back.values["email"], corpora.shown(typed, False),
                  "the address as it comes back")
            check(back.messages["email"], f"a message for {typed!r}")
        answer = send(s, {"fields": {"email": typed}})
        equal(answer.status, 201 if is_good else 422, f"program, {typed!r}")
    told = s.sql("SELECT json_build_array(fields->>'t0', lower(email)) FROM"
                 " submission WHERE fields->>'t0' LIKE 'address %'")
    equal(dict(map(json.loads, told)), wanted, "the addresses as stored")
    equal(len(told), len(wanted), "their rows")


@scenario("telephone numbers of every country", stack="hostile")
def phones(s):
    numbers = corpora.phones()
    writings = (lambda n: n, lambda n: "00" + n[1:],
                lambda n: f" {n[:3]} {n[3:6]}-{n[6:]} ",
                lambda n: f"({n[:4]}) {n[4:]}", lambda n: ".".join(
                    (n[:3], n[3:5], n[5:])))
    given = [(n, write(n)) for n in numbers.values() for write in writings]
    ran = s.piste("validate", "phone", "FR",
                  given="".join(f"{typed}\n" for _, typed in given))
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    equal(len(told), len(given), "verdicts")
    taken = set()
    for (number, typed), verdict in zip(given, told):
        # Numbers younger than Debian's library are refused, never changed.
        if verdict["ok"]:
            equal(verdict["value"], number, f"{typed!r}")
            taken.add(number)
    check(len(taken) > .95 * len(numbers), f"only {len(taken)} are taken")
    refused = {t for (n, t), v in zip(given, told)
               if n in taken and not v["ok"]}
    equal(refused, set(), "ways to write a number that is taken")


@scenario("the JSON parsing test suite, by a program and a command",
          stack="hostile")
def documents(s):
    ready(s)
    lines = []
    for name, body in corpora.documents():
        whole = b'{"fields":{"email":"json@hostile.example","t0":%b}}' % body
        answer = send(s, body)
        # An empty object is one, and lacks the address.
        check(answer.status == 413 if len(body) > BODY_BYTES_MAX else
              answer.status in ((400,) if name[0] == "n" else (400, 422)),
              f"{name} as a body: {answer.status}")
        if len(body) > BODY_BYTES_MAX:
            continue
        answer = send(s, whole)
        # Some that are no text by themselves are one within another.
        check(answer.status in (400, 422) + ((201,) if name[0] != "n" else ()),
              f"{name} within a body: {answer.status}")
        contains(answer.header("Content-Type"), "json", f"type, {name}")
        if not re.search(rb"[\r\n]", body) and body:
            lines.append((name, body.decode("utf-8", "replace")))
    ran = s.piste("validate", "form", KEY, given="".join(
        line + "\n" for _, line in lines))
    told = [json.loads(line) for line in ran.stdout.split("\n") if line]
    equal(len(told), len(lines), "verdicts")
    for (name, _), verdict in zip(lines, told):
        check(not verdict["ok"], f"piste validate, {name}")
        if name[0] == "n":
            equal(verdict["error"], "not-json", f"piste validate, {name}")


class Line:
    """Many requests by one connection, since each is so small."""

    def __init__(self, s):
        self.port, self.c = s.port, None

    def get(self, path, headers):
        for is_last in (False, True):
            try:
                if not self.c:
                    self.c = http.client.HTTPConnection(
                        "127.0.0.1", self.port, timeout=20)
                self.c.request("GET", path, None, headers)
                r = self.c.getresponse()
                body = r.read()
                if r.getheader("Connection") == "close":
                    self.close()
                return r, body
            except (http.client.HTTPException, OSError):
                self.close()
                if is_last:
                    raise

    def close(self):
        if self.c:
            self.c.close()
        self.c = None


@scenario("naughty strings in addresses, queries, cookies and headers",
          stack="hostile")
def heads(s):
    ready(s)
    line, base = Line(s), {"User-Agent": BROWSER}
    usual, page = line.get(PAGE, base)
    names = {k for k, _ in usual.getheaders()} | {"Set-Cookie"}
    asked = set(Form(page.decode()).attributes)
    for n, row in enumerate(corpora.strings()):
        quoted = urllib.parse.quote(row, safe="")
        query = "&".join(f"{k}={quoted}" for k in (
            "utm_source", "utm_term", "gclid", "lang", "x", "preview"))
        r, body = line.get(f"{PAGE}?{query}", base)
        equal(r.status, 200, f"query, {row!r}")
        equal(set(Form(body.decode()).attributes), asked, f"form, {row!r}")
        check({k for k, _ in r.getheaders()} <= names, f"headers, {row!r}")
        sent = re.sub(rb"[\0\r\n]", b"", row.encode()).decode("latin-1")
        r, body = line.get(PAGE, {
            "User-Agent": BROWSER + sent, "Referer": "https://" + sent,
            "Cookie": f"piste={sent}; piste_visitor={sent}", "Accept": sent,
            "Accept-Language": sent, "X-Forwarded-For": sent,
            "X-Request-Id": sent, "Sec-Purpose": sent, "Range": sent})
        bad = any(c < " " and c != "\t" or c == "\x7f" for c in sent)
        check(r.status in ((200, 400) if bad else (200,)),
              f"headers, {row!r}: {r.status}")
        path = PATHS[n % len(PATHS)]
        r, _ = line.get(path + quoted, base)
        check(r.status in (400, 403, 404, 405, 410),
              f"{path}, {row!r}: {r.status}")
    line.close()


@scenario("naughty strings where links, events, steps and files are sent",
          stack="hostile")
def posts(s):
    ready(s)
    visitor = s.visitor()
    good = dict(filled(visitor.form(PAGE), email="ana@"))
    for n, row in enumerate(corpora.strings()):
        quoted = urllib.parse.quote(row, safe="")
        for path, fields, wanted in (
                ("/e", {"kind": "activate", "token": row}, (204, 400, 403)),
                ("/e", {"kind": row, "token": row}, (400,)),
                ("/c/" + quoted, {"x": row}, (400, 403, 404)),
                ("/u/" + quoted, {"List-Unsubscribe": row}, (400, 403, 404)),
                (PAGE + "/steps", dict(good, t0=row), (400, 422)),
                (PAGE, dict(good, piste_stage=row, piste_work=row,
                            piste_token=row), (400,)))[n % 2::2]:
            answer = visitor.post(path, list(fields.items()))
            check(answer.status in wanted,
                  f"{path}, {row!r}: {answer.status}")
        name = row.replace('"', "%22").replace("\r", "").replace("\n", "")
        kind, body = multipart(list(good.items()))
        end = body.rindex(b"--" + kind.split("=")[1].encode())
        part = (f'--{kind.split("=")[1]}\r\nContent-Disposition: form-data;'
                f' name="t0"; filename="{name}"\r\n\r\n').encode()
        answer = visitor.request("POST", PAGE + "/files", body[:end] + part +
                                 row.encode() + b"\r\n" + body[end:],
                                 {"Content-Type": kind})
        check(answer.status in (400, 415, 422),
              f"a file called {row!r}: {answer.status}")
    for way in ("k", "embed", "t"):
        for row in corpora.strings()[::FEW]:
            answer = visitor.get(PAGE + "?" + urllib.parse.urlencode(
                {way: row}))
            equal(answer.status, 200, f"{way}={row!r}")


@scenario("injections as they are, in a body that is no longer one",
          stack="hostile", short=True)
def bodies(s):
    ready(s)
    visitor = s.visitor()
    form = visitor.form(PAGE)
    _, start = urlencoded(filled(form, email="ana@"))
    for row in corpora.injections():
        answer = visitor.request("POST", PAGE, start + b"&t1=" + row + b"&t0=" +
                                 row, {"Content-Type": PLAIN})
        check(answer.status in (400, 422), f"{row!r}: {answer.status}")
        contains(answer.text, "</html>", f"a page, {row!r}")


@scenario("bodies cut and damaged at every place", stack="hostile")
def damaged(s):
    ready(s)
    visitor = s.visitor()
    good = filled(visitor.form(PAGE), email="cut@hostile.example",
                  t0="déjà\r\nvu", c0="--")
    chance = random.Random(4)
    kind, whole = multipart([p for p in good if p[1]])
    for n in range(0, len(whole) - 2, 3):
        answer = visitor.request("POST", PAGE, whole[:n],
                                 {"Content-Type": kind})
        equal(answer.status, 400, f"multipart cut at {n}")
    bad = [(k, "ana@" if k == "email" else v) for k, v in good]
    for kind, body in (multipart(bad), urlencoded(bad), (
            "application/json", json.dumps({"fields": {
                "email": "ana@", "t0": "déjà"}}).encode())):
        for _ in range(300):
            blob = bytearray(body)
            for _ in range(chance.randint(1, 4)):
                at = chance.randrange(len(blob))
                blob[at:at + chance.randint(0, 2)] = chance.randbytes(
                    chance.randint(0, 2))
            answer = send(s, bytes(blob)) if "json" in kind else \
                visitor.request("POST", PAGE, bytes(blob),
                                {"Content-Type": kind})
            check(answer.status in (400, 413, 415, 422),
                  f"{bytes(blob)!r}: {answer.status}")
    equal(s.count("submission", "email = 'cut@hostile.example'"), 0,
          "what is kept of a body that was cut")
    equal(visitor.post(PAGE, good).status, 303, "whole, it is taken")
