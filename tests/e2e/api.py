"""Forms sent by programs, and shown on somebody else's pages."""

import json
import os
import re
import statistics
import time

import experiments
from check import check, contains, equal, scenario, until
from client import Form, filled
from stack import LYON, PAGE, PARIS, ROOT, person

API = "/api/v1/pages/livre-blanc/submissions"
SHOP, OTHER = "https://shop.example", "https://other.example"
ORIGINS = [
    {"key": "shop", "origin": SHOP, "pages": ["livre-blanc", "framed"]},
    {"key": "crm", "server": True, "pages": ["livre-blanc", "old"]},
    {"key": "other", "origin": OTHER, "pages": ["old"]},
]
ROUNDS = 12
SLOWER_MAX = 5		# medians: a generous bound on a shared machine
GOOD = {"first_name": "Ana", "last_name": "Lopes"}

with open(os.path.join(ROOT, "static/openapi.json"), encoding="utf-8") as f:
    DESCRIPTION = json.load(f)


def follow(node):
    while "$ref" in node:
        path, node = node["$ref"].split("/")[1:], DESCRIPTION
        for name in path:
            node = node[name]
    return node


TYPES = {"object": dict, "string": str, "integer": int, "array": list,
         "boolean": bool}


def fits(value, schema):
    """As much of JSON Schema as the description's answers use."""
    schema = follow(schema)
    if "anyOf" in schema:
        return any(fits(value, one) for one in schema["anyOf"])
    if not isinstance(value, TYPES[schema["type"]]):
        return False
    if schema["type"] != "object":
        return True
    members, others = schema.get("properties", {}), \
        schema.get("additionalProperties", True)
    return set(schema.get("required", ())) <= set(value) and all(
        fits(v, members[k]) if k in members else
        others is True or (others and fits(v, others))
        for k, v in value.items())


def once_each(pairs):
    equal(len(dict(pairs)), len(pairs), f"names in {pairs}")
    return dict(pairs)


def documented(method, path, answer):
    """Is it an answer that the description names?"""
    pattern = re.sub("/pages/[^/]+/", "/pages/{page}/", path.split("?")[0])
    said = follow(DESCRIPTION["paths"][pattern][method.lower()]
                  ["responses"].get(str(answer.status), {}))
    what = f"{method} {path} {answer.status}"
    check(said, f"{what} is in the description: {answer.text[:200]}")
    for name in said.get("headers", ()):
        check(answer.header(name), f"{what} has {name}")
    kind = answer.header("Content-Type").split(";")[0]
    if "content" in said:
        contains(list(said["content"]), kind, f"type of {what}")
        body = json.loads(answer.text, object_pairs_hook=once_each)
        check(fits(body, said["content"][kind]["schema"]),
              f"{what} is as described: {body}")
        if kind == "application/problem+json":
            equal(body["status"], answer.status, f"status in {what}")
    return answer


def ready(s):
    """The site with origins and an archived page; keys by origin."""
    if not hasattr(s, "api_keys"):
        site = s.export()
        old = dict(site["pages"][0], key="old", archived=True)
        first = old["variants"][0]
        tested = dict(old, key="framed", archived=False,
                      variants=[first, dict(first, key="b")])
        ran = s.apply({"pages": [old, tested], "origins": ORIGINS,
                       "experiments": [{"key": "framed", "page": "framed",
                                        "weights": {"a": .01, "b": .99}}]})
        equal(ran.returncode, 0, ran.stderr)
        until(lambda: s.visitor().request("OPTIONS", API, None, {
            "Origin": SHOP}).status == 204, 10, "the origins are known")
        s.api_keys = {o["key"]: s.piste("origin", o["key"]).stdout.strip()
                      for o in ORIGINS}
    return s.api_keys


def send(s, body, key="crm", path=API, origin=None, **headers):
    keys = ready(s)
    sent = {"Content-Type": "application/json"}
    if key:
        sent["Authorization"] = "Bearer " + keys.get(key, key)
    if origin:
        sent["Origin"] = origin
    sent.update({k.replace("_", "-"): v for k, v in headers.items()})
    if not isinstance(body, (bytes, str)):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    visitor = s.visitor(language=headers.get("Accept_Language", "fr"))
    return documented("POST", path,
                      visitor.request("POST", path, body, sent))


def fields(email, **more):
    return {"fields": dict(GOOD, email=email, **more)}


def schema(s, lang="fr"):
    ready(s)
    path = f"/api/v1/pages/livre-blanc/schema?lang={lang}"
    answer = documented("GET", path, s.visitor().get(path))
    equal(answer.status, 200, "status of schema")
    return json.loads(answer.text)


def problem(answer, status, response=None):
    equal(answer.status, status, f"status: {answer.text[:300]}")
    said = json.loads(answer.text)
    if response:
        contains(said["type"], "/components/responses/" + response, "type")
    else:
        equal(said["type"], "about:blank", "type")
    return said


@scenario("a form sent as JSON goes the form's road, and is there once",
          short=True)
def taken(s):
    hashed = schema(s, "en")["properties"]["consent_hash"]["const"]
    body = {"lang": "en", "fields": dict(
        GOOD, email="Api.Ana@Firme.example", phone="06 12 34 56 78",
        postcode=75002, company="Étoile & Fils"),
        "consents": {"news-email": True, "contact-phone": False},
        "consent_hash": hashed,
        "touch": {"source": "partner", "medium": "mail", "campaign": "c1",
                  "click_id": "k9"}}
    answer = send(s, body)
    equal(answer.status, 201, answer.text)
    equal(answer.all("Set-Cookie"), [], "cookies")
    ident = json.loads(answer.text)["id"]
    equal(s.sql("SELECT outcome, via, email, phone, declared_postcode, lang,"
                " source, medium, campaign_key, click_id, variant_key,"
                " consent_hash FROM submission WHERE id ="
                f" '{ident}'"),
          [f"new|api|Api.Ana@firme.example|+33612345678|75002|en|partner|mail"
           f"|c1|k9|a|{hashed}"], "the submission")
    equal(json.loads(s.one("SELECT fields FROM submission WHERE id ="
                           f" '{ident}'"))["company"], "Étoile & Fils",
          "a field")
    equal(s.sql("SELECT consent_key, lang, via, block_hash FROM consent"
                f" WHERE submission_id = '{ident}'"),
          [f"news-email|en|api|{hashed}"], "consents")
    equal(s.count("qualification_queue", f"submission_id = '{ident}'"), 1,
          "queue rows")
    equal(s.piste("proof", "--verify").returncode, 0, "the proof holds")
    # A program's address is nobody's, a browser's is the person's.
    equal(send(s, fields("api-shop@firme.example"), "shop", origin=SHOP,
               X_Forwarded_For=PARIS).status, 201, "from a browser")
    equal(s.sql("SELECT origin_key, ip_prefix IS NULL, geo_country IS NULL"
                f" FROM submission WHERE id = '{ident}' OR email ="
                " 'api-shop@firme.example' ORDER BY seq"),
          ["crm|t|t", "|f|f"], "whose address is kept")


@scenario("an Idempotency-Key names one submission of its origin", short=True)
def idempotent(s):
    once = {"Idempotency_Key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}
    ids = set()
    for _ in range(3):
        answer = send(s, fields("once@firme.example"), **once)
        equal(answer.status, 201, answer.text)
        ids.add(json.loads(answer.text)["id"])
    answer = send(s, fields("once@firme.example"),
                  Idempotency_Key="8e03978e-40d5-43dd-bc93-6894a57f9324")
    ids.add(json.loads(answer.text)["id"])
    equal(len(ids), 1, "ids of one submission sent four times")
    equal(s.count("submission", "email = 'once@firme.example'"), 1, "rows")
    equal(ids.pop()[14], "8", "the version of its id")
    problem(send(s, fields("else@firme.example"), **once), 422, "KeyReused")
    equal(s.count("submission", "email = 'else@firme.example'"), 0,
          "rows of other content")
    # Another origin's names are its own.
    answer = send(s, fields("shop@firme.example"), "shop", origin=SHOP, **once)
    equal(answer.status, 201, "the same name by another origin")
    # Without one each is a submission.
    two = {json.loads(send(s, fields("two@firme.example")).text)["id"]
           for _ in range(2)}
    equal(len(two), 2, "ids without a key")
    for wrong in ("", '""', "a b", '"a\\\\"', "é", "x" * 129):
        answer = send(s, fields("never@firme.example"),
                      Idempotency_Key=wrong.encode())
        if not wrong:
            equal(answer.status, 201, "an empty header is none")
        else:
            problem(answer, 400, "Malformed")
    equal(send(s, fields("long@firme.example"),
               Idempotency_Key='"' + "x" * 128 + '"').status, 201,
          "the longest")


@scenario("what can't be taken is told by field, in the caller's language",
          short=True)
def wrong_fields(s):
    texts = set()
    for lang, word in (("fr", "e-mail"), ("en", "e-mail")):
        said = problem(send(s, {"fields": {"first_name": "A", "phone": "06"}},
                            Accept_Language=lang), 422, "Invalid")
        equal({k: v["code"] for k, v in said["errors"].items()},
              {"email": "missing", "last_name": "missing",
               "phone": "not-phone"}, "errors")
        contains(said["errors"]["email"]["message"], word, "message")
        texts.add(said["errors"]["email"]["message"])
    equal(len(texts), 2, "languages of a message")
    mail = fields("api-wrong@firme.example")
    hashed = schema(s)["properties"]["consent_hash"]["const"]
    for more, wanted in (
            ({"fields": dict(mail["fields"], website="x")},
             {"/fields/website": "unknown"}),
            ({"fields": dict(mail["fields"], company={})},
             {"/fields/company": "wrong-kind"}),
            ({"fields": dict(mail["fields"], company="a\u0007")},
             {"company": "not-text"}),
            ({"fields": dict(mail["fields"], company=["a", "b"])},
             {"company": "repeated"}),
            ({"fields": dict(mail["fields"], message="x" * 2001)},
             {"message": "too-long"}),
            ({"colour": "red"}, {"/colour": "unknown"}),
            ({"x" * 64 + "1": 1, "x" * 64 + "2": 2},
             {"/" + "x" * 64: "unknown"}),
            ({"lang": "de"}, {"/lang": "not-language"}),
            ({"touch": {"ip": "1.2.3.4"}}, {"/touch/ip": "unknown"}),
            ({"consents": {"sell": True}}, {"/consents/sell": "unknown"}),
            ({"consents": {"news-email": "true"}},
             {"/consents/news-email": "wrong-kind"}),
            ({"consents": {"news-email": True}},
             {"/consent_hash": "consent-unseen"}),
            ({"consents": {"news-email": True}, "consent_hash": "0" * 64},
             {"/consent_hash": "consent-changed"}),
            # French texts are not what an English form showed.
            ({"lang": "en", "consents": {"news-email": True},
              "consent_hash": hashed},
             {"/consent_hash": "consent-changed"})):
        said = problem(send(s, dict(mail, **more)), 422, "Invalid")
        equal({k: v["code"] for k, v in said["errors"].items()}, wanted,
              f"errors of {more}")
        check(all(v["message"] for v in said["errors"].values()), "messages")
    equal(s.count("submission", "email = 'api-wrong@firme.example'"), 0,
          "rows of what was refused")


@scenario("what a program did wrong is told in its language", short=True)
def languages(s):
    ready(s)
    mail, old = fields("api-lang@firme.example"), API.replace(
        "livre-blanc", "old")
    send(s, mail, Idempotency_Key="lang")
    for what, status, body, more in (
            ("no field", 422, {}, {}), ("no JSON", 400, b"{", {}),
            ("a wrong name", 400, mail, {"Idempotency_Key": "a b"}),
            ("a name of another", 422, fields("api-lang2@firme.example"),
             {"Idempotency_Key": "lang"}),
            ("no key", 401, mail, {"key": None, "origin": SHOP}),
            ("a wrong key", 401, mail, {"key": "x"}),
            ("an origin", 403, mail, {"key": "shop", "origin": OTHER}),
            ("no origin", 403, mail, {"key": "shop"}),
            ("other pages", 403, mail, {"key": "other", "origin": OTHER}),
            ("no page", 401, mail, {"key": "x", "path": old}),
            ("too much", 413, fields("x" * 17000), {}),
            ("no type", 415, mail, {"Content_Type": "text/plain"})):
        said = {}
        for lang in ("fr", "en"):
            answer = send(s, body, **dict(more, Accept_Language=lang))
            equal((answer.status, answer.header("Content-Language")),
                  (status, lang), f"the answer to {what}")
            said[lang] = json.loads(answer.text)
        part = "title" if status in (400, 422) else "detail"
        check(said["fr"][part] != said["en"][part],
              f"the words on {what}: {said}")


@scenario("known and unknown people are answered alike, by every road")
def alike(s):
    """With double opt-in, by a form in steps that is kept, by a program."""
    label = {"fr": "Texte", "en": "Text"}
    form = {"country": "FR", "asset_delivery": "confirmed", "fields": [
        {"name": "email", "kind": "email", "required": True, "label": label},
        {"name": "name", "kind": "name", "label": label}]}
    steps = {"steps": [{"key": k, "title": label, "fields": [k]}
                       for k in ("email", "name")],
             "draft": {"days": 3, "text": label}}
    ran = s.apply({
        "forms": [dict(form, key="alike"), dict(form, key="alike-steps",
                                                **steps)],
        "pages": [experiments.page(k, "a", form=k, asset="livre-blanc.pdf")
                  for k in ("alike", "alike-steps")],
        "origins": [{"key": "alike", "server": True, "pages": ["alike"]}]})
    equal(ran.returncode, 0, f"apply: {ran.stderr}")
    until(lambda: s.visitor().get("/p/alike-steps").status == 200, 10,
          "the pages")
    key = s.piste("origin", "alike").stdout.strip()

    def by_form(email):
        visitor = s.visitor()
        form = visitor.form("/p/alike")
        return visitor, [lambda: visitor.post(form.action, filled(
            form, email=email))]

    def by_steps(email):
        visitor = s.visitor()
        shown = [visitor.form("/p/alike-steps")]

        def step(**values):
            answer = visitor.post(shown[-1].action, filled(
                shown[-1], ("piste_keep",) if values else (), **values))
            shown.append(Form(answer.text))
            return answer
        return visitor, [lambda: step(email=email), step]

    def by_program(email):
        visitor = s.visitor()
        return visitor, [lambda: visitor.request(
            "POST", "/api/v1/pages/alike/submissions", json.dumps(
                {"fields": {"email": email}}).encode(),
            {"Content-Type": "application/json",
             "Authorization": "Bearer " + key})]

    def told(visitor, email, answers):
        """All that is said, but for what is chance, and who asked."""
        if answers[-1].status == 303:
            answers.append(visitor.get(answers[-1].header("Location")))
        return [(a.status, [(k, v) for k, v in a.headers if k not in (
            "Date", "X-Request-Id")], re.sub(
                r'(name="piste_\w+" value="|"id":"|[?&;][kt]=)[^"&]+', r"\1",
                a.text.replace(email, ""))) for a in answers]

    for road in (by_form, by_steps, by_program):
        took, said = {"unknown": [], "known": []}, []
        for n in range(ROUNDS):
            for kind, times in took.items():
                email = f"{road.__name__}{n:02}@alike.example"
                visitor, posts = road(email)
                begun = time.perf_counter()
                answers = [post() for post in posts]
                times.append(time.perf_counter() - begun)
                said.append((kind, told(visitor, email, answers)))
        for kind, one in said:
            equal(one, said[0][1], f"what {road.__name__} tells one {kind}")
        unknown, known = map(statistics.median, took.values())
        check(known < SLOWER_MAX * unknown and unknown < SLOWER_MAX * known,
              f"{road.__name__}: known {known * 1000:.1f} ms, unknown"
              f" {unknown * 1000:.1f} ms")
    equal(s.one("SELECT string_agg(DISTINCT outcome, ' ' ORDER BY outcome)"
                " FROM submission WHERE email LIKE '%@alike.example'"),
          "new repeat", "who they were")


@scenario("programs with a key are counted by it, not by their network",
          "flooded")
def counted(s):
    ready(s)
    for key, outcomes in (("crm", {"new"}),
                          (None, {"new", "quarantined"})):
        for n in range(8):
            equal(send(s, fields(f"api-rate-{key}{n}@firme.example"), key,
                       X_Forwarded_For="100.64.9.1").status, 201, "status")
        equal(set(s.sql("SELECT outcome FROM submission WHERE email LIKE"
                        f" 'api-rate-{key}%'")), outcomes, f"with {key}")
    s.piste("quarantine", "release", "--reason", "too-many-network")


@scenario("what is no JSON, too much, or of another type is refused",
          short=True)
def malformed(s):
    for body in (b"", b"{", b"[]", b"null", b"{'a':1}", b'{"a":1,"a":2}',
                 b'{"fields":{"email":"\xff"}}', b'{"fields":NaN}',
                 b'\xef\xbb\xbf{}', b'{"fields":{"email":"\\u0000"}}',
                 b"email=ana@firme.example", b"[" * 60000,
                 b'{"a":' * 5000 + b"1" + b"}" * 5000):
        problem(send(s, body), 400, "Malformed")
    # The last that is read, and the first that isn't.
    for more in (0, 1):
        status, kind = (413, None) if more else (422, "Invalid")
        for body in (fields("x" * ((16 << 10) + more)),
                     {"fields": {"message": ["x"] * (100 + more)}},
                     b"{}".rjust((128 << 10) + more)):
            problem(send(s, body), status, kind)
    for kind in ("", "text/plain", "application/x-www-form-urlencoded",
                 "application/json; charset=iso-8859-1",
                 "application/jsonp"):
        problem(send(s, fields("kind@firme.example"), Content_Type=kind), 415)
    equal(send(s, fields("kind@firme.example"),
               Content_Type="Application/JSON; charset=\"UTF-8\"").status,
          201, "JSON by another spelling")
    for path, status in (("/api/v1/pages/nobody/submissions", 404),
                         ("/api/v1/pages/old/submissions", 410)):
        problem(send(s, fields("x@firme.example"), path=path), status)
        equal(documented("OPTIONS", path, s.visitor().request(
            "OPTIONS", path, None, {"Origin": SHOP})).status, status, path)
        path = path.replace("submissions", "schema")
        problem(documented("GET", path, s.visitor().get(path)), status)
    for method, path, status in (("PUT", API, 405), ("GET", API, 405),
                                 ("GET", "/api/", 404),
                                 ("GET", "/api/v2/x", 404)):
        problem(s.visitor().request(method, path), status)
    equal(s.visitor().get(PAGE).status, 200, "the page afterwards")


@scenario("our own pages and programs need no key", short=True)
def keyless(s):
    ready(s)
    mail = fields("api-keyless@firme.example")
    once = {"Idempotency_Key": "keyless"}
    first = send(s, mail, None, **once)
    equal(first.status, 201, f"a program: {first.text}")
    again = send(s, mail, None, origin=s.env["PISTE_URL"], **once)
    equal((again.status, again.text), (201, first.text), "a page of ours")
    problem(send(s, mail, None, origin=SHOP, **once), 401)
    # Nobody takes a name from who sends from elsewhere.
    other = send(s, fields("api-elsewhere@firme.example"), None,
                 X_Forwarded_For=LYON, **once)
    equal(other.status, 201, f"the same name elsewhere: {other.text}")
    problem(send(s, mail, None, "/api/v1/pages/nobody/submissions"), 404)
    equal(s.count("submission", "email = 'api-keyless@firme.example'"), 1,
          "rows")


@scenario("a proof of work is asked of whoever sends without a key", "working")
def unproved(s):
    ready(s)
    # Whoever comes from where nobody else has sent is taken all the same.
    for n, (key, outcome) in enumerate((
            ("crm", "new"), ("crm", "new"), (None, "new"),
            (None, "quarantined no-work"))):
        mail = f"api-work{n}@firme.example"
        equal(send(s, fields(mail), key,
                   X_Forwarded_For="100.64.9.1").status, 201, f"as {key}")
        equal(s.one("SELECT concat(outcome, ' ', quarantine_reason) FROM"
                    f" submission WHERE email = '{mail}'").strip(),
              outcome, f"of {key}")


@scenario("without api_open nobody sends without a key", "guarded")
def closed(s):
    ready(s)
    mail = fields("api-closed@firme.example")
    problem(send(s, mail, None, X_Forwarded_For=LYON), 401)
    equal(s.count("submission", "email = 'api-closed@firme.example'"), 0,
          "rows")


@scenario("a key is its origin's, for its pages", short=True)
def keys(s):
    mail = fields("api-keys@firme.example")
    good = ready(s)["shop"]
    for key in (None, "x", "a" * 3000, good[:-2], good[:-1] + "~",
                good + "A", "Bearer " + good):
        said = send(s, mail, key, origin=SHOP)
        problem(said, 401)
        equal(said.header("WWW-Authenticate"), "Bearer", "what is asked for")
    # Whoever has a wrong key is not told which pages there are.
    problem(send(s, mail, "x", "/api/v1/pages/nobody/submissions"), 401)
    problem(send(s, mail, "x", Authorization="Basic " + good), 401)
    problem(send(s, mail, "shop"), 403)	# not from a browser
    problem(send(s, mail, "shop", origin=OTHER), 403)
    problem(send(s, mail, "shop", origin=SHOP + ".evil.example"), 403)
    problem(send(s, mail, "shop", origin="null"), 403)
    problem(send(s, mail, "crm", origin=SHOP), 403)
    problem(send(s, mail, "shop", path=API.replace("livre-blanc", "old"),
                 origin=SHOP), 410)
    equal(s.count("submission", "email = 'api-keys@firme.example'"), 0,
          "rows of what was refused")
    # Another serial is another key, and a revoked one is none.
    for change in ({"serial": 2}, {"revoked": True}):
        equal(s.apply({"origins": [dict(ORIGINS[0], **change)]}).returncode,
              0, "apply")
        until(lambda: send(s, mail, good, origin=SHOP).status == 401, 10,
              f"the old key is none after {change}")
    until(lambda: s.visitor().request("OPTIONS", API, None, {
        "Origin": SHOP}).status == 403, 10, "its preflight")
    contains([o for o in s.export()["origins"] if o["key"] == "shop"],
             dict(ORIGINS[0], revoked=True), "the export")
    s.apply({"origins": ORIGINS})
    until(lambda: send(s, fields("back@firme.example"), "shop",
                       origin=SHOP).status == 201, 10, "the old serial")
    equal(s.piste("origin", "nobody").returncode, 1, "an unknown origin")
    equal(s.piste("origin").returncode, 2, "no origin")


@scenario("a browser's script may send from a declared origin alone",
          short=True)
def cors(s):
    ready(s)
    for origin, status in ((SHOP, 204), (OTHER, 403), ("null", 403),
                           ("http://shop.example", 403), (None, 403)):
        headers = {"Access-Control-Request-Method": "POST"}
        if origin:
            headers["Origin"] = origin
        answer = documented("OPTIONS", API, s.visitor().request(
            "OPTIONS", API, None, headers))
        equal(answer.status, status, f"preflight from {origin}")
        equal(answer.header("Vary"), "Origin", "Vary")
        # Another origin's page may read that it may not.
        equal(answer.all("Access-Control-Allow-Origin"),
              [origin] if origin in (SHOP, OTHER) else [], "for whom")
    answer = s.visitor().request("OPTIONS", API, None, {"Origin": SHOP})
    equal(answer.header("Access-Control-Allow-Methods"), "POST", "methods")
    for name in ("Authorization", "Content-Type", "Idempotency-Key"):
        contains(answer.header("Access-Control-Allow-Headers"), name, "may")
    equal(answer.all("Access-Control-Allow-Credentials"), [], "credentials")
    check(int(answer.header("Access-Control-Max-Age")) > 0, "for how long")
    for body, key in ((fields("cors@firme.example"), "shop"), ({}, "shop"),
                      (b"{", "shop"), ({}, "x")):
        answer = send(s, body, key, origin=SHOP)
        equal(answer.all("Access-Control-Allow-Origin"), [SHOP],
              f"who may read {answer.status}")
        equal(answer.header("Vary"), "Origin", "Vary")


@scenario("a submission by a program waits on disk while PostgreSQL is away",
          "faults")
def spooled(s):
    ready(s)
    once = {"Idempotency_Key": "spooled"}
    s.cluster("stop", "immediate")
    first = send(s, fields("api-spool@firme.example"), **once)
    second = send(s, fields("api-spool@firme.example"), **once)
    s.cluster("start")
    equal((first.status, second.status), (201, 201), "while it is away")
    equal(first.text, second.text, "its id")
    s.drained()
    until(lambda: s.count("submission", "email = 'api-spool@firme.example'"),
          10, "the submission")
    equal(s.count("submission", "email = 'api-spool@firme.example'"), 1,
          "rows")
    equal(send(s, fields("api-spool@firme.example"), **once).text,
          first.text, "its id afterwards")


@scenario("with nowhere to keep it a program is told to try again", "small")
def refused(s):
    ready(s)
    s.cluster("stop", "immediate")
    try:
        answer = until(lambda: next((a for a in (send(
            s, fields("api-full@firme.example", message="x" * 2000))
            for _ in range(20)) if a.status != 201), None), 30, "full")
        problem(answer, 503)
    finally:
        s.cluster("start")
        s.drained()


@scenario("a program that sends too fast is told so", "guarded")
def limited(s):
    ready(s)
    answer = until(lambda: next((a for a in (
        send(s, fields("api-fast@firme.example"), X_Forwarded_For=LYON)
        for _ in range(30))
        if a.status != 201), None), 30, "the limit")
    problem(answer, 429)
    equal(answer.header("Access-Control-Allow-Origin"), "*", "who may read")


def frames(answer):
    policy = answer.header("Content-Security-Policy")
    contains(policy, "default-src 'none'", "policy")
    return re.search("frame-ancestors ([^;]*)", policy).group(1)


@scenario("a form in a frame is for its origins, without a cookie",
          short=True)
def embedded(s):
    ready(s)
    visitor = s.visitor()
    answer = visitor.get(PAGE + "?embed=1&lang=en&utm_source=news")
    equal(answer.status, 200, "status")
    equal(frames(answer), SHOP, "who may frame it")
    equal(answer.all("Set-Cookie"), [], "cookies")
    equal(frames(s.visitor().get(PAGE)), "'none'", "the page itself")
    equal(frames(s.visitor().get("/p/old?embed=1")), OTHER,
          "who may frame a page that is gone")
    form = Form(answer.text)
    equal(form.action, PAGE + "?embed=1&lang=en", "where it is posted")
    check("<header" not in answer.text, "the form alone")
    wrong = visitor.post(form.action, person(form, "embed@", ()))
    equal((wrong.status, frames(wrong)), (422, SHOP), "a mistake")
    form = Form(wrong.text)
    sent = visitor.post(form.action, person(form, "embed@firme.example"))
    equal(sent.status, 303, "status of a post")
    equal(sent.header("Location"), PAGE + "/thanks?embed=1&lang=en", "thanks")
    thanks = visitor.get(sent.header("Location"))
    equal((thanks.status, frames(thanks)), (200, SHOP), "thanks")
    contains(thanks.text, "/a/livre-blanc?t=", "the paper")
    equal(visitor.cookies, {}, "cookies of the whole visit")
    equal(s.sql("SELECT source, variant_key, experiment_key, via FROM"
                " submission WHERE email = 'embed@firme.example'"),
          ["news|a||form"], "the submission")
    # Under test each frame gets the control, and no cookie tells who.
    for _ in range(5):
        answer = s.visitor().get("/p/framed?embed=1")
        form = Form(answer.text)
        equal(answer.all("Set-Cookie"), [], "cookies under test")
        sent = s.visitor().post(form.action, person(form, "arm@firme.example"))
        equal(sent.status, 303, "status of a post under test")
    equal(s.sql("SELECT DISTINCT variant_key, experiment_key FROM submission"
                " WHERE email = 'arm@firme.example'"), ["a|"], "arms shown")
    equal(s.count("exposure", "experiment_key = 'framed'"), 0, "exposures")
    check(s.visitor().get("/p/framed").all("Set-Cookie"),
          "a cookie outside frames")
    for name in ("embed.js", "framed.js", "openapi.json"):
        answer = s.visitor().get("/static/" + name)
        equal(answer.status, 200, name)
    script = s.visitor().get("/static/embed.js")
    equal(script.all("Cross-Origin-Resource-Policy"), ["cross-origin"],
          "who may load the script")
    check(len(script.body) <= 3072, "a small script")


@scenario("the interface's description tells each answer it gives",
          short=True)
def described(s):
    answer = s.visitor().get("/api/v1/openapi.json")
    equal((answer.status, answer.header("Content-Type")),
          (200, "application/json"), "the description")
    equal(json.loads(answer.text), DESCRIPTION, "what it says")
    equal(answer.header("Access-Control-Allow-Origin"), "*", "who may read")


@scenario("each answer that the description names for a page is given",
          short=True)
def each_given(s):
    ready(s)
    gone, nobody = (API.replace("livre-blanc", name)
                    for name in ("old", "nobody"))
    seen = set()
    for path, body, more in (
            (API, fields("given@firme.example"), {}), (API, b"{", {}),
            (API, {}, {}), (API, {}, {"key": "x"}), (API, {}, {"key": "shop"}),
            (nobody, {}, {}), (gone, {}, {}), (API, b" " * 131073, {}),
            (API, {}, {"Content_Type": "text/plain"})):
        seen.add(("post", send(s, body, path=path, **more).status))
    for path in (API, nobody, gone):
        for origin in (SHOP, OTHER):
            answer = s.visitor().request("OPTIONS", path, None,
                                         {"Origin": origin})
            seen.add(("options", documented("OPTIONS", path, answer).status))
        path = path.replace("submissions", "schema")
        seen.add(("get", documented("GET", path,
                                    s.visitor().get(path)).status))
    named = {(method, int(status))
             for path, item in DESCRIPTION["paths"].items()
             if "{page}" in path
             for method in ("get", "post", "options") if method in item
             for status in item[method]["responses"]}
    # Too fast and away take other settings: see those scenarios.
    equal(named - seen, {("post", 429), ("post", 503)}, "not given")
    equal(seen - named, set(), "not named")
