"""The console's screens: a file brought in, somebody looked up, a consent
taken back, what was put aside released; by whom, and by whom not."""

import csv
import io
import re
import subprocess

import mail
from check import check, contains, equal, scenario, until
from client import multipart
from console import added, csrf, desk, journal, posted
from importing import HEADER, people

HOME = "/console/import"
NAUGHTY = "<script>alert('é')</script>\"'><img src=x onerror=alert(1)>"


def staff(s, role):
    """Somebody of that role, logged in."""
    login = f"{role}{len(s.sql('SELECT 1 FROM app_user'))}@desk.example"
    return login, desk(s, login, added(s, login, role))


def as_csv(rows):
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode()


def brought(visitor, data, name="fair.csv", **fields):
    """The answer to a file with its particulars."""
    token = csrf(visitor.get(HOME))
    values = dict({"csrf": token, "page": "livre-blanc", "source": "fair",
                   "basis": "legitimate_interest"}, **fields)
    kind, body = multipart(values.items())
    head = ('Content-Disposition: form-data; name="file"; '
            f'filename="{name}"\r\nContent-Type: text/csv\r\n\r\n')
    mark = "--" + kind.split("boundary=")[1]
    body = (mark + "\r\n" + head).encode() + data + b"\r\n" + body
    return visitor.request("POST", HOME, body, {"Content-Type": kind})


def checked(visitor, answer):
    """The path and the screen of a file that was brought."""
    equal(answer.status, 303, f"the file is taken: {answer.text[:2000]}")
    path = answer.header("Location")
    return path, visitor.get(path)


def done(visitor, path, deed="take"):
    answer = posted(visitor, path, path, deed=deed)
    equal(answer.status, 303, f"{deed}: {answer.text[:2000]}")
    return visitor.get(answer.header("Location"))


def numbers(text):
    return dict(re.findall(r"<dt>([^<]*)</dt><dd>(\d+)</dd>", text))


@scenario("a fair's file is mapped, previewed and imported at the console",
          stack="screens", short=True)
def fair(s):
    login, visitor = staff(s, "marketer")
    rows = [["Contact"] + HEADER[1:]] + people("fair", 3)[1:] + \
        [["nobody", "", "", "", "12", ""], ["short"]]
    path, page = checked(visitor, brought(visitor, as_csv(rows)))
    contains(page.text, "The form requires", "what is missing is told")
    contains(page.text, "fair0@firm.example", "first values")
    equal(s.count("submission"), 0, "submissions after a preview")
    columns = {f"map-{i}": name for i, name in enumerate(
        ["email", "first_name", "last_name", "company", "phone",
         "postcode"])}
    answer = posted(visitor, path, path, deed="map", **columns)
    equal(answer.status, 303, "the columns are taken")
    page = visitor.get(path)
    contains(page.text, "Rows read: 5. Good: 3. Refused: 2.", "the counts")
    contains(page.text, "complete e-mail address", "why, in a sentence")
    contains(page.text, "Import the good rows (3)", "what the button will do")
    page = done(visitor, path)
    equal(numbers(page.text), {
        "Rows read": "5", "New people": "3", "People updated": "0",
        "Nothing new": "0", "Imported before": "0", "In quarantine": "0",
        "Refused": "2"}, "what became of it")
    contains(page.text, "has not as many columns", "a refused row's reason")
    contains(page.text, '<td class="number">5</td>', "its line")
    report = visitor.get(path + "/refused.csv")
    equal(report.status, 200, "the report as a file")
    rows_told = list(csv.reader(io.StringIO(report.text)))
    equal(rows_told[0], ["line", "column", "reason"], "its head")
    equal({row[0] for row in rows_told[1:]}, {"5", "6"}, "its lines")
    contains(rows_told[1][2], "complete e-mail address", "a sentence")
    equal(s.sql("SELECT concat_ws(' ', file_name, source, row_count, refused,"
                " added) FROM import"), ["fair.csv fair 5 2 3"], "the import")
    equal(s.one("SELECT content IS NULL FROM import_upload"), "t",
          "the file is not kept")
    equal([note["who"] for note in journal(s)
           if note["what"] == "import.take"], [login], "the journal")

    path, page = checked(visitor, brought(visitor, as_csv(rows)))
    posted(visitor, path, path, deed="map", **columns)
    contains(visitor.get(path).text, "was imported before", "the same file")
    page = done(visitor, path)
    contains(page.text, "nothing has changed", "the same file twice")
    equal(s.count("submission"), 3, "submissions after the second time")


@scenario("what is chosen last is shown before it is imported, and an import"
          " under way is let be", stack="screens")
def chosen(s):
    _, visitor = staff(s, "marketer")
    rows = as_csv(people("chosen", 2))
    path, _ = checked(visitor, brought(visitor, rows))
    columns = {f"map-{i}": name for i, name in enumerate(
        ["email", "last_name", "first_name", "company", "phone",
         "postcode"])}
    answer = posted(visitor, path, path, deed="take", **columns)
    equal(answer.header("Location"), path + "?columns=1", "other columns")
    page = visitor.get(answer.header("Location"))
    contains(page.text, "The columns were changed", "it is told")
    equal(s.count("person", "email LIKE 'chosen%'"), 0, "nothing came in")

    held = subprocess.Popen(
        ["psql", s.env["PISTE_DATABASE"], "-XAtq"], env=s.env, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    held.stdin.write("SELECT pg_advisory_lock(hashtextextended("
                     "'piste.import_upload " + path.split("/")[-1] +
                     "', 0)), 'held';\n")
    held.stdin.flush()
    contains(held.stdout.readline(), "held", "somebody imports it")
    token = csrf(page)
    for deed in ("take", "drop", "map"):
        answer = visitor.post(path, dict(columns, deed=deed, csrf=token))
        contains(answer.text, "The import is under way", deed)
        check('value="drop"' not in answer.text, "nothing else to do")
    held.communicate()
    until(lambda: "under way" not in visitor.get(path).text, 10, "its end")
    answer = visitor.post(path, dict(columns, deed="take", csrf=token))
    contains(visitor.get(answer.header("Location")).text,
             "The import is done", "the columns as they were shown")
    equal(s.sql("SELECT DISTINCT last_name FROM person"
                " WHERE email LIKE 'chosen%'"), ["Ana"], "so they came in")


@scenario("a file that can't be imported is refused by name", stack="screens")
def refused_files(s):
    _, visitor = staff(s, "marketer")
    good = as_csv(people("refused", 1))
    for fields, sentence in (
            ({"basis": ""}, "Choose a legal basis"),
            ({"basis": "whim"}, "Choose a legal basis"),
            ({"source": ""}, "Enter a source"),
            ({"page": "nowhere"}, "Choose a page"),
            ({"basis": "consent"}, "tick the text agreed to"),
            ({"cost": "12,5", "currency": "EUR"}, "Enter an amount"),
            ({"valid_until": "2001-01-01"}, "Enter a day to come"),
            ({"date": "tomorrow"}, "Enter a date"),
            ({"date": "2099-01-01"}, "Enter a date up to today")):
        answer = brought(visitor, good, **fields)
        equal(answer.status, 422, f"status for {fields}")
        contains(answer.text, sentence, f"the sentence for {fields}")
    answer = brought(visitor, good, source=NAUGHTY, basis="")
    check(NAUGHTY not in answer.text, "what was typed is shown safely")
    equal(brought(visitor, b"").status, 422, "no file")
    for data, sentence in (
            (b"\xff\xfea\x00", "no header line that can be read"),
            (b"\n\n", "no header line that can be read"),
            (b"a;b\n1;2\n", "No column is recognised"),
            ("E-mail;Nom\na@b.example;Andr\xe9\n".encode("latin-1"),
             "Save it again as CSV UTF-8"),
            (b'E-mail\n"open', "Save it again as CSV UTF-8")):
        path, page = checked(visitor, brought(visitor, data))
        contains(page.text, sentence, f"the sentence for {data}")
        check('value="take"' not in page.text, "nothing to import")
        contains(done(visitor, path, "drop").text, "The file is forgotten",
                 "it is dropped")
        equal(visitor.get(path).status, 404, "a dropped file")
    rows = as_csv([["E-mail", "Date"], ["late@firm.example", "2099-01-01"],
                   ["no@firm.example", ""], ["odd@firm.example", "31/02/25"]])
    path, page = checked(visitor, brought(visitor, rows, basis="consent",
                                          consent="news-email"))
    for sentence in ("That day is still to come", "Enter a date.",
                     "Enter a date that exists"):
        contains(page.text, sentence, "what is wrong with a day")
    done(visitor, path, "drop")
    equal(s.count("import_upload", "totals IS NULL"), 0, "files left")


@scenario("files are whose who brought them; readers bring none",
          stack="screens")
def others(s):
    _, ana = staff(s, "marketer")
    _, ben = staff(s, "marketer")
    path, _ = checked(ana, brought(ana, as_csv(people("others", 1))))
    equal(ben.get(path).status, 404, "another's file")
    equal(posted(ben, HOME, path, deed="take").status, 404, "and its import")
    for role in ("reader", "seller"):
        _, visitor = staff(s, role)
        for there in (HOME, path, path + "/refused.csv"):
            answer = visitor.get(there)
            equal(answer.status, 403, f"{there} for a {role}")
            contains(answer.text, "Not with your role", "why")
    equal(ana.post(path, {"deed": "take"}).status, 403, "without a token")
    equal(ana.get(path + "/refused.csv").status, 404, "not yet a report")
    done(ana, path, "drop")


@scenario("naughty strings of a file are shown as they are", stack="screens")
def naughty(s):
    _, visitor = staff(s, "marketer")
    rows = [HEADER, ["naughty@firm.example", NAUGHTY, NAUGHTY, NAUGHTY, "",
                     ""]]
    path, page = checked(visitor, brought(visitor, as_csv(rows),
                                          name=NAUGHTY.replace('"', "")))
    pages = [page, done(visitor, path), visitor.get(HOME),
             visitor.get("/console/people?q=naughty@firm.example")]
    who = s.one("SELECT id FROM person WHERE email = 'naughty@firm.example'")
    pages += [visitor.get(f"/console/people/{who}"),
              visitor.get("/console/people?q=" + "%3Cscript%3Ealert(1)")]
    for n, page in enumerate(pages):
        equal(page.status, 200, f"status of page {n}")
        for mark in ("<script>alert", "<img src=x"):
            check(mark not in page.text, f"{mark} in page {n}")
    contains(pages[4].text, "&lt;script&gt;alert", "it is there all the same")


def subscriber(s, name):
    """Somebody who agreed to mails and calls, and their id."""
    mail.page(s, "screened", "mail", [dict(mail.CONSENT, confirm=False),
                                    mail.PHONE], "Piste")
    address = f"{name}@example.org"
    mail.submit(s, "screened", address, ["consent.lettre", "consent.appel"],
                "en")
    until(lambda: s.count("person", f"email = '{address}'"), 10, "a person")
    return address, s.one(f"SELECT id FROM person WHERE email = '{address}'")


@scenario("a consent taken back at the console is in force at once",
          stack="screens", short=True)
def withdrawal(s):
    login, visitor = staff(s, "seller")
    address, who = subscriber(s, "withdraw")
    page = visitor.get("/console/people?q=" + address.upper())
    contains(page.text, f"/console/people/{who}", "found by the address")
    path = f"/console/people/{who}"
    page = visitor.get(path)
    contains(page.text, address, "a seller sees the address")
    said = s.sql("SELECT purpose, channel, recipient FROM consent"
                 f" WHERE person_id = {who} AND what = 'given' ORDER BY seq")
    check(len(said) == 2, f"consents: {said}")
    may = ("SELECT bool_or(may_contact(person_id, purpose, channel,"
           f" recipient)) FROM consent WHERE person_id = {who}")
    last = said[1].split("|")
    one = dict(zip(("purpose", "channel", "recipient"), last))
    answer = posted(visitor, path, path + "/withdraw", **one)
    equal((answer.status, answer.header("Location")),
          (303, path + "?withdrawn=1"), "one consent")
    equal(s.one("SELECT may_contact({}, '{}', '{}', '{}')".format(who, *last)),
          "f", "at once")
    contains(visitor.get(answer.header("Location")).text,
             "Consents taken back: 1", "it is told")
    equal(posted(visitor, path, path + "/withdraw").status, 400,
          "a form cut short takes nothing back")
    posted(visitor, path, path + "/withdraw", all="1")
    equal(s.one(may), "f", "all of them")
    equal(s.sql("SELECT DISTINCT via FROM consent WHERE what = 'withdrawn'"
                f" AND person_id = {who}"), ["console"], "by which road")
    equal(s.piste("proof", "--verify").returncode, 0, "the chain holds")
    notes = [n for n in journal(s) if n["what"] == "person.withdraw"]
    equal(len(notes), 2, "both are noted")
    equal({(n["who"], n["of"]) for n in notes},
          {(login, f"person {who}")}, "the journal")


@scenario("a reader sees masked addresses and may not write", stack="screens")
def reader(s):
    address, who = subscriber(s, "masked")
    s.sql(f"UPDATE person SET last_name = 'Masked' WHERE id = {who}")
    _, visitor = staff(s, "reader")
    path = f"/console/people/{who}"
    contains(visitor.get("/console/people?q=" + address).text,
             "Nobody is called exactly", "no trying out of addresses")
    for page in (visitor.get("/console/people?q=masked"), visitor.get(path)):
        equal(page.status, 200, "a reader may look")
        contains(page.text, "m…@example.org", "the masked address")
        check(address not in page.text.replace(f'value="{address}"', ""),
              "no whole address")
    check("withdraw" not in visitor.get(path).text, "nothing to take back")
    equal(posted(visitor, path, path + "/withdraw", all="1").status, 403,
          "a withdrawal by a reader")
    equal(posted(visitor, path, "/console/quarantine", reason="trap").status,
          403, "a release by a reader")
    equal(s.one("SELECT count(*) FROM consent WHERE what = 'withdrawn' AND"
                f" person_id = {who}"), "0", "nothing was taken back")
    for there in ("/console/people/0", "/console/people/x",
                  "/console/people/99999999", HOME + "/x"):
        check(visitor.get(there).status in (403, 404), there)


@scenario("what was put aside is released one by one and by reason",
          stack="screens")
def released(s):
    login, visitor = staff(s, "marketer")
    path = "/console/quarantine"
    contains(visitor.get(path).text, "Quarantine is empty", "an empty state")
    form = s.visitor().form("/p/livre-blanc")
    trap = [name for name, a in form.attributes.items()
            if a.get("tabindex") == "-1"][0]
    for n in range(3):
        form = s.visitor().form("/p/livre-blanc")
        values = dict(form.values, email=f"aside{n}@example.org",
                      first_name="Ana", last_name="Lopes")
        values[trap] = "x"
        s.visitor().post("/p/livre-blanc", list(values.items()))
    until(lambda: s.count("quarantine") == 3, 10, "three put aside")
    contains(visitor.get("/console").text, "Submissions in quarantine: 3",
             "home tells")
    page = visitor.get(path)
    contains(page.text, "aside0@example.org", "who it is")
    contains(staff(s, "reader")[1].get(path).text, "a…@example.org",
             "and for a reader")
    ids = re.findall(r'name="id" value="([0-9a-f-]{36})"', page.text)
    equal(len(ids), 3, "three to choose from")
    contains(visitor.get(posted(visitor, path, path).header("Location")).text,
             "Choose at least one", "none chosen")
    answer = posted(visitor, path, path, id=ids[0])
    contains(visitor.get(answer.header("Location")).text, "Released: 1.",
             "one by one")
    reason = s.one("SELECT DISTINCT reason FROM quarantine")
    posted(visitor, path, path, reason=reason)
    equal(s.one("SELECT count(*) FROM quarantine"), "0", "all of a reason")
    equal(s.one("SELECT count(*) FROM person WHERE email LIKE 'aside%'"), "3",
          "they are people now")
    equal({n["who"] for n in journal(s)
           if n["what"] == "quarantine.release"}, {login}, "the journal")
