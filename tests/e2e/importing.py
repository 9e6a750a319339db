"""Files of leads: previewed, imported once, refused by name."""

import csv
import io
import json
import os
import subprocess
import tempfile
import time

from check import check, contains, equal, scenario, until

CAMPAIGN = "livre-blanc-2026"
HEADER = ["E-mail", "Prénom", "Nom", "Société", "Téléphone", "Code postal"]


def written(s, data, name="leads.csv"):
    """A file that who runs the commands may read."""
    if not isinstance(data, bytes):
        out = io.StringIO()
        csv.writer(out, delimiter=";").writerows(data)
        data = out.getvalue().encode()
    path = os.path.join(tempfile.mkdtemp(prefix="import.", dir=s.base), name)
    os.chmod(os.path.dirname(path), 0o777)
    with open(path, "wb") as f:
        f.write(data)
    os.chmod(path, 0o644)
    return path


def words(path, *more, source, basis="legitimate_interest"):
    return ("import", path, "--campaign", CAMPAIGN, "--source", source,
            "--legal-basis", basis, *more)


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def imported(s, path, *more, **how):
    """Report lines and totals of an import that could read all rows."""
    ran = s.piste(*words(path, *more, **how))
    equal(ran.returncode, 0, f"status of the import: {ran.stderr}")
    told = lines(ran.stdout)
    return told[:-1], told[-1]


def totals(told):
    return {k: told[k] for k in ("rows", "refused", "new", "update",
                                 "repeat", "quarantined", "known")}


def counts(**some):
    return dict({k: 0 for k in ("rows", "refused", "new", "update",
                                "repeat", "quarantined", "known")}, **some)


def people(name, n):
    return [HEADER] + [[f"{name}{i}@firm.example", "Ana", f"Durand {i}",
                        "Firm", f"06 12 34 {i // 100:02} {i % 100:02}",
                        "75001"] for i in range(n)]


@scenario("a file is previewed, imported, and not imported again",
          stack="imported", short=True)
def once(s):
    path = written(s, people("once", 3) +
                   [["nobody", "", "", "", "12", ""], ["short"]])
    before = s.count("submission")
    seen = lines(s.piste(*words(path, "--preview", source="fair")).stdout)
    equal([c["field"] for c in seen[0]["columns"]],
          ["email", "first_name", "last_name", "company", "phone",
           "postcode"], "columns")
    equal([row["ok"] for row in seen[1:]], [True] * 3 + [False] * 2,
          "verdicts")
    equal(seen[1]["value"]["phone"], "+33612340000", "a normal value")
    equal(s.count("submission"), before, "submissions after a preview")
    equal(s.count("import"), 0, "imports after a preview")

    told, total = imported(s, path, "--supplier", "Fichiers & Cie", "--cost",
                           "1200.50", "EUR", "--valid-until", "2999-12-31",
                           source="fair")
    equal(totals(total), counts(rows=5, refused=2, new=3), "totals")
    equal(told, [
        {"line": 5, "ok": False, "errors": [
            {"field": "email", "column": "E-mail", "code": "not-email"},
            {"field": "first_name", "column": "Prénom", "code": "missing"},
            {"field": "last_name", "column": "Nom", "code": "missing"},
            {"field": "phone", "column": "Téléphone", "code": "not-phone"}]},
        {"line": 6, "ok": False, "error": "columns"}], "the report")
    equal(s.sql("SELECT concat_ws(' ', campaign_key, source, supplier,"
                " legal_basis, cost, currency, valid_until, row_count,"
                " refused, added) FROM import"),
          [f"{CAMPAIGN} fair Fichiers & Cie legitimate_interest 1200.5000"
           " EUR 2999-12-31 5 2 3"], "the import")
    equal(s.sql("SELECT DISTINCT concat_ws(' ', outcome, via, source,"
                " rendered_at) FROM submission WHERE email LIKE 'once%'"),
          ["new import fair"], "its submissions")
    mails = s.count("outbox", "kind LIKE 'mail.%'")
    until(lambda: s.one("SELECT bool_and(q.state = 'done') FROM"
                        " qualification_queue q JOIN submission s"
                        " ON s.id = q.submission_id"
                        " WHERE s.email LIKE 'once%'") == "t", 20,
          "they are qualified")
    until(lambda: s.one("SELECT count(*) FROM outbox o JOIN submission s"
                        " ON s.id = o.submission_id WHERE s.email LIKE"
                        " 'once%' AND o.state <> 'done'") == "0", 20,
          "their outbox rows are done")
    equal(s.count("outbox", "kind LIKE 'mail.%'"), mails, "mails asked for")
    equal(s.one("SELECT count(*) FROM contactable c JOIN person p"
                " ON p.id = c.person_id WHERE p.email LIKE 'once%'"), "0",
          "people we may contact")
    everything = "SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM"
    state = [s.one(f"{everything} {table} t") for table in
             ("submission", "person", "lead", "import", "import_submission",
              "qualification_queue")]
    _, again = imported(s, path, "--supplier", "Fichiers & Cie", "--cost",
                        "1200.50", "EUR", "--valid-until", "2999-12-31",
                        source="fair")
    equal(totals(again), counts(rows=5, refused=2, known=3), "totals again")
    equal([s.one(f"{everything} {table} t") for table in
           ("submission", "person", "lead", "import", "import_submission",
            "qualification_queue")], state, "all rows")
    # Nor when its columns are taken for something else.
    _, again = imported(s, path, "--map", "Nom=company,Société=last_name",
                        "--supplier", "Fichiers & Cie", "--cost", "1200.50",
                        "EUR", "--valid-until", "2999-12-31", source="fair")
    equal(totals(again), counts(rows=5, refused=2, known=3), "otherwise")
    equal([s.one(f"{everything} {table} t") for table in
           ("submission", "person", "lead", "import", "import_submission",
            "qualification_queue")], state, "all rows, otherwise")
    ran = s.piste(*words(path, source="fair"))
    equal(ran.returncode, 1, "status with other particulars")
    contains(ran.stderr, "supplier, cost, validity", "why")


@scenario("two imports of a file at once, and one that was killed",
          stack="imported")
def twice(s):
    path = written(s, people("twice", 600))
    run = [s.binary, *words(path, source="phone")]
    both = [subprocess.Popen(run + more, env=s.env, stdout=subprocess.PIPE,
                             text=True)
            for more in ([], ["--map", "Nom=company,Société=last_name"])]
    said = [json.loads(p.communicate(timeout=60)[0]) for p in both]
    equal([p.returncode for p in both], [0, 0], "status of both")
    equal(said[0]["new"] + said[1]["new"], 600, "new of both")
    equal(s.count("submission", "email LIKE 'twice%'"), 600, "submissions")
    equal(s.one("SELECT added FROM import WHERE source = 'phone'"), "600",
          "as counted")

    path = written(s, people("killed", 4000))
    killed = subprocess.Popen([s.binary, *words(path, source="phone")],
                              env=s.env, stdout=subprocess.PIPE)
    until(lambda: s.count("submission", "email LIKE 'killed%'") > 0, 30,
          "it has begun")
    killed.kill()
    killed.communicate()
    time_limit = time.monotonic() + 10
    while s.one("SELECT count(*) FROM pg_stat_activity WHERE"
                " application_name = 'piste-import'") != "0":
        check(time.monotonic() < time_limit, "its session ends")
        time.sleep(0.01)
    taken = s.count("submission", "email LIKE 'killed%'")
    check(0 < taken < 4000, f"it was killed midway, at {taken}")
    _, total = imported(s, path, source="phone")
    equal(totals(total), counts(rows=4000, new=4000 - taken, known=taken),
          "totals of the rest")
    equal(s.one("SELECT concat_ws(' ', i.added, count(DISTINCT s.id),"
                " count(DISTINCT s.person_id)) FROM import i"
                " JOIN import_submission l ON l.import_id = i.id"
                " JOIN submission s ON s.id = l.submission_id"
                " WHERE s.email LIKE 'killed%' GROUP BY i.id"),
          "4000 4000 4000", "all of them, once")


@scenario("a report is its owner's, and never the file itself",
          stack="imported")
def reported(s):
    path = written(s, people("report", 1) + [["nobody"]])
    os.chmod(path, 0o666)
    with open(path, "rb") as f:
        content = f.read()
    beside = os.path.dirname(path)
    link, copy = os.path.join(beside, "link"), os.path.join(beside, "copy")
    os.symlink(path, link)
    os.link(path, copy)
    for report in (path, link, copy):
        for more in ((), ("--preview",)):
            ran = s.piste(*words(path, "--report", report, *more,
                                 source="fair"))
            equal(ran.returncode, 1, f"status of {report}")
            contains(ran.stderr, "this is the file to import", "why")
    with open(path, "rb") as f:
        equal(f.read(), content, "the file afterwards")
    equal(s.count("submission", "email LIKE 'report%'"), 0, "submissions")
    # What was in a report goes, and so do others' rights to read it.
    report = os.path.join(beside, "report")
    for before in (None, "x" * 9999):
        if before:
            os.chmod(report, 0o644)
            with open(report, "w", encoding="utf-8") as f:
                f.write(before)
        ran = s.piste(*words(path, "--report", report, "--preview",
                             source="fair"))
        equal(ran.returncode, 0, f"status: {ran.stderr}")
        equal(os.stat(report).st_mode & 0o777, 0o600, "rights of the report")
        with open(report, encoding="utf-8") as f:
            equal(len(lines(f.read())), 3, "its lines")


@scenario("a number of who objected is left out, their address is refused",
          stack="imported")
def objected(s):
    first = [HEADER, ["gone@firm.example", "Ana", "Lima", "", "0145678901",
                      ""]]
    imported(s, written(s, first), source="fair")
    ran = s.piste("erase", "gone@firm.example", "--yes")
    equal(ran.returncode, 0, f"erase: {ran.stderr}")
    told, total = imported(s, written(s, first + [
        ["stays@firm.example", "Bob", "Roche", "", "01 45 67 89 01", ""]]),
        source="list")
    equal(told, [{"line": 2, "ok": False, "error": "objected"},
                 {"line": 3, "ok": True, "without": "phone",
                  "why": "objected"}], "the report")
    equal(totals(total), counts(rows=2, refused=1, new=1), "totals")
    equal(s.sql("SELECT concat_ws(' ', p.email, p.phone, b.phone,"
                " b.fields->>'phone') FROM submission b JOIN person p"
                " ON p.id = b.person_id WHERE b.source = 'list'"),
          ["stays@firm.example"], "who is there")


@scenario("consent in a file is proved, and weaker than a withdrawal",
          stack="imported")
def consent(s):
    table = [HEADER[:3] + ["Date"],
             ["yes@firm.example", "Ana", "Lima", "12/03/2026"],
             ["late@firm.example", "Bob", "Roche", ""]]
    path = written(s, table)
    more = ("--consent", "news-email", "--report")
    report = path + ".report"
    ran = s.piste(*words(path, *more, report, source="fair",
                         basis="consent"))
    equal(ran.returncode, 0, f"status: {ran.stderr}")
    equal(totals(json.loads(ran.stdout)), counts(rows=2, refused=1, new=1),
          "totals")
    with open(report, encoding="utf-8") as f:
        equal(lines(f.read()), [{"line": 3, "ok": False, "errors": [
            {"field": "import.date", "column": "Date", "code": "missing"}]}],
            "the report")
    equal(s.one("SELECT concat_ws(' ', c.consent_key, c.purpose, c.what,"
                " c.via, c.given_at::date, c.text_hash = t.hash)"
                " FROM consent c JOIN consent_text t ON t.key ="
                " c.consent_key AND t.version = c.version AND t.lang ="
                " c.lang JOIN person p ON p.id = c.person_id"
                " WHERE p.email = 'yes@firm.example'"),
          "news-email newsletter given import 2026-03-12 t", "its consent")
    may = ("SELECT may_contact(id, 'newsletter', 'email', 'us') FROM person"
           " WHERE email = 'yes@firm.example'")
    equal(s.one(may), "t", "may we write?")
    equal(s.piste("proof", "--verify").returncode, 0, "status of the proof")
    equal(s.piste("consent", "withdraw", "yes@firm.example").returncode, 0,
          "status of the withdrawal")
    table[1][2] = "de Lima"
    imported(s, written(s, table[:2]), *more[:2], source="fair",
             basis="consent")
    equal(s.one(may), "f", "may we write after the withdrawal?")
    for more, why in (((), "--consent KEY"),
                      (("--consent", "nothing"), "no text of consent"),
                      (("--consent", "news-email:99"), "at that version")):
        ran = s.piste(*words(path, *more, source="fair", basis="consent"))
        check(ran.returncode in (1, 2), "it is refused")
        contains(ran.stderr, why, "why")
    ran = s.piste(*words(written(s, people("x", 1)), "--consent",
                         "news-email", source="fair", basis="consent"))
    equal(ran.returncode, 1, "status without a day")
    contains(ran.stderr, "--date", "why")


@scenario("a file that can't be read is told by its line, and nothing is taken",
          stack="imported")
def unreadable(s):
    good = "E-mail;Prénom;Nom\nun@file.example;A;B\n".encode()
    for data, why in (
            (good + "é@x;Zoé;B\n".encode("cp1252"), "line 3: this is not"
             " UTF-8 but, likely, Windows-1252"),
            (good.decode().encode("utf-16"), "UTF-16"),
            (good + b'a;"b;c\n', "line 3: a quote that opens"),
            (b"", "the file is empty"),
            (b"a;b\n1;2\n", "no column has the name")):
        ran = s.piste(*words(written(s, data), source="fair"))
        equal(ran.returncode, 1, f"status of {why}")
        contains(ran.stderr, why, "why")
    equal(s.piste(*words("/nowhere/x.csv", source="fair")).returncode, 1,
          "status of a file that is not there")
    equal(s.count("submission", "email LIKE '%@file.example'"), 0,
          "submissions of them")


@scenario("import says when it is used wrongly",
          stack="imported")
def wrong_usage(s):
    path = written(s, people("wrong", 1))
    base = ["import", path, "--campaign", CAMPAIGN, "--source", "fair"]
    legal = base + ["--legal-basis", "contract"]
    for words_, why in (
            (base, "--legal-basis is missing"),
            (base + ["--legal-basis", "whim"], "not one of consent, contract"),
            (base + ["--legal-basis"], "something is missing"),
            (["import"], "usage"), (["import", path], "--campaign"),
            (legal[:4] + legal[6:], "--source"),
            (legal + ["other.csv"], "what is that"),
            (legal + ["--nonsense"], "what is that"),
            (legal + ["--cost", "12,5", "EUR"], "amount"),
            (legal + ["--cost", "1e3", "EUR"], "amount"),
            (legal + ["--cost", "-1", "EUR"], "amount"),
            (legal + ["--cost", "1" * 13, "EUR"], "amount"),
            (legal + ["--cost", "1.12345", "EUR"], "amount"),
            (legal + ["--cost", "1", "eur"], "currency"),
            (legal + ["--cost", "1"], "something is missing"),
            (legal + ["--valid-until", "2020-01-01"], "is over"),
            (legal + ["--valid-until", "soon"], "date"),
            (legal + ["--date", "2026-02-30"], "date"),
            (legal + ["--date", "2099-01-01"], "is to come"),
            (legal + ["--source", "x" * 201], "200 bytes"),
            (legal + ["--source", "a\nb"], "200 bytes"),
            (legal + ["--consent", "news-email"], "consent alone")):
        ran = s.piste(*words_)
        equal(ran.returncode, 2, f"status of {words_[2:]}")
        contains(ran.stderr, why, "why")
    for more, why in ((["--campaign", "nothing"], "no campaign nothing"),
                      (["--page", "nothing"], "no page nothing"),
                      (["--form", "nothing"], "no form nothing"),
                      (["--lang", "de"], "no language de"),
                      (["--map", "Fax=phone"], "no column has this header"),
                      (["--report", "/nowhere/r"], "No such file")):
        ran = s.piste(*legal, *more)
        equal(ran.returncode, 1, f"status of {more}")
        contains(ran.stderr, why, "why")
    equal(s.count("submission", "email LIKE 'wrong%'"), 0, "submissions")
    equal(s.piste(*legal, "--cost", "1" * 12 + ".1234", "EUR", "--source",
                  "x" * 200).returncode, 0, "as long as may be")
