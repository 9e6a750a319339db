"""Every kind of field, conditions and files, on a page of their own."""

import hashlib
import json
import os
import stat
import subprocess

from check import check, contains, equal, scenario, until
from client import Form, filled
from stack import ROOT

PAGE = "/p/tour-des-champs"
FILES = PAGE + "/files"
PDF = b"%PDF-1.7\n\x00\xff binary\r\n--not a boundary\n%%EOF\n"
GOOD = {"email": "ana@firme.example", "size": "large", "staff": "1 250",
        "surface": "1 250,50", "since": "31/12/2027",
        "siret": "732 829 320 00074", "vat": "fr 40 303 265 045",
        "which": "éolien", "story": "Un\r\ndeux"}


def with_file(pairs, name, filename, content):
    boundary = "----piste-files"
    body = b""
    for field, value in pairs:
        body += (f"--{boundary}\r\nContent-Disposition: form-data; "
                 f'name="{field}"\r\n\r\n{value}\r\n').encode()
    body += (f"--{boundary}\r\nContent-Disposition: form-data; name="
             f'"{name}"; filename="{filename}"\r\nContent-Type: '
             "application/octet-stream\r\n\r\n").encode() + content + b"\r\n"
    return (f"multipart/form-data; boundary={boundary}",
            body + f"--{boundary}--\r\n".encode())


def send(s, pairs, name="bill", filename="facture été.pdf", content=PDF,
         path=FILES):
    kind, body = with_file(pairs, name, filename, content)
    return s.visitor().request("POST", path, body, {"Content-Type": kind})


def shown(s):
    """The form of a page with every kind of field, applied when needed."""
    if s.visitor().get(PAGE).status != 200:
        path = os.path.join(ROOT, "templates/demo/fields.json")
        with open(path, encoding="utf-8") as f:
            ran = s.apply(json.load(f))
        equal(ran.returncode, 0, ran.stderr)
        until(lambda: s.visitor().get(PAGE).status == 200, 10,
              "the page is there")
    form = s.visitor().form(PAGE + "?utm_source=lettre")
    # A browser posts what is ticked alone, and a file as a file.
    form.values.pop("bill", None)
    form.values.pop("themes", None)
    return form


def uploads(s):
    place = s.env["PISTE_UPLOADS"]
    return {n: os.path.join(place, n) for n in os.listdir(place)
            if not n.startswith(".")}


def fields_of(s, email):
    said = s.one("SELECT fields FROM submission WHERE email ="
                 f" '{email}' ORDER BY seq DESC LIMIT 1")
    return json.loads(said) if said else None


@scenario("a form of every kind is stored, with its file", short=True)
def every_kind(s):
    form = shown(s)
    contains(form.action, "/files", "where a form with files is posted")
    equal(form.enctype, "multipart/form-data", "its coding")
    pairs = filled(form, **GOOD) + [("themes", "other"), ("themes", "heat"),
                                    ("origin", "forged")]
    answer = send(s, pairs)
    equal(answer.status, 303, "status")
    equal(send(s, pairs).status, 303, "a double click")
    equal(s.count("submission", "email = 'ana@firme.example'"), 1,
          "submissions of a form sent twice")
    stored = fields_of(s, "ana@firme.example")
    bill = stored.pop("bill")
    equal(stored, {
        "email": "ana@firme.example", "size": "large", "staff": "1250",
        "themes": ["heat", "other"], "which": "éolien",
        "surface": "1250.50", "since": "2027-12-31",
        "siret": "73282932000074", "vat": "FR40303265045",
        "story": "Un\ndeux", "origin": "lettre"}, "the fields")
    equal({k: bill[k] for k in ("name", "bytes", "type", "sha256")}, {
        "name": "facture été.pdf", "bytes": len(PDF),
        "type": "application/pdf",
        "sha256": hashlib.sha256(PDF).hexdigest()}, "what is told of the file")
    equal(list(uploads(s)), [bill["file"]], "files, of a form sent twice")
    with open(uploads(s)[bill["file"]], "rb") as f:
        equal(f.read(), PDF, "the file's bytes")
    for path, mode in ((s.env["PISTE_UPLOADS"], 0o700),
                       (uploads(s)[bill["file"]], 0o600)):
        equal(stat.S_IMODE(os.stat(path).st_mode), mode, f"mode of {path}")
    equal(s.visitor().get(FILES).status, 200,
          "who reloads a form that came back has the page")
    for path in ("/uploads/", "/_upload/", "/static/../uploads/", "/a/"):
        check(s.visitor().get(path + bill["file"]).status in (400, 403, 404),
              f"{path} serves no upload")
    check("uploads" in s.piste("check").stdout, "piste check knows them")


@scenario("a condition decides on the server what is asked and kept")
def conditions(s):
    form = shown(s)
    small = dict(GOOD, email="bea@firme.example", size="small",
                 staff="nonsense", which="")
    equal(s.visitor().post(FILES, filled(form, **small), True).status, 303,
          "what is not asked is not judged")
    check("staff" not in fields_of(s, "bea@firme.example"), "nor kept")
    form = shown(s)
    large = dict(GOOD, email="cal@firme.example", staff="", which="")
    answer = s.visitor().post(FILES, filled(form, **large) +
                              [("themes", "other")], True)
    equal(answer.status, 422, "what is asked must be answered")
    wrong = Form(answer.text).messages
    contains(wrong["staff"], "nombre", "the number is missed")
    check(wrong.get("which"), "and so is what other's answer asks for")
    contains(answer.text, "À remplir seulement si", "the condition is said")
    check("themes" in Form(answer.text).boxes, "the boxes come back")


@scenario("a form that comes back asks for its file again")
def gone(s):
    before = set(uploads(s)) if os.path.isdir(s.env["PISTE_UPLOADS"]) else set()
    form = shown(s)
    bad = dict(GOOD, email="dan@firme.example", surface="1,234", since="31/2/26")
    answer = send(s, filled(form, **bad))
    equal(answer.status, 422, "status")
    back = Form(answer.text)
    contains(back.messages["bill"], "Choisissez de nouveau ce fichier",
             "beside the file")
    contains(back.messages["surface"], "Arrondissez", "beside the number")
    contains(back.messages["since"], "date", "beside the date")
    equal((back.values["since"], back.attributes["since"]["type"]),
          ("31/2/26", "text"), "a date that is none comes back as typed")
    equal(set(uploads(s)) if os.path.isdir(s.env["PISTE_UPLOADS"]) else set(),
          before, "nothing is kept of it")
    for field in ("bill", "themes"):
        back.values.pop(field, None)
    good = filled(back, surface="12,5", since="2027-12-31")
    equal(send(s, good).status, 303, "and is taken with it")
    equal(fields_of(s, "dan@firme.example")["surface"], "12.5", "the number")


@scenario("files are refused by what they are, not by their name")
def refused(s):
    for content, said in ((b"MZ\x90\x00 a program", "d'un de ces types"),
                          (b"", "d'un de ces types"),
                          (PDF + bytes((1 << 20) - len(PDF) + 1), "1\xa0Mo")):
        answer = send(s, filled(shown(s), **dict(GOOD, email="e@f.example")),
                      content=content)
        equal(answer.status, 422, f"{len(content)} bytes")
        contains(Form(answer.text).messages["bill"], said, "why")
    largest = PDF + bytes((1 << 20) - len(PDF))
    equal(send(s, filled(shown(s), **dict(GOOD, email="max@f.example")),
               content=largest).status, 303, "the largest one")
    equal(fields_of(s, "max@f.example")["bill"]["bytes"], 1 << 20, "its size")
    # By name, in the other codings, and beside another field.
    named = filled(shown(s), **dict(GOOD, email="e@f.example")) + [
        ("bill", "facture.pdf")]
    for path in (PAGE, FILES):
        answer = s.visitor().post(path, named)
        equal(answer.status, 422, f"a name at {path}")
        contains(Form(answer.text).messages["bill"], "son nom ne suffit pas",
                 "why")
    pairs = filled(shown(s), **dict(GOOD, email="e@f.example"))
    equal(send(s, pairs, name="story").status, 415, "a file for a text")
    equal(send(s, pairs, path=PAGE).status, 415, "files where none are taken")
    equal(send(s, pairs, content=bytes(6 << 20)).status, 413, "a whole film")
    equal(s.count("submission", "email = 'e@f.example'"), 0, "none is kept")


@scenario("a file stays while its form waits for the database", stack="faults")
def spooled(s):
    form = shown(s)
    s.cluster("stop", "immediate")
    try:
        answer = send(s, filled(form, **dict(GOOD, email="away@f.example")))
        equal(answer.status, 303, "taken without the database")
    finally:
        s.cluster("start")
    s.drained()
    bill = fields_of(s, "away@f.example")["bill"]
    check(bill["file"] in uploads(s), "its file is there")
    # An orphan of long ago goes, what a submission names stays.
    place = s.env["PISTE_UPLOADS"]
    lost = os.path.join(place, "0" * 32)
    with open(lost, "wb") as f:
        f.write(b"x")
    for path in (lost, uploads(s)[bill["file"]]):
        os.utime(path, (0, 0))
    subprocess.run(["chown", "--reference", place, lost], check=True)
    equal(s.piste("work", "--once").returncode, 0, "piste work --once")
    equal((os.path.exists(lost), bill["file"] in uploads(s)), (False, True),
          "the orphan, and the file that is named")


@scenario("piste validate form knows every kind")
def validate(s):
    shown(s)
    lines = [dict(GOOD, themes=["heat", "light"]),
             {"email": "x", "size": "large", "staff": "49", "siret": "1",
              "themes": ["heat", "light", "other"], "bill": "a.pdf"}]
    ran = s.piste("validate", "form", "tour-des-champs",
                  given="".join(json.dumps(x) + "\n" for x in lines))
    good, bad = (json.loads(x) for x in ran.stdout.splitlines())
    equal(good["value"]["themes"], ["heat", "light"], "a list")
    equal(bad["errors"], {"email": "not-email", "staff": "too-small",
                          "siret": "not-siret", "themes": "too-many",
                          "bill": "not-file"}, "codes")


@scenario("the definition comes back as it was applied")
def exported(s):
    shown(s)
    with open(os.path.join(ROOT, "templates/demo/fields.json"),
              encoding="utf-8") as f:
        wanted = json.load(f)["forms"][0]
    equal([x for x in s.export()["forms"] if x["key"] == wanted["key"]],
          [wanted], "the form")
