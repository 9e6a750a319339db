"""Who is one person: suspects, merges, and addresses mistyped."""

import json

from check import check, contains, equal, scenario, until
from client import Form
from stack import PAGE, person


def sent(s, email, **more):
    visitor = s.visitor()
    answer = visitor.post(PAGE, person(visitor.form(PAGE), email, **more))
    equal(answer.status, 303, f"status of the post of {email}")
    return int(s.one("SELECT person_id FROM submission"
                     f" WHERE email = '{email}'"))


def came_back(answer, address, words):
    equal(answer.status, 422, "status of a mistyped address")
    form = Form(answer.text)
    equal(form.values["email"], address, "what was typed")
    contains(answer.text, words, "the advice")
    check("f-email-note" in form.attributes["email"]["aria-describedby"],
          "the advice describes the field")
    check(form.attributes["email"].get("aria-invalid") != "true",
          "and the address is not called wrong")
    return form


@scenario("a mistyped mail domain is asked about once, and never refused",
          short=True)
def advice(s):
    for lang, words, stays in (
            ("fr", "Vouliez-vous écrire lea.{}@gmail.com", True),
            ("en", "Did you mean lea.{}@gmail.com?", False)):
        visitor = s.visitor(language=lang)
        typed = f"lea.{lang}@gmial.com"
        answer = visitor.post(PAGE, person(visitor.form(PAGE), typed))
        form = came_back(answer, typed, words.format(lang))
        email = typed if stays else f"lea.{lang}@gmail.com"
        again = visitor.post(PAGE, person(form, email))
        equal(again.status, 303, "status when it is sent again")
        equal(s.count("submission", f"email = '{email}'"), 1,
              "submissions of it")


@scenario("an advice beside mistakes is not given again")
def advice_beside_mistakes(s):
    visitor = s.visitor(language="en")
    typed = "max@hotmial.fr"
    answer = visitor.post(PAGE, person(visitor.form(PAGE), typed,
                                       phone="12"))
    form = came_back(answer, typed, "Did you mean max@hotmail.fr?")
    check("phone" in form.messages, "the phone is called wrong")
    again = visitor.post(PAGE, person(form, typed, phone="06 98 76 54 30"))
    equal(again.status, 303, "status once that is corrected")
    equal(s.count("submission", f"email = '{typed}'"), 1, "submissions")


@scenario("suspects are told, merged after a preview, and parted")
def merging(s):
    one = sent(s, "nina@first.example", phone="06 98 76 54 31")
    two = sent(s, "n.roche@second.example", phone="06 98 76 54 31")
    ran = s.piste("dedupe", "--report", "--json", "--limit", "1000")
    equal(ran.returncode, 0, "status of dedupe")
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    found = [row for row in rows if row.get("persons") == [one, two]]
    equal(len(found), 1, "pairs of them")
    contains(found[0]["reasons"], "same-phone", "the reasons")
    check(rows[-1]["pairs"] >= 1, "a summary comes last")
    contains(s.piste("dedupe", "--report").stdout, "same-phone", "the text")

    words = ("person", "merge", str(two), str(one))
    preview = s.piste(*words, "--preview")
    equal(preview.returncode, 0, "status of a preview")
    contains(preview.stdout, "n.roche@second.example", "the key that moves")
    equal(s.count("person_merge"), 0, "merges after a preview")
    done = s.piste(*words, "--reason", "same phone")
    equal(done.returncode, 0, "status of a merge")
    contains(done.stdout, preview.stdout, "what it says")
    merge = done.stdout.split()[-1]
    again = sent(s, "n.roche+b@second.example", phone="06 98 76 54 32")
    check(again not in (one, two), "somebody else")
    equal(s.one("SELECT string_agg(DISTINCT person_id::text, ' ')"
                " FROM submission WHERE email IN ('nina@first.example',"
                " 'n.roche@second.example')"), str(one), "of one person")
    contains(s.piste("person", "show", str(two)).stdout,
             f"merged into {one}", "who was merged")
    for words, why in ((words, "already"),
                       (("person", "merge", str(one), str(one)), "itself"),
                       (("person", "merge", "999999", str(one)),
                        "no person 999999"),
                       (("person", "show", "999999"), "no person 999999"),
                       (("person", "unmerge", "999999"), "no merge 999999")):
        ran = s.piste(*words)
        equal(ran.returncode, 1, f"status of {' '.join(words)}")
        contains(ran.stderr, why, "why it is refused")
    equal(sent(s, "N.Roche@second.example", last_name="Roche"), one,
          "who typed a key that moved")
    equal(s.piste("person", "unmerge", merge).returncode, 0,
          "status of unmerge")
    equal(s.one(f"SELECT person_id FROM person_key WHERE"
                " value = 'n.roche@second.example'"), str(two),
          "whose key it is again")
    equal(s.one("SELECT string_agg(concat_ws(' ', s.person_id, l.person_id,"
                " p.email, p.last_name), ', ') FROM submission s JOIN lead l"
                " ON l.id = s.lead_id JOIN person p ON p.id = s.person_id"
                " WHERE s.email = 'N.Roche@second.example'"),
          f"{two} {two} N.Roche@second.example Roche",
          "whose submission it is, and what they are called")
    equal(s.one(f"SELECT email FROM person WHERE id = {one}"),
          "nina@first.example", "the other's own address")
    contains(s.piste("person", "unmerge", merge).stderr, "undone already",
             "a second unmerge")


@scenario("the worker keeps what it found of an address")
def quality(s):
    sent(s, "info@firm.example", phone="06 98 76 54 33")
    until(lambda: s.one("SELECT concat_ws(' ', q.domain, q.kind, q.is_role,"
                        " q.mail) FROM email_quality q JOIN submission s"
                        " ON s.id = q.submission_id WHERE s.email ="
                        " 'info@firm.example'") ==
          "firm.example company t unknown", 10, "a row of it")


@scenario("person and dedupe say when they are used wrongly")
def wrong_usage(s):
    for words in (["person"], ["person", "show"], ["person", "show", "x"],
                  ["person", "merge", "1"], ["person", "merge", "1", "-2"],
                  ["person", "merge", "1", "2", "--nonsense"],
                  ["person", "merge", "1", "2", "--reason"],
                  ["person", "merge", "1", "2", "--reason", "x" * 2001],
                  ["person", "unmerge"], ["person", "unmerge", "0"],
                  ["person", "nonsense"], ["dedupe"],
                  ["dedupe", "--json"], ["dedupe", "--report", "x"],
                  ["dedupe", "--report", "--limit", "0"],
                  ["dedupe", "--report", "--limit", "100001"]):
        equal(s.piste(*words).returncode, 2,
              f"status of {' '.join(words)[:60]}")
    check(s.piste("dedupe", "--report", "--limit", "100000").returncode == 0,
          "as many as may be listed")
