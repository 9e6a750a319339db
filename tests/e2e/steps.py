"""Forms in steps, half-filled ones, questions asked by turns, and pages that
greet whom their link was made for."""

import json
import os
import re
import urllib.parse

from check import check, contains, equal, scenario, until
from client import Form, filled
from stack import GENEVA, PARIS, ROOT

PAGE = "/p/bilan"
POST = PAGE + "/files"
NEXT = "/p/mieux-vous-connaitre"


def definition():
    path = os.path.join(ROOT, "templates/demo/steps.json")
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def ready(s):
    if s.visitor().get(PAGE).status != 200:
        ran = s.apply(definition())
        equal(ran.returncode, 0, ran.stderr)
        until(lambda: s.visitor().get(NEXT).status == 200, 10,
              "the pages are there")


def first(s, visitor=None, path=PAGE):
    ready(s)
    return (visitor or s.visitor()).form(path)


def step(s, form, back=False, boxes=(), path=POST, **values):
    """Answer a step: the answer, and the form that came of it."""
    pairs = filled(form, boxes, **values)
    # A browser posts what is ticked alone, and an empty file as nothing.
    pairs = [(k, v) for k, v in pairs if k not in ("bill",)]
    if back:
        pairs.append(("piste_back", "1"))
    answer = s.visitor().post(path, pairs, True)
    return answer, Form(answer.text)


def through(s, email, boxes=(), **values):
    """The last step of a form whose first two were answered."""
    _, form = step(s, first(s), boxes=boxes, email=email, first_name="Ana",
                   place="plant")
    answer, form = step(s, form, surface="120", **values)
    contains(answer.text, "Étape 3 sur 3", "the last step")
    return form


def started(s):
    return int(s.one("SELECT coalesce(sum(started), 0) FROM form_started"
                     " WHERE page_key = 'bilan'"))


@scenario("a form in steps is sent whole", short=True)
def whole(s):
    form = first(s)
    page = s.visitor().get(PAGE)
    contains(page.text, "Étape 1 sur 3", "how far it is")
    equal(set(form.attributes) & {"first_name", "email", "place", "surface",
                                  "project", "consent.contact-phone"},
          {"first_name", "email", "place"}, "what the first step asks")
    equal(page.header("cache-control"), "private, no-cache",
          "who goes back finds the step before")
    before = started(s)
    answer, second = step(s, form, email="ana@etapes.example",
                          first_name="Ana", place="plant")
    equal(answer.status, 200, "the first step")
    contains(answer.text, "Étape 2 sur 3", "how far it is now")
    contains(answer.text, "<title>Étape 2 sur 3", "also in the title")
    check("<div class=\"summary\"" not in answer.text, "nothing is wrong yet")
    check("surface" in second.attributes, "what the answer calls for")
    check("people" not in second.attributes, "and not what it does not")
    equal(second.values["email"], "ana@etapes.example", "carried along")
    answer, third = step(s, second, surface="12", themes="heat")
    contains(answer.text, "Étape 3 sur 3", "the last step")
    check("consent.contact-phone" in third.boxes, "boxes stand in the last")
    answer, _ = step(s, third, boxes=["consent.contact-phone"],
                     project="Toit")
    equal(answer.status, 303, "sent")
    contains(answer.header("location"), "/thanks?k=", "who goes on is known")
    equal(json.loads(s.one("SELECT fields FROM submission WHERE email ="
                           " 'ana@etapes.example'")),
          {"first_name": "Ana", "email": "ana@etapes.example",
           "place": "plant", "themes": ["heat"], "surface": "12",
           "project": "Toit", "consent.contact-phone": True}, "what is kept")
    until(lambda: started(s) == before + 1, 10, "one form was begun")


@scenario("each step is judged alone, the whole at the end")
def judged(s):
    answer, back = step(s, first(s), email="not an address",
                        first_name="Bea", place="")
    equal(answer.status, 422, "a step with mistakes")
    equal(set(back.messages), {"email", "place"}, "what is told of")
    contains(answer.text, "Étape 1 sur 3", "it stays")
    answer, second = step(s, back, email="bea@etapes.example",
                          place="office")
    equal(answer.status, 200, "corrected")
    answer, third = step(s, second, people="4")
    # Who changes what was carried along, or sends the end at once.
    answer, form = step(s, third, email="broken", people="none")
    equal(answer.status, 422, "a whole with mistakes")
    contains(answer.text, "Étape 1 sur 3", "leads to the first of them")
    equal(set(form.messages), {"email"}, "and tells of that step alone")
    answer, form = step(s, form, email="bea@etapes.example")
    answer, form = step(s, form)
    equal((answer.status, set(form.messages)), (422, {"people"}),
          "then the next")
    equal(s.count("submission", "email = 'bea@etapes.example'"), 0,
          "nothing is taken before")
    # No stage, or a forged one, is the first step with what was typed.
    for stage in (None, "AAAA"):
        answer, form = step(s, third, piste_stage=stage)
        equal(answer.status, 200, f"stage {stage}")
        contains(answer.text, "Étape 2 sur 3", "no step is skipped")
        equal(form.values["first_name"], "Bea", "nothing is lost")


@scenario("back keeps what was typed, and what is ticked")
def back(s):
    form = through(s, "cal@etapes.example")
    answer, form = step(s, form, back=True, project="Un\r\ndeux",
                        boxes=["consent.contact-phone"])
    equal(answer.status, 200, "back")
    contains(answer.text, "Étape 2 sur 3", "a step back")
    answer, form = step(s, form, back=True, surface="not a number")
    equal(answer.status, 200, "back with a mistake")
    contains(answer.text, "Étape 1 sur 3", "and another")
    equal(form.values["project"], "Un\r\ndeux", "a text with lines")
    # The other answer asks the other question, and the mistake is gone.
    answer, form = step(s, form, place="office")
    check("people" in form.attributes, "the other question")
    answer, form = step(s, form, people="3")
    equal((form.values["project"], form.boxes["consent.contact-phone"]),
          ("Un\r\ndeux", True), "all is there again")
    answer, _ = step(s, form, boxes=["consent.contact-phone"])
    equal(answer.status, 303, "sent")
    kept = json.loads(s.one("SELECT fields FROM submission WHERE email ="
                            " 'cal@etapes.example'"))
    equal((kept.get("surface"), kept["people"], kept["project"]),
          (None, "3", "Un\ndeux"), "what is kept")


@scenario("what robots do to a first step is known at the last")
def trapped(s):
    _, form = step(s, first(s), email="bot@etapes.example", first_name="B",
                   place="plant", website="http://spam.example")
    _, form = step(s, form, surface="1", website="")
    answer, _ = step(s, form, website="")
    equal(answer.status, 303, "status")
    equal(s.one("SELECT outcome, quarantine_reason FROM submission WHERE"
                " email = 'bot@etapes.example'"), "quarantined|trapped",
          "what became of it")


def drafts(s, where="true"):
    return s.count("draft", where)


@scenario("a half-filled form is kept if its box is ticked, and goes")
def draft(s):
    before = drafts(s)
    through(s, "nobody@etapes.example")
    equal(drafts(s), before, "without the box nothing is kept")
    form = first(s)
    check(not form.boxes["piste_keep"], "the box is not ticked")
    _, form = step(s, form, boxes=["piste_keep"], first_name="Dan",
                   email="Dan@etapes.example", place="plant")
    equal(s.one("SELECT fields->>'first_name', lang, email, expires_at >"
                " now() + interval '13 days' AND expires_at <= now() +"
                " interval '14 days', agreed_text LIKE 'Si je%' FROM draft"
                " WHERE page_key = 'bilan'"), "Dan|fr|Dan@etapes.example|t|t",
          "what is kept")
    check(form.boxes["piste_keep"], "the box stays ticked")
    equal(s.count("person", "email ILIKE 'dan@etapes.example'"), 0,
          "it makes nobody a lead")
    # Unticked again it is gone, even beside a mistake.
    answer, form = step(s, form, surface="many")
    equal(answer.status, 422, "no number")
    equal(drafts(s), before, "withdrawn")
    _, third = step(s, form, surface="1")
    equal(drafts(s), before, "and not kept again")
    _, form = step(s, third, back=True)
    _, third = step(s, form, boxes=["piste_keep"], surface="2")
    equal(drafts(s), before + 1, "kept again")
    equal(third.values["piste_keep"], "1", "the last step remembers")
    answer, _ = step(s, third)
    equal(answer.status, 303, "sent")
    until(lambda: drafts(s) == before, 5, "what was sent is no draft")
    # A form that comes back for an advice is the same one.
    keep = ["piste_keep"]
    _, form = step(s, first(s), boxes=keep, first_name="Dan",
                   email="dan@etapes.example", place="plant")
    _, form = step(s, form, back=True, boxes=keep)
    answer, form = step(s, form, boxes=keep, email="dan@gmial.com")
    equal(answer.status, 422, "an advice")
    _, form = step(s, form, boxes=keep)
    equal(drafts(s), before + 1, "one draft of it")
    _, form = step(s, form, boxes=keep, surface="3")
    answer, _ = step(s, form)
    equal(answer.status, 303, "sent")
    until(lambda: drafts(s) == before, 5, "nothing is left of it")
    # And what is never sent expires.
    step(s, first(s), boxes=["piste_keep"], first_name="Eve",
         email="eve@etapes.example", place="plant")
    s.sql("UPDATE draft SET expires_at = now()")
    equal(s.piste("work", "--once").returncode, 0, "piste work --once")
    equal(drafts(s), 0, "expired")


def link(s, *words):
    ran = s.piste("link", "mieux-vous-connaitre", *words)
    equal(ran.returncode, 0, ran.stderr)
    return ran.stdout.strip()


def path_of(url):
    u = urllib.parse.urlsplit(url)
    return f"{u.path}?{u.query}"


def questions(form):
    return [n for n in ("company", "project", "job", "phone")
            if n in form.attributes]


def take_next(s, form, **values):
    return s.visitor().post(NEXT, filled(form, **values))


@scenario("questions are asked by turns of whom a link is made for")
def turns(s):
    form = first(s, path=NEXT)
    equal(questions(form), ["company", "project"], "of somebody unknown")
    equal(take_next(s, form, email="fay@etapes.example", company="Fay SA",
                    project="A roof").status, 303, "two answers")
    person = s.one("SELECT id FROM person WHERE email = 'fay@etapes.example'")
    url = link(s, "--person", person)
    check("fay" not in url.lower(), "no address in it")
    page = s.visitor().get(path_of(url))
    form = Form(page.text)
    equal(questions(form), ["job", "phone"], "the next two")
    check("Fay SA" not in page.text and "roof" not in page.text,
          "no value is told")
    equal(page.header("cache-control"), "private, no-store", "not kept")
    answer = take_next(s, form, email="fay@etapes.example", job="")
    equal(answer.status, 422, "what is asked is required")
    equal(questions(Form(answer.text)), ["job", "phone"], "the same two")
    equal(take_next(s, Form(answer.text), email="fay@etapes.example",
                    job="Chef", company="Forged").status, 303, "answered")
    equal(s.one("SELECT fields FROM submission WHERE email ="
                " 'fay@etapes.example' ORDER BY seq DESC LIMIT 1"),
          '{"job": "Chef", "email": "fay@etapes.example"}',
          "what was not asked is not kept")
    # Two more of those who came from the thanks, of what they just sent.
    sent, _ = step(s, through(s, "gil@etapes.example"), project="Un toit")
    thanks = s.visitor().get(sent.header("location"))
    onward = re.search(r'href="(/p/mieux-vous-connaitre\?k=[^"]+)"',
                       thanks.text)[1]
    equal(questions(s.visitor().form(onward)), ["company", "job"],
          "not what was just said")
    # Of an address somebody else once typed here nothing is told.
    sent, _ = step(s, through(s, "fay@etapes.example"), project="Un toit")
    thanks = s.visitor().get(sent.header("location"))
    onward = re.search(r'href="(/p/mieux-vous-connaitre\?k=[^"]+)"',
                       thanks.text)[1]
    equal(questions(s.visitor().form(onward)), ["company", "job"],
          "who types a known address learns nothing")


def headline(page):
    return re.search("<h1>(.*?)</h1>", page.text)[1]


@scenario("a page greets whom its link is made for, and nobody else")
def greeted(s):
    ready(s)
    url = path_of(link(s, "--part", "first_name=Zoé <b>"))
    page = s.visitor().get(url)
    equal(headline(page), "Bonjour Zoé &lt;b&gt;", "by name, escaped")
    equal(page.header("cache-control"), "private, no-store", "not kept")
    equal(headline(s.visitor().get(url + "&lang=en")),
          "Hello Zoé &lt;b&gt;", "in English")
    usual = s.visitor().get(NEXT)
    equal(headline(usual), "Bonjour et bienvenue", "the default")
    for broken in (NEXT + "?k=", NEXT + "?k=AAAA", url[:-2] + "xx",
                   NEXT + "?k=" + "A" * 3000, NEXT + "?k=%ff%00"):
        page = s.visitor().get(broken)
        equal((page.status, headline(page)), (200, "Bonjour et bienvenue"),
              broken[:60])
    other = s.visitor().get(url.replace(NEXT, PAGE))
    equal(other.status, 200, "a link for another page")
    s.sql("UPDATE recipient SET expires_at = now()")
    equal(headline(s.visitor().get(url)), "Bonjour et bienvenue", "expired")
    s.piste("work", "--once")
    equal(s.count("recipient"), 0, "and forgotten")
    s.submit("greeted@etapes.example")
    person = s.one("SELECT id FROM person WHERE email ="
                   " 'greeted@etapes.example'")
    name = s.one(f"SELECT first_name FROM person WHERE id = {person}")
    equal(headline(s.visitor().get(path_of(link(s, "--person", person)))),
          f"Bonjour {name}", "somebody we know")
    for words in (("--part", "nickname=Zoé"), ("--part", "first_name="),
                  ("--person", "999999"), ("--part", "first_name=" + "x" * 81),
                  ()):
        ran = s.piste("link", "mieux-vous-connaitre", *words)
        check(ran.returncode, f"piste link {words}")
        equal(ran.stdout, "", f"piste link {words}")


@scenario("parameters and rules fill what the page declares")
def parameters(s):
    ready(s)

    def lead(query, language="fr"):
        page = s.visitor(language=language).get(NEXT + query)
        equal(page.status, 200, query)
        return re.search('<p class="lead">(.*?)</p>', page.text)[1]

    usual = "Deux questions sur l&#39;énergie à votre ville."
    equal(lead(""), usual, "the default")
    equal(lead("?city=Lyon"), "Deux questions sur l&#39;énergie à Lyon.",
          "a city")
    equal(lead("?city=%3Cscript%3E"),
          "Deux questions sur l&#39;énergie à &lt;script&gt;.", "escaped")
    equal(lead("?city=L%00yon"), usual, "a NUL")
    equal(lead("?city=Ly%0d%0a%e2%80%aeon"),
          "Deux questions sur l&#39;énergie à Lyon.", "controls go")
    equal(lead("?city=" + "x" * 41), usual, "too long")
    equal(lead("?city=" + "%C3%A9" * 40),
          "Deux questions sur l&#39;énergie à " + "é" * 40 + ".", "the most")
    equal(lead("?city=%7Bfirst_name%7D"),
          "Deux questions sur l&#39;énergie à {first_name}.", "no place")
    equal(lead("?region=Lyon"), usual, "what is not declared")
    equal(lead("", "en"), "Two questions about energy in your place.",
          "the place's own default")
    contains(s.visitor().get(NEXT + "?utm_source=lettre").text,
             "Vous venez de\u00a0: lettre.", "from the touch")
    check("In English" in s.visitor(language="en").get(NEXT).text,
          "a rule by language")
    for more, eyebrow in (({"address": GENEVA}, "Belgique et Suisse"),
                          ({"address": GENEVA, "language": "en"},
                           "Belgium and Switzerland"),
                          ({"address": PARIS}, "France"),
                          ({"address": "203.0.113.9"}, "France")):
        contains(s.visitor(**more).get(NEXT).text,
                 f'<p class="eyebrow">{eyebrow}</p>', f"a rule for {more}")
    # It goes no further than the page.
    form = s.visitor().form(NEXT + "?city=Paris-sur-Rien")
    equal(take_next(s, form, email="hal@etapes.example", company="H",
                    project="P").status, 303, "sent")
    equal(s.one("SELECT count(*) FROM submission WHERE submission::text LIKE"
                " '%sur-Rien%'"), "0", "no submission has it")
    check("sur-Rien" not in s.logs(), "and no log")


@scenario("without its database a link shows the default", stack="faults")
def away(s):
    ready(s)
    url = path_of(link(s, "--part", "first_name=Zoé"))
    equal(headline(s.visitor().get(url)), "Bonjour Zoé", "with it")
    s.cluster("stop", "immediate")
    try:
        page = s.visitor().get(url)
        equal((page.status, headline(page)), (200, "Bonjour et bienvenue"),
              "without it")
        answer, form = step(s, s.visitor().form(PAGE), boxes=["piste_keep"],
                            first_name="Ida", email="ida@etapes.example",
                            place="plant")
        equal(answer.status, 200, "steps go on")
        answer, form = step(s, form, surface="4")
        answer, _ = step(s, form)
        equal(answer.status, 303, "and the form is taken")
    finally:
        s.cluster("start")
    s.drained()
    equal(s.count("submission", "email = 'ida@etapes.example'"), 1, "once")
    until(lambda: headline(s.visitor().get(url)) == "Bonjour Zoé", 30,
          "the name once it is back")
    s.cluster("stop", "immediate")
    s.cluster("start")
    equal(headline(s.visitor().get(url)), "Bonjour Zoé", "its session was cut")


@scenario("mistakes in steps, stock and words are named, and export agrees")
def defined(s):
    ready(s)
    wanted = definition()
    given = s.export()
    for sort in ("forms", "pages"):
        for one in wanted[sort]:
            equal([x for x in given[sort] if x["key"] == one["key"]], [one],
                  f"{sort} {one['key']}")
    wanted["forms"][0]["steps"][1]["fields"].pop()
    wanted["pages"][1]["variants"][0]["parts"]["lead"]["fr"] = "{ville}"
    ran = s.apply(wanted)
    check(ran.returncode, "refused")
    contains(ran.stderr, "$.forms[0].steps[2].fields[0]", "a field left out")
    contains(ran.stderr, "$.pages[1].variants[0].parts.lead.fr",
             "a word nobody declared")
