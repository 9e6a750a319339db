"""From the page to the qualification queue."""

import html
import json
import re

from check import check, contains, equal, scenario, until
from client import Form, filled
from stack import GENEVA, LYON, PAGE, PARIS, person

CONSENTS = ("consent.contact-phone", "consent.news-email")


def asset_link(answer):
    found = re.search(r'href="([^"]*/a/livre-blanc\?t=[^"]+)"', answer.text)
    check(found, "the thank-you page links the white paper")
    return re.sub(r"^https?://[^/]+", "", html.unescape(found.group(1)))


def thanks_of(visitor, answer):
    equal(answer.status, 303, "status of a good post")
    there = answer.header("Location")
    contains(there, PAGE + "/thanks", "where a good post leads")
    return visitor.get(there)


@scenario("the page has its form, a title and a language", short=True)
def page(s):
    for language, word in (("fr", "E-mail"), ("en", "Work e-mail")):
        answer = s.visitor(language=language).get(PAGE)
        equal(answer.status, 200, "status")
        contains(answer.text, f'<html lang="{language}"', "language")
        contains(answer.text, word, "the e-mail's label")
    contains(s.visitor(language="fr").get(PAGE + "?lang=en").text,
             '<html lang="en"', "?lang= wins")
    a = Form(s.visitor().get(PAGE).text).attributes
    equal(a["email"].get("autocomplete"), "email", "autocomplete")
    equal(a["phone"].get("inputmode"), "tel", "inputmode of phone")


@scenario("who chooses another language keeps where they came from")
def language(s):
    visitor = s.visitor(language="fr")
    for asked in ("?utm_source=lettre&utm_medium=email&lang=fr&gclid=a%20b",
                  "?utm_source=autre"):
        page = visitor.get(PAGE + asked).text
        there = html.unescape(
            re.search(r'href="([?]lang=en[^"]*)"', page).group(1))
        equal(there, "?lang=en&" + asked[1:].replace("lang=fr&", ""), "link")
    email = "langue@example.org"
    form = visitor.form(PAGE + there)
    equal(visitor.post(PAGE, person(form, email, CONSENTS[:1])).status, 303,
          "status")
    equal(s.one(f"SELECT source FROM submission WHERE email = '{email}'")
          .strip(), "autre", "source")


def captured(s, email, as_multipart):
    visitor = s.visitor(address=LYON)
    form = visitor.form(PAGE + "?utm_source=lettre&utm_medium=email"
                        "&gclid=abc123")
    answer = visitor.post(PAGE, person(
        form, email, CONSENTS[:1], phone="06 12 34 56 78", company="Lumière",
        postcode="69001", message="Deux lignes\r\net « guillemets » <b>"),
        as_multipart)
    thanks = thanks_of(visitor, answer)
    equal(thanks.status, 200, "status of the thank-you page")
    paper = visitor.get(asset_link(thanks))
    equal(paper.status, 200, "status of the white paper")
    contains(paper.body[:5], b"%PDF-", "the white paper's first bytes")
    equal(paper.header("Content-Type"), "application/pdf", "its type")
    check("X-Accel-Redirect" not in dict(paper.headers),
          "the inner path stays inside")


def stored(s, email):
    row = s.one(
        "SELECT row_to_json(t) FROM (SELECT page_key, form_key, variant_key,"
        " fields, email, phone, host(ip_prefix) AS ip, masklen(ip_prefix) AS"
        " mask, geo_country, geo_region, geo_city, geo_radius_km,"
        " geo_build::text, declared_postcode, source, medium, campaign_key,"
        " click_id, consent_hash, outcome, via, person_id, lead_id, id"
        f" FROM submission WHERE email = '{email}') t")
    check(row, f"a submission of {email}")
    return json.loads(row)


@scenario("a post becomes submission, person, lead, queue row", short=True)
def capture(s):
    for as_multipart, email in ((False, "ana@example.org"),
                                (True, "bea@example.org")):
        captured(s, email, as_multipart)
        row = stored(s, email)
        wanted = {"page_key": "livre-blanc", "form_key": "livre-blanc",
                  "phone": "+33612345678" , "ip": "192.0.2.0", "mask": 24,
                  "geo_country": "FR", "geo_region": "ARA",
                  "geo_city": "Lyon", "geo_radius_km": 5,
                  "geo_build": "2026-06-05", "declared_postcode": "69001",
                  "source": "lettre", "medium": "email",
                  "click_id": "abc123", "via": "form",
                  "campaign_key": "livre-blanc-2026"}
        for name, value in wanted.items():
            equal(row[name], value, f"submission.{name} of {email}")
        equal(row["outcome"], "new" if email[0] == "a" else row["outcome"],
              "outcome")
        check(row["variant_key"] in ("a", "b"), "a variant is noted")
        equal(len(row["consent_hash"] or ""), 64, "length of consent_hash")
        equal(row["fields"]["company"], "Lumière", "fields.company")
        equal(row["fields"]["message"].replace("\r\n", "\n"),
              "Deux lignes\net « guillemets » <b>", "fields.message")
        own = f"submission_id = '{row['id']}'"
        equal(s.count("qualification_queue", f"lead_id = {row['lead_id']}"),
              1, "queue rows of the lead")
        check(s.count("consent", own) >= 1, "the consent is kept")
        check(s.count("outbox", f"payload::text LIKE '%{row['id']}%'") >= 1,
              "an outbox row")
        equal(s.one("SELECT offer_key FROM lead WHERE id ="
                    f" {row['lead_id']}"), "audit-energie", "the lead's offer")


@scenario("the queue's rows are qualified by piste work", short=True)
def qualified(s):
    answer = s.submit("carl@entreprise.example", company="Entreprise")
    equal(answer.status, 303, "status")
    until(lambda: s.count(
        "lead l JOIN person p ON p.id = l.person_id",
        "p.email = 'carl@entreprise.example' AND l.score IS NOT NULL"
        " AND l.score > 0"), 10, "the lead has a score")
    until(lambda: s.count(
        "qualification_queue q JOIN submission b ON b.id = q.submission_id",
        "b.email = 'carl@entreprise.example' AND q.state = 'done'"), 10,
        "its queue row is done")


@scenario("where a visitor is comes from the vouched-for address")
def geo(s):
    cases = ((PARIS, "127.0.0.0/24", "FR", "Paris"),
             (GENEVA, "2001:db8::/48", "CH", "Genève"),
             ("198.51.100.9", "198.51.100.0/24", "BE", "Bruxelles"),
             ("10.1.2.3", "10.1.2.0/24", "", ""),
             ("nonsense", "127.0.0.0/24", "", ""))
    for n, (address, prefix, country, city) in enumerate(cases):
        email = f"geo{n}@example.org"
        answer = s.submit(email, s.visitor(address=address))
        equal(answer.status, 303, f"status from {address}")
        got = s.one("SELECT ip_prefix, coalesce(geo_country, ''),"
                    " coalesce(geo_city, '') FROM submission"
                    f" WHERE email = '{email}'")
        equal(got, f"{prefix}|{country}|{city}", f"place of {address}")


@scenario("the same person again is an update or a repeat, and not told")
def again(s):
    answers, email = [], "dora@example.org"
    for company in ("Un", "Un", "Deux"):
        visitor = s.visitor()
        answer = s.submit(email, visitor, company=company)
        answers.append((answer.status, answer.header("Location").split("?")[0],
                        sorted(k for k, _ in answer.headers)))
    equal(len({str(a) for a in answers}), 1, "kinds of answer")
    equal(s.sql("SELECT outcome FROM submission WHERE email ="
                f" '{email}' ORDER BY received_at, id"),
          ["new", "repeat", "update"], "outcomes")
    equal(s.count("person", f"email = '{email}'"), 1, "persons")
    equal(s.count("submission", f"email = '{email}'"), 3, "submissions")
    equal(s.count("qualification_queue q JOIN lead l ON l.id = q.lead_id"
                  " JOIN person p ON p.id = l.person_id",
                  f"p.email = '{email}' AND q.state IN ('ready', 'claimed')"),
          s.count("qualification_queue q JOIN lead l ON l.id = q.lead_id"
                  " JOIN person p ON p.id = l.person_id",
                  f"p.email = '{email}' AND q.state <> 'done'"), "open rows")


@scenario("what was typed is stored exactly and shown safely")
def exact(s):
    odd = ("\u00e9\U0001f600 <script>alert(1)</script> \"' & \\ %00 {{X}}"
           " ${x} '; DROP TABLE lead; --")
    answer = s.submit("exact@example.org", message=odd, company="O'Neil & <i>")
    equal(answer.status, 303, "status")
    row = stored(s, "exact@example.org")
    equal(row["fields"]["message"], odd, "the message")
    equal(row["fields"]["company"], "O'Neil & <i>", "the company")
    visitor = s.visitor()
    form = visitor.form(PAGE)
    answer = visitor.post(PAGE, person(form, "not an address", message=odd))
    equal(answer.status, 422, "status")
    equal(Form(answer.text).values["message"], odd, "the message, back")
    check("<script>alert" not in answer.text, "it is escaped")


@scenario("the largest post comes back whole", short=True)
def largest(s):
    visitor = s.visitor()
    form = visitor.form(PAGE)
    names = ("email", "first_name", "last_name", "phone", "company",
             "postcode", "message")
    for each in (16000, 16384):
        answer = visitor.post(PAGE, filled(form, **{
            name: '"' * each for name in names}), True)
        equal(answer.status, 422, "status")
        values = Form(answer.text).values
        equal([len(values[name]) for name in names], [each] * len(names),
              "what came back")
        contains(answer.text, "</html>", "the page's end")


@scenario("a link to the white paper that is not ours is refused")
def wrong_link(s):
    site = s.export()
    site["pages"].append(dict(site["pages"][0], key="jumelle"))
    equal(s.apply(site).returncode, 0, "apply of another page")
    until(lambda: s.visitor().get("/p/jumelle").status == 200, 2, "the page")
    visitor = s.visitor()
    good = asset_link(thanks_of(visitor, s.submit("eve@example.org",
                                                  visitor)))
    bad = good[:-6] + ("AAAAAA" if not good.endswith("AAAAAA") else "BBBBBB")
    for path, status in ((good, 200), (bad, 403),
                         ("/a/livre-blanc?t=", 403), ("/a/livre-blanc", 403),
                         ("/a/jumelle" + good[good.index("?"):], 403),
                         ("/a/none" + good[good.index("?"):], 404)):
        equal(visitor.get(path).status, status, path)
    form = visitor.form(PAGE)
    equal(visitor.get("/a/livre-blanc?t=" + form.values["piste_token"])
          .status, 403, "a form's token as a link")


@scenario("a link to the white paper expires", stack="guarded")
def expired_link(s):
    visitor = s.visitor()
    form = visitor.form(PAGE)
    link = asset_link(thanks_of(visitor, visitor.post(
        PAGE, person(form, "late@example.org"))))
    equal(visitor.get(link).status, 200, "at first")
    answer = until(lambda: [a for a in [visitor.get(link)]
                            if a.status == 410], 5, "410 once expired")[0]
    contains(answer.text, "<html", "a page that explains")
