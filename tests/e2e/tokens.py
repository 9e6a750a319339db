"""The form token: idempotency, forgery, age, robots."""

import threading
import time

from check import check, contains, equal, scenario, until
from client import Form
from stack import PAGE, person

FORM_AGE_S = 3.1	# a little more than the guarded stack's form_max_age_ms


def together(count, action):
    """Call action(n) in count threads at once; the results in order."""
    results, gate = [None] * count, threading.Barrier(count)

    def one(n):
        gate.wait()
        try:
            results[n] = action(n)
        except OSError as e:
            results[n] = e
    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return results


@scenario("double click, back and replay are one submission", short=True)
def replay(s):
    visitor = s.visitor()
    sent = person(visitor.form(PAGE), "twice@example.org")
    answers = together(8, lambda n: visitor.post(PAGE, sent))
    answers.append(visitor.post(PAGE, sent))
    equal({a.status for a in answers}, {303}, "statuses")
    equal(s.count("submission", "email = 'twice@example.org'"), 1,
          "submissions")
    check(visitor.get(answers[-1].header("Location")).status == 200,
          "a replay leads to the thank-you page too")


@scenario("a replay with other content is refused and stores nothing")
def changed(s):
    visitor = s.visitor()
    form = visitor.form(PAGE)
    equal(visitor.post(PAGE, person(form, "first@example.org")).status, 303,
          "the first")
    answer = visitor.post(PAGE, person(form, "second@example.org"))
    equal(answer.status, 422, "the second, with the same token")
    back = Form(answer.text)
    equal(back.values["email"], "second@example.org", "its value comes back")
    check(back.values["piste_token"] != form.values["piste_token"],
          "with a fresh token")
    equal(s.count("submission", "email = 'second@example.org'"), 0, "stored")
    equal(visitor.post(PAGE, person(back, "second@example.org")).status, 303,
          "sent again with the fresh one")
    equal(s.count("submission", "email = 'second@example.org'"), 1, "stored")


@scenario("100 simultaneous twins: one person, one lead, one queue row",
          short=True)
def twins(s):
    count, email = 100, "twin@example.org"
    visitors = [s.visitor() for _ in range(count)]
    sent = [person(v.form(PAGE), email) for v in visitors]
    answers = together(count, lambda n: visitors[n].post(PAGE, sent[n]))
    equal({getattr(a, "status", a) for a in answers}, {303}, "statuses")
    equal(s.count("submission", f"email = '{email}'"), count, "submissions")
    equal(s.count("person", f"email = '{email}'"), 1, "persons")
    equal(s.count("lead l JOIN person p ON p.id = l.person_id",
                  f"p.email = '{email}'"), 1, "leads")
    equal(s.count("submission", f"email = '{email}' AND outcome = 'new'"), 1,
          "submissions that were new")
    # A worker may finish the row while twins still come in.
    rows = s.count("qualification_queue q JOIN lead l ON l.id = q.lead_id"
                   " JOIN person p ON p.id = l.person_id",
                   f"p.email = '{email}'")
    equal(rows, 1, "queue rows")


@scenario("twins that differ still are one person, one lead, one queue row")
def different_twins(s):
    count, email = 40, "differ@example.org"
    visitors = [s.visitor() for _ in range(count)]
    sent = [person(v.form(PAGE), email, message=f"n {n}")
            for n, v in enumerate(visitors)]
    answers = together(count, lambda n: visitors[n].post(PAGE, sent[n]))
    equal({getattr(a, "status", a) for a in answers}, {303}, "statuses")
    equal(s.count("submission", f"email = '{email}'"), count, "submissions")
    mine = f"lead l JOIN person p ON p.id = l.person_id AND p.email = '{email}'"
    equal(s.count(mine), 1, "leads")
    queue = f"qualification_queue q JOIN ({mine}) ON q.lead_id = l.id"
    equal(s.count(queue), 1, "queue rows")
    until(lambda: s.count(queue, "q.state = 'done'") == 1, 10, "it is done")


@scenario("a token that is absent, forged or foreign gets 400, form kept",
          short=True)
def forged(s):
    visitor = s.visitor()
    form = visitor.form(PAGE)
    token = form.values["piste_token"]
    other = ("A" if token[20] != "A" else "B")
    cases = {"absent": None, "empty": "", "nonsense": "x" * 200,
             "changed": token[:20] + other + token[21:],
             "cut": token[:-1], "long": token + "A" * 4000,
             "odd": token + "é\u0001"}
    for name, bad in cases.items():
        email = f"{name}@forged.example"
        answer = visitor.post(PAGE, person(form, email, piste_token=bad))
        equal(answer.status, 400, f"status, {name} token")
        back = Form(answer.text)
        equal(back.values.get("email"), email, f"value back, {name} token")
        check(back.values["piste_token"] not in ("", bad), "a fresh token")
    equal(s.count("submission", "email LIKE '%@forged.example'"), 0, "stored")
    equal(visitor.post(PAGE, person(back, "mended@example.org")).status, 303,
          "the form that came back can be sent")


@scenario("a form that came back may be sent again at once", stack="guarded")
def hurry(s):
    visitor = s.visitor()
    answer = visitor.post(PAGE, person(visitor.form(PAGE), "again@example.org",
                                       piste_token=None))
    equal(answer.status, 400, "without a token")
    back = Form(answer.text)
    equal(visitor.post(PAGE, person(back, "again@example.org")).status, 303,
          "sent again")
    equal(s.one("SELECT outcome FROM submission"
                " WHERE email = 'again@example.org'"), "new", "outcome")


@scenario("another page's token is refused, form kept")
def foreign(s):
    site = s.export()
    site["pages"].append(dict(site["pages"][0], key="voisine"))
    site["pages"][-1].pop("archived", None)
    equal(s.apply(site).returncode, 0, "apply")
    until(lambda: s.visitor().get("/p/voisine").status == 200, 2, "the page")
    visitor = s.visitor()
    sent = person(visitor.form("/p/voisine"), "foreign@example.org")
    answer = visitor.post(PAGE, sent)
    equal(answer.status, 400, "status")
    back = Form(answer.text)
    equal(back.values["email"], "foreign@example.org", "the value back")
    equal(s.count("submission", "email = 'foreign@example.org'"), 0, "stored")
    equal(visitor.post("/p/voisine", sent).status, 303, "where it belongs")


@scenario("an expired token brings the form back, filled in",
          stack="guarded")
def expired(s):
    visitor = s.visitor()
    form = visitor.form(PAGE + "?utm_source=mailing&utm_medium=email"
                        "&gclid=G1")
    sent = person(form, "slow@example.org", company="Lente")
    time.sleep(FORM_AGE_S)	# nothing tells when a token has aged
    answer = visitor.post(PAGE, sent)
    equal(answer.status, 400, "status")
    back = Form(answer.text)
    equal(back.values["company"], "Lente", "the value back")
    equal(s.count("submission", "email = 'slow@example.org'"), 0, "stored")
    equal(visitor.post(PAGE, person(back, "slow@example.org")).status, 303,
          "sent again at once")
    equal(s.one("SELECT outcome, source, medium, click_id FROM submission"
                " WHERE email = 'slow@example.org'"),
          "new|mailing|email|G1", "a person's, with the first form's touch")


@scenario("a consent reworded meanwhile is asked for again")
def reworded(s):
    visitor = s.visitor()
    sent = person(visitor.form(PAGE), "words@example.org",
                  boxes=["consent.news-email"])
    before = s.export()
    site = s.export()
    news = next(c for c in site["consents"] if c["key"] == "news-email")
    news["version"] += 1
    news["text"] = {"fr": "Autre texte.", "en": "Other text."}
    equal(s.apply(site).returncode, 0, "apply")
    until(lambda: "Autre texte." in s.visitor().get(PAGE).text, 2, "the text")
    answer = visitor.post(PAGE, sent)
    equal(answer.status, 400, "status")
    back = Form(answer.text)
    equal(back.values["email"], "words@example.org", "the value back")
    contains(answer.text, "Autre texte.", "the page")
    check(not back.boxes["consent.news-email"], "the box comes back empty")
    equal(s.count("submission", "email = 'words@example.org'"), 0, "stored")
    absent = visitor.post(PAGE, [(k, v) for k, v in sent
                                 if k != "piste_token"])
    equal(absent.status, 400, "without a token")
    check(not Form(absent.text).boxes["consent.news-email"],
          "the box comes back empty then too")
    equal(visitor.post(PAGE, person(back, "words@example.org")).status, 303,
          "sent again")
    equal(s.count("consent c JOIN submission u ON u.id = c.submission_id",
                  "u.email = 'words@example.org'"), 0, "consents")
    for text in before["consents"]:
        if text["key"] == "news-email":
            text["version"] = news["version"] + 1
    equal(s.apply(before).returncode, 0, "the first text again")
    until(lambda: "Autre texte." not in s.visitor().get(PAGE).text, 2,
          "the first text")


@scenario("a form keeps the language it was shown in")
def language(s):
    visitor = s.visitor(language="en")
    form = visitor.form(PAGE)
    answer = visitor.post(PAGE, person(form, "no address"),
                          headers={"Accept-Language": "fr"})
    equal(answer.status, 422, "status")
    contains(answer.text, '<html lang="en"', "the page that comes back")


@scenario("traps and haste are quarantined with the same answer",
          stack="guarded")
def robots(s):
    visitor = s.visitor()
    hasty = person(visitor.form(PAGE), "hasty@example.org")
    answers = [visitor.post(PAGE, hasty)]
    form = visitor.form(PAGE)
    check("website" in form.values, "the form has its trap")
    equal(form.values["website"], "", "the trap is empty")
    answers.append(visitor.post(PAGE, person(
        form, "trapped@example.org", website="http://spam.example/")))
    for answer in answers:
        equal(answer.status, 303, "status")
        contains(answer.header("Location"), PAGE + "/thanks", "where to")
    for email in ("hasty@example.org", "trapped@example.org"):
        equal(s.one("SELECT outcome FROM submission WHERE email ="
                    f" '{email}'"), "quarantined", f"outcome of {email}")
        equal(s.count("person", f"email = '{email}'"), 0, "persons made")
    equal(s.count("qualification_queue q JOIN submission b"
                  " ON b.id = q.submission_id",
                  "b.outcome = 'quarantined'"), 0, "queue rows")


@scenario("posts beyond the rate get 429 and a friendly page",
          stack="guarded")
def rate(s):
    visitor = s.visitor(address="203.0.113.50")
    sent = person(visitor.form(PAGE), "not an address")
    answers = together(60, lambda n: visitor.post(PAGE, sent))
    statuses = {getattr(a, "status", a) for a in answers}
    equal(statuses, {422, 429}, "statuses")
    refused = [a for a in answers if a.status == 429]
    contains(refused[0].text, "<html", "a page")
    contains(refused[0].header("Content-Type"), "text/html", "type")
    calm = s.visitor(address="203.0.113.200")
    equal(calm.get(PAGE).status, 200, "others are served")
