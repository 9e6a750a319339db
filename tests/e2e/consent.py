"""Consent that can be proved, by who has sha256sum and psql."""

import contextlib
import json
import os
import re
import stat
import subprocess

from api import documented, ready
from capture import CONSENTS
from check import check, contains, equal, scenario, until
from stack import PAGE, person


def consented(s, email, boxes=CONSENTS, language="fr"):
    """The id of a submission that ticked these boxes."""
    visitor = s.visitor(language=language)
    # A scenario before this one may have changed the page a moment ago.
    until(lambda: all(box in visitor.get(PAGE).text for box in boxes), 10,
          "a page that asks for them")
    answer = visitor.post(PAGE, person(visitor.form(PAGE), email, boxes))
    equal(answer.status, 303, "status of a post with consents")
    return s.one(f"SELECT id FROM submission WHERE email = '{email}'"
                 " ORDER BY seq DESC LIMIT 1")


def proof(s, submission):
    """A proof in a file, and the commands that it tells to check it with."""
    path = os.path.join(s.base, "proof.txt")
    ran = s.piste("proof", submission)
    equal(ran.returncode, 0, f"status of proof: {ran.stderr}")
    with open(path, "w", encoding="utf-8") as f:
        f.write(ran.stdout)
    commands = [row.strip() for row in ran.stdout.split("\n")
                if row.startswith("    ")]
    equal(len(commands), 5, "commands in the proof")
    return path, commands


def sh(s, path, command):
    ran = subprocess.run(["sh", "-c", command], capture_output=True,
                         text=True, timeout=30,
                         env=dict(s.env, f=path, LC_ALL="C.UTF-8"))
    equal(ran.stderr, "", f"what the shell says of {command}")
    return ran.stdout.strip()


@contextlib.contextmanager
def tampered(s, change, back):
    """As who may switch the guards off."""
    off = "SET session_replication_role = replica; "
    s.sql(off + change)
    try:
        yield
    finally:
        s.sql(off + back)


@scenario("a proof is checked by sha256sum and psql alone", short=True)
def checked(s):
    for language, text in (("fr", "J'accepte"), ("en", "I agree")):
        for n in range(2):
            consented(s, f"before{n}{language}@example.org")
        submission = consented(s, f"proved.{language}@example.org",
                               language=language)
        consented(s, f"after.{language}@example.org")
        path, (parts, links, shown, same, whole) = proof(s, submission)
        said = sh(s, path, parts).split("\n")
        check(all(row.startswith("ok ") for row in said), f"parts: {said}")
        for name in ("block", "text contact-phone version 1 " + language,
                     "text news-email version 1 " + language):
            check("ok " + name in said, f"{name} in {said}")
        check(sum(row.startswith("ok row ") for row in said) >= 5,
              f"the rows around it in {said}")
        equal(sh(s, path, links), "", "broken links")
        equal(sh(s, path, shown), "", "texts and block nobody was shown")
        rows = sum(row.startswith("ok row ") for row in said)
        equal(sh(s, path, same), str(rows), "rows the database has too")
        equal(sh(s, path, whole), "0", "breaks of the whole chain")
        with open(path, encoding="utf-8") as f:
            whole_text = f.read()
        for part in (text, f"proved.{language}@example.org", submission,
                     "by phone, by us: yes"):
            contains(whole_text, part, "the proof")


@scenario("a proof that was changed is found out")
def forged(s):
    submission = consented(s, "forged@example.org")
    consented(s, "forged.after@example.org")
    path, (parts, links, shown, same, _) = proof(s, submission)
    with open(path, encoding="utf-8") as f:
        good = f.read()
    rows = re.findall(r"^piste-consent-1\|.*$", good, re.M)
    mine = next(row for row in rows if submission in row)
    last = re.findall(r"^part .* ([0-9a-f]{64}) (row \d+)$", good, re.M)[-1]
    for what, old, new, command, found in (
            ("a text", "J'accepte", "J'attends", parts,
             "BAD text contact-phone version 1 fr"),
            ("a row", mine, mine.replace("|given|", "|forgd|"), parts,
             "BAD row"),
            ("a hash", last[0], "0" * 64, parts, "BAD " + last[1]),
            ("a hash, for the database", last[0], "0" * 64, same, None),
            ("a link", mine, re.sub(r"\|[0-9a-f]{64}\|",
             "|" + "0" * 64 + "|", mine, count=1), links, "BAD link"),
            ("whose it is", mine, mine.replace(submission[:8], "0" * 8),
             shown, "BAD")):
        with open(path, "w", encoding="utf-8") as f:
            f.write(good.replace(old, new))
        # What is to be in the database stands in the command.
        said = sh(s, path, command.replace(old, new))
        if found:
            contains(said, found, f"{what} changed")
        else:
            check(int(said) < len(rows), f"{what} changed: {said}")


@scenario("proof --verify names the first break, with status 1", short=True)
def verified(s):
    submission = consented(s, "verified@example.org")
    ran = s.piste("proof", "--verify")
    equal(ran.returncode, 0, f"status: {ran.stderr}")
    found = re.fullmatch(r"ok (\d+) rows, head ([0-9a-f]{64})\n", ran.stdout)
    check(found, f"what it says: {ran.stdout!r}")
    equal(found.group(1), s.one("SELECT count(*) FROM consent"), "rows")
    mine = f"submission_id = '{submission}' AND consent_key = 'news-email'"
    seq = s.one(f"SELECT seq FROM consent WHERE {mine}")
    columns = ("seq, submission_id, consent_key, person_id, purpose, channel,"
               " recipient, version, text_hash, lang, given_at, what,"
               " needs_confirm, block_hash, via, previous_hash, hash")
    s.sql(f"CREATE TABLE public.taken AS SELECT {columns} FROM consent"
          f" WHERE {mine}")
    for change, back, said in (
            (f"UPDATE consent SET purpose = 'ads' WHERE {mine}",
             f"UPDATE consent SET purpose = 'newsletter' WHERE {mine}",
             f"row {seq}: was changed: purpose"),
            (f"UPDATE consent SET what = 'confirmed' WHERE {mine}",
             f"UPDATE consent SET what = 'given' WHERE seq = {seq}",
             f"row {seq}: was changed: its hash"),
            (f"DELETE FROM consent WHERE {mine}",
             f"INSERT INTO consent ({columns}) SELECT {columns}"
             " FROM public.taken", f"row {seq}: is missing"),
            ("UPDATE consent_text SET text = text || '.'"
             " WHERE key = 'news-email'",
             "UPDATE consent_text SET text = left(text, -1)"
             " WHERE key = 'news-email'", "text news-email version 1 en:")):
        with tampered(s, change, back):
            ran = s.piste("proof", "--verify")
        equal(ran.returncode, 1, f"status after {change}")
        equal(ran.stdout, "", f"output after {change}")
        contains(ran.stderr, said, f"break after {change}")
        equal(s.piste("proof", "--verify").returncode, 0, f"after {back}")
    s.sql("DROP TABLE public.taken")
    consented(s, "verified.later@example.org")
    for head, status in ((found.group(2), 0), ("0" * 64, 1)):
        ran = s.piste("proof", "--verify", "--holds", head)
        equal(ran.returncode, status, f"status with --holds {head}")


@scenario("proof tells what can't be proved, and writes for its owner alone")
def told(s):
    s.submit("silent@example.org")
    silent = s.one("SELECT id FROM submission WHERE email ="
                   " 'silent@example.org'")
    for name, why in ((silent, "gave no consent"),
                      ("nonsense", "there is no submission nonsense"),
                      ("00000000-0000-7000-8000-000000000000",
                       "there is no submission")):
        ran = s.piste("proof", name)
        equal(ran.returncode, 1, f"status of proof {name}")
        contains(ran.stderr, why, f"reason of proof {name}")
    for words in ((), ("a", "b"), ("a", "--out"), ("--verify", "x"),
                  ("--verify", "--holds", "x"), ("--out", "a", "b")):
        equal(s.piste("proof", *words).returncode, 2, f"status of {words}")
    equal(s.piste("proof", "--verify", env={
        "PISTE_DATABASE": "host=/nowhere dbname=x"}).returncode, 1,
        "status without a database")
    submission = consented(s, "owner@example.org")
    place = os.path.join(s.base, "out")
    os.mkdir(place)
    os.chmod(place, 0o777)
    path = os.path.join(place, "proof")
    ran = s.piste("proof", submission, "--out", path)
    equal((ran.returncode, ran.stdout), (0, ""), "proof --out")
    equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "mode of the file")
    with open(path, encoding="utf-8") as f:
        contains(f.read(), submission, "the file")
    ran = s.piste("proof", submission, "--out", "/nowhere/proof")
    equal(ran.returncode, 1, "status of a file that can't be")
    contains(ran.stderr, "/nowhere/proof: No such", "its reason")


def may(s, email, channel, purpose):
    return s.one(f"SELECT may_contact(id, '{purpose}', '{channel}', 'us')"
                 f" FROM person WHERE email = '{email}'")


@scenario("what is withdrawn is so at once; a later consent revives it",
          short=True)
def withdrawn(s):
    email = "withdraws@example.org"
    submission = consented(s, email)
    equal((may(s, email, "phone", "prospecting"),
           may(s, email, "email", "newsletter")), ("t", "t"), "at first")
    ran = s.piste("consent", "withdraw", email, "--channel", "phone",
                  "--via", "letter")
    equal(ran.returncode, 0, f"status: {ran.stderr}")
    equal(json.loads(ran.stdout)["withdrawn"], 1, "withdrawn")
    equal((may(s, email, "phone", "prospecting"),
           may(s, email, "email", "newsletter")), ("f", "t"), "in part")
    ran = s.piste("consent", "withdraw", email)
    equal(json.loads(ran.stdout)["withdrawn"], 1, "the rest")
    equal(s.one("SELECT count(*) FROM contactable JOIN person ON id ="
                f" person_id WHERE person.email = '{email}'"), "0",
          "contactable")
    shown = [json.loads(row) for row in
             s.piste("consent", "show", email).stdout.splitlines()]
    equal([(row["channel"], row["may_contact"],
            [(word["what"], word["via"]) for word in row["said"]])
           for row in shown],
          [("email", False, [("given", "form"), ("withdrawn", "command")]),
           ("phone", False, [("given", "form"), ("withdrawn", "letter")])],
          "consent show")
    path, commands = proof(s, submission)
    with open(path, encoding="utf-8") as f:
        contains(f.read(), "by phone, by us: no", "the proof afterwards")
    check("BAD" not in sh(s, path, commands[0]), "its parts")
    consented(s, email, CONSENTS[1:])
    equal((may(s, email, "phone", "prospecting"),
           may(s, email, "email", "newsletter")), ("f", "t"), "again")
    ran = s.piste("consent", "withdraw", "nobody@example.org")
    equal(ran.returncode, 1, "status for nobody")
    contains(ran.stderr, "there is no person nobody@example.org", "why")
    for words in ((), ("show",), ("withdraw",), ("forget", email),
                  ("show", email, "--via", "x"),
                  ("withdraw", email, "--via"),
                  ("withdraw", email, "--via", "a|b"),
                  ("withdraw", email, "--wrong", "x")):
        equal(s.piste("consent", *words).returncode, 2, f"status of {words}")


@scenario("an address is taken back by everybody who has it")
def shared(s):
    email = "shared@example.org"
    consented(s, email)
    s.sql(f"DELETE FROM person_key WHERE value = '{email}'")
    consented(s, email)
    where = (f"contactable WHERE email = '{email}'")
    equal(s.one(f"SELECT count(*) FROM {where}"), "2", "who may be written to")
    ran = s.piste("consent", "withdraw", email, "--channel", "email")
    equal((ran.returncode, len(ran.stdout.splitlines())), (0, 2),
          "a line for each")
    equal(s.one(f"SELECT count(*) FROM {where}"), "0", "afterwards")
    equal(len({json.loads(row)["person"] for row in
               s.piste("consent", "show", email).stdout.splitlines()}), 2,
          "both are shown")
    s.piste("erase", email, "--yes")


@scenario("a program takes consent back, and learns nothing of anybody")
def by_program(s):
    path, email = "/api/v1/withdrawals", "by.program@example.org"
    keys = ready(s)

    def post(body, key="crm", **headers):
        sent = {"Content-Type": "application/json"}
        if key:
            sent["Authorization"] = "Bearer " + keys.get(key, key)
        return documented("POST", path, s.visitor().request(
            "POST", path, body if isinstance(body, str) else
            json.dumps(body), dict(sent, **headers)))

    consented(s, email)
    for body, status in (("[]", 400), ("{", 400), ({}, 422),
                         ({"email": "ana@"}, 422), ({"email": "7"}, 422),
                         ({"email": email, "channel": 1}, 422),
                         ({"email": email, "channel": ""}, 422),
                         ({"email": email, "way": "email"}, 422)):
        equal(post(body).status, status, f"status of {body}")
    for key, headers, status in ((None, {}, 401), ("nonsense", {}, 401),
                                 ("shop", {}, 403),
                                 ("shop", {"Origin": "https://shop.example"},
                                  403),
                                 ("crm", {"Origin": s.env["PISTE_URL"]}, 403),
                                 ("crm", {"Content-Type": "text/plain"},
                                  415)):
        equal(post({"email": email}, key, **headers).status, status,
              f"status for {key} with {headers}")
    equal((may(s, email, "phone", "prospecting"),
           may(s, email, "email", "newsletter")), ("t", "t"), "until then")
    answers = [post({"email": who, "channel": "phone"})
               for who in (email, "nobody.at.all@example.org")]
    equal([a.status for a in answers], [204, 204], "known and unknown")
    equal(*([(k, v) for k, v in a.headers if k not in ("Date", "X-Request-Id")]
            for a in answers), "their headers")
    equal((may(s, email, "phone", "prospecting"),
           may(s, email, "email", "newsletter")), ("f", "t"), "in part")
    equal(post({"email": email.upper()}).status, 204, "as it may be typed")
    equal(may(s, email, "email", "newsletter"), "f", "the rest")
    equal(s.one("SELECT string_agg(DISTINCT via, ' ') FROM consent AS c JOIN"
                " person AS p ON p.id = c.person_id WHERE what ="
                f" 'withdrawn' AND p.email = '{email}'"), "api", "by which way")
    equal(s.piste("proof", "--verify").returncode, 0, "the chain")


@scenario("a consent to be confirmed counts from then on")
def confirmed(s):
    before = s.export()
    site = s.export()
    site["consents"][1]["confirm"] = True
    equal(s.apply(site).returncode, 0, "apply of confirm")
    try:
        def asked():
            email = f"confirms{asked.n}@example.org"
            asked.n += 1
            submission = consented(s, email)
            return s.one("SELECT needs_confirm FROM consent WHERE"
                         f" submission_id = '{submission}' AND consent_key ="
                         " 'news-email'") == "t" and (email, submission)
        asked.n = 0
        email, submission = until(asked, 3, "a consent that waits")
        equal((may(s, email, "phone", "prospecting"),
               may(s, email, "email", "newsletter")), ("t", "f"), "before")
        for answer in ("confirmed", "already"):
            equal(s.one(f"SELECT consent_confirm('{submission}', 'link')"),
                  answer, "consent_confirm")
        equal(may(s, email, "email", "newsletter"), "t", "afterwards")
    finally:
        equal(s.apply(before).returncode, 0, "apply of what was")


@scenario("a text people may have seen is not reworded in its version")
def reworded(s):
    site = s.export()
    site["consents"][1]["text"]["fr"] += " Merci."
    ran = s.apply(site)
    equal(ran.returncode, 1, "status of another text")
    contains(ran.stderr, "$.consents[1].text.fr: is not what people agreed to"
             " in version 1: raise version", "its reason")


@scenario("the worker works under its role, and check tells", short=True)
def role(s):
    s.submit("qualified@example.org", company="Lumière")
    until(lambda: stored_queue(s, "qualified@example.org") == "done", 10,
          "the lead is qualified")
    equal(s.one("SELECT score FROM lead JOIN person ON person.id = person_id"
                " WHERE email = 'qualified@example.org'") != "", True,
          "a score")
    until(lambda: s.one("SELECT count(*) FROM pg_stat_activity WHERE"
                        " application_name = 'piste-work'") != "0", 5,
          "a worker's session")
    line = next(row for row in s.piste("check").stdout.split("\n")
                if " worker " in row)
    contains(line, "as piste_worker, addresses by consent only; its login"
             " piste could do otherwise", "piste check")
    s.sql("CREATE ROLE e2e_worker LOGIN IN ROLE piste_worker")
    own = {"PISTE_WORKER_DATABASE": s.env["PISTE_DATABASE"]
           .replace("user=piste", "user=e2e_worker")}
    try:
        line = next(row for row in s.piste("check", env=own).stdout
                    .split("\n") if " worker " in row)
        check(line.endswith("by consent only"), f"with its own: {line}")
        ran = s.piste("work", "--once", env=own)
        equal(ran.returncode, 0, f"work by a login of its own: {ran.stderr}")
    finally:
        s.sql("DROP ROLE e2e_worker")


def stored_queue(s, email):
    return s.one("SELECT q.state FROM qualification_queue AS q JOIN lead AS l"
                 " ON l.id = q.lead_id JOIN person AS p ON p.id ="
                 f" l.person_id WHERE p.email = '{email}'")
