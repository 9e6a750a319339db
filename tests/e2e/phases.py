"""What piste apply does to a running experiment, and whom it asks."""

import json
import os
import pty
import select
import subprocess

from check import check, contains, equal, scenario, until
from client import filled
from experiments import apply, counted, crowd, halves, id_of, page, see
from stack import AS, PAGE

UNDER_TEST = "lb-headline"
SHORT = {"key": "court", "country": "FR", "fields": [
    {"name": "email", "kind": "email", "required": True,
     "label": {"fr": "Adresse", "en": "Address"}}]}


def reworded(s, text):
    """The site with another headline in the control, as a file."""
    site = s.export()
    site["pages"][0]["variants"][0]["parts"]["headline"]["fr"] = text
    path = os.path.join(s.base, "reworded.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(site, f)
    return path


def told(ran):
    return [row for row in map(json.loads, ran.stdout.splitlines())
            if (row["what"], row["key"]) == ("experiment", UNDER_TEST)][0]


def phase(s):
    return s.sql("SELECT phase FROM experiment"
                 f" WHERE key = '{UNDER_TEST}'")[0]


def answered(s, path, answer):
    """Apply at a terminal where somebody types the answer."""
    ours, theirs = pty.openpty()
    run = subprocess.Popen([s.binary, "apply", path], stdin=theirs,
                           stderr=theirs, stdout=subprocess.PIPE, text=True,
                           env=s.env, cwd="/", **AS)
    os.close(theirs)
    said = b""
    while b"(p/c/n)?" not in said:
        check(select.select([ours], [], [], 10)[0], f"a question: {said}")
        said += os.read(ours, 1000)
    os.write(ours, answer.encode())
    out = run.communicate(timeout=20)[0]
    os.close(ours)
    return run.returncode, out


@scenario("a text that changes under test is a phase, or a correction")
def texts(s):
    before = int(phase(s))
    ran = s.piste("apply", reworded(s, "Un"))
    equal(ran.returncode, 0, f"apply: {ran.stderr}")
    row = told(ran)
    equal((row["phase"], row["because"]), (before + 1, "content"), "change")
    ran = s.piste("apply", reworded(s, "Deux"), "--correction")
    equal((told(ran)["phase"], told(ran)["because"]),
          (before + 1, "correction"), "change")
    ran = s.piste("apply", reworded(s, "Trois"), "--new-phase")
    equal(told(ran)["phase"], before + 2, "phase")
    equal(s.piste("apply", reworded(s, "Non"), "--nonsense").returncode, 2,
          "status of another word")
    for answer, status, number in (("n\n", 1, 2), ("x\n", 1, 2),
                                   ("c\n", 0, 2), ("p\n", 0, 3)):
        path = reworded(s, "Réponse " + answer)
        got, out = answered(s, path, answer)
        equal(got, status, f"status of {answer!r}")
        equal(phase(s), str(before + number), f"phase after {answer!r}")
        equal(bool(out), status == 0, "is something told")


@scenario("another goal, window or plan is another phase", "trials")
def plans(s):
    def said(status=0, **more):
        ran = s.apply({"experiments": [halves("plan", "plan", **more)]})
        equal(ran.returncode, status, f"status of {more}: {ran.stderr}")
        return ran.stderr + ran.stdout
    apply(s, [page("plan")], halves("plan", "plan", planned_visitors=1000))
    before = crowd(s, "plan", 12)
    counted(s, "plan", before)
    contains(said(1, planned_visitors=500),
             "$.experiments[0].planned_visitors: phase 1 began with 1000",
             "why not")
    contains(said(planned_visitors=1000, window="48h"),
             '"phase":2,"because":"window"', "what it did")
    contains(said(planned_visitors=1000, window="48h", goal="mql"),
             '"phase":3,"because":"goal"', "what it did")
    first = json.loads(s.piste("results", "plan", "--json", "--phase",
                               "1").stdout)
    equal((first["phase"], first["goal"],
           sum(arm["counts"]["visitors"] for arm in first["arms"])),
          (1, "lead", 12),
          "the first phase")
    day = s.one("SELECT to_char((started_at + interval '1 ms')"
                " AT TIME ZONE 'UTC',"
                " 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') FROM experiment_phase"
                " WHERE experiment_key = 'plan' AND phase = 2")
    equal(json.loads(s.piste("results", "plan", "--json", "--as-of",
                             day).stdout)["phase"], 2, "the phase as of then")
    for wrong, status in (("9", 1), ("0", 2), ("x", 2)):
        equal(s.piste("results", "plan", "--phase", wrong).returncode, status,
              f"status of phase {wrong}")


@scenario("who came just before weights changed keeps the arm", "tardy")
def just_before(s):
    apply(s, [page("veille")], halves("veille", "veille"))
    before = crowd(s, "veille", 40)
    equal(s.count("exposure", "experiment_key = 'veille'"), 0,
          "exposures that PostgreSQL knows of")
    apply(s, [], halves("veille", "veille", weights={"a": 0.1, "b": 0.9}))
    equal({see(v, "veille") == arm for v, arm in before.items()}, {True},
          "who was shown an arm keeps it")
    found = counted(s, "veille", before)
    equal({found[id_of(v)] == arm for v, arm in before.items()}, {True},
          "exposures as shown")
    equal(s.count("exposure", "experiment_key = 'veille'"
                  " AND excluded IS NOT NULL"), 0, "excluded")


@scenario("a variant's own form is what it shows, checks and hashes")
def own_form(s):
    before = s.export()
    site = s.export()
    site["forms"].append(SHORT)
    for v in site["pages"][0]["variants"]:
        v["form"] = "court"
    equal(s.apply(site).returncode, 0, "apply")
    until(lambda: 'name="first_name"' not in s.visitor().get(PAGE).text, 1,
          "the short form is shown")
    v = s.visitor()
    form = v.form(PAGE)
    check("first_name" not in form.attributes, "nothing else is asked")
    answer = v.post(PAGE, filled(form, email="variante"))
    equal(answer.status, 422, "status of a bad post")
    contains(answer.text, "Adresse", "the same form comes back")
    # What the page's own form requires is not asked here.
    answer = v.post(PAGE, filled(form, email="variante@example.org"))
    equal(answer.status, 303, "status of a good post")
    until(lambda: s.sql("SELECT form_key, consent_hash IS NULL FROM submission"
                        " WHERE email = 'variante@example.org'") ==
          ["court|t"], 5, "it is stored with the variant's form")
    site["pages"][0]["variants"][1].pop("form")
    ran = s.apply(site)
    equal(ran.returncode, 1, "arms that ask for consents differently")
    contains(ran.stderr, "$.experiments[0].tested: arms", "reason")
    equal(s.apply(before).returncode, 0, "apply of what was")
