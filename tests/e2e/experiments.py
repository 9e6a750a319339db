"""What visitors of experiments are shown, and what is counted of them."""

import json
import os
import re
import signal
import subprocess
import time

from check import check, contains, equal, scenario, until
from client import Form, filled
from stack import AS, BUILD, GENEVA, LYON, PAGE, ROOT

OFFICE, BRUSSELS = "203.0.113.9", "198.51.100.7"
MOBILE = ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, "
          "like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36")
LABEL = {"fr": "Adresse", "en": "Address"}
FORM = {"key": "essai", "country": "FR", "fields": [
    {"name": "email", "kind": "email", "required": True, "label": LABEL}]}
HEADLINE = re.compile(r"Variante ([a-z0-9]+)\.")
changes = 0


def page(key, variants="ab", texts=None, **more):
    """A page whose variants say which they are."""
    return dict({"key": key, "campaign": "livre-blanc-2026", "form": "essai",
                 "languages": ["fr", "en"], "audience": "b2b",
                 "variants": [variant(v, (texts or {}).get(v, ""))
                              for v in variants],
                 "thanks": {"headline": {"fr": "Merci", "en": "Thanks"}}},
                **more)


def variant(key, text="", **more):
    said = f"Variante {key}.{text}"
    return dict({"key": key, "template": "hero", "parts": {
        "headline": {"fr": said, "en": said},
        "button": {"fr": "Envoyer", "en": "Send"}}}, **more)


def apply(s, pages, *experiments):
    """Applied, and shown: a page that says how often is the last word."""
    global changes
    changes += 1
    mark = page("temoin", "a", {"a": f" Fois {changes}."})
    ran = s.apply({"forms": [FORM], "pages": pages + [mark],
                   "experiments": list(experiments)})
    equal(ran.returncode, 0, f"apply: {ran.stderr}")
    until(lambda: f" Fois {changes}." in s.visitor().get("/p/temoin").text,
          10, "the change is shown")


def shown(answer):
    found = set(HEADLINE.findall(answer.text))
    equal(len(found), 1, f"variants in one page with {answer.status}")
    return found.pop()


def see(visitor, key, query=""):
    return shown(visitor.get(f"/p/{key}{query}"))


def id_of(visitor):
    return next(iter(visitor.cookies.values()))


def rows(s, experiment, columns="variant"):
    """By visitor, once all that was seen has been written."""
    return {r.split("|")[0]: r.split("|", 1)[1] for r in s.sql(
        f"SELECT visitor, {columns} FROM exposure"
        f" WHERE experiment_key = '{experiment}'")}


def counted(s, experiment, visitors):
    """The rows of these visitors, each of whom has one."""
    until(lambda: rows(s, experiment).keys() >= {id_of(v) for v in visitors},
          10, f"exposures of {len(visitors)} in {experiment}")
    return rows(s, experiment)


def written(s):
    """All that was seen so far is: exposures are written in their order."""
    last = s.visitor()
    last.get(PAGE)
    until(lambda: id_of(last) in rows(s, "lb-headline"), 10,
          "the last exposure")


def crowd(s, key, count, **more):
    """Visitors and what each is shown."""
    found = {}
    for _ in range(count):
        visitor = s.visitor(**more)
        found[visitor] = see(visitor, key)
    return found


def measures(s, experiment):
    """What is counted two days from now, of all epochs: by variant."""
    found = {}
    for row in s.sql(
            "SELECT c.variant, c.measure, sum(c.n) FROM experiment AS e,"
            " experiment_counts(e.key, e.bucket_version,"
            " ARRAY[now() + interval '40 days']) AS c"
            f" WHERE e.key = '{experiment}' GROUP BY 1, 2"):
        arm, measure, n = row.split("|")
        found.setdefault(arm, {})[measure] = int(n)
    return found


def send(s, visitor, key, email):
    answer = visitor.get(f"/p/{key}")
    posted = visitor.post(f"/p/{key}", filled(Form(answer.text), email=email))
    equal(posted.status, 303, "status of a post")


def halves(key, on, **more):
    return dict({"key": key, "page": on, "goal": "lead", "window": "24h",
                 "weights": {"a": 0.5, "b": 0.5}}, **more)


@scenario("new weights move nobody who was counted", "trials")
def weights(s):
    apply(s, [page("poids")], halves("poids", "poids"))
    before = crowd(s, "poids", 60)
    equal(set(before.values()), {"a", "b"}, "arms at 50/50")
    counted(s, "poids", before)
    apply(s, [], halves("poids", "poids", weights={"a": 0.2, "b": 0.8}))
    equal({see(v, "poids") == arm for v, arm in before.items()}, {True},
          "who was counted keeps the arm")
    new = crowd(s, "poids", 100)
    few = sum(arm == "a" for arm in new.values())
    # Five standard deviations of 20 in 100 are 20.
    check(0 < few < 40, f"{few} of 100 get an arm of 20 %")
    found = counted(s, "poids", new)
    equal({found[id_of(v)] == arm for v, arm in {**before, **new}.items()},
          {True}, "exposures as shown")
    equal(s.count("exposure", "experiment_key = 'poids'"
                  " AND excluded IS NOT NULL"), 0, "excluded")
    equal({rows(s, "poids", "epoch")[id_of(v)] for v in new}, {"2"},
          "epochs of the new")
    # A worker that starts with the picture from the disk knows them as well.
    for pid in s.workers():
        os.kill(pid, signal.SIGKILL)
    until(lambda: s.workers() and s.visitor().get("/readyz").status == 200,
          5, "another worker")
    equal({see(v, "poids") == arm for v, arm in before.items()}, {True},
          "who was counted keeps the arm after a restart")
    written(s)
    equal(s.count("exposure", "experiment_key = 'poids'"
                  " AND excluded IS NOT NULL"), 0, "excluded")


@scenario("more coverage moves nobody", "trials")
def coverage(s):
    apply(s, [page("part")], halves("part", "part", coverage=0.4))
    before = crowd(s, "part", 60)
    written(s)
    inside = rows(s, "part")
    check(5 < len(inside) < 50, f"{len(inside)} of 60 are in at 40 %")
    apply(s, [], halves("part", "part", coverage=1))
    for visitor, arm in before.items():
        now = see(visitor, "part")
        if id_of(visitor) in inside:
            equal(now, arm, "of who was in")
    after = counted(s, "part", before)
    equal({after[v] == arm for v, arm in inside.items()}, {True},
          "who was in stays where they were")


@scenario("an archived arm shows the control and is still counted", "trials")
def archived(s):
    apply(s, [page("rayon", "abc")], halves("rayon", "rayon", weights={
        "a": 0.4, "b": 0.6, "c": 0}))
    before = crowd(s, "rayon", 30)
    counted(s, "rayon", before)
    apply(s, [], halves("rayon", "rayon", weights={
        "a": 0.5, "b": 0, "c": 0.5}))
    theirs = [v for v, arm in before.items() if arm == "b"]
    equal({see(v, "rayon") for v in theirs}, {"a"}, "shown instead of b")
    send(s, theirs[0], "rayon", "archive@example.org")
    until(lambda: measures(s, "rayon").get("b", {}).get("leads"), 10,
          "the lead of b")
    found = counted(s, "rayon", theirs)
    equal({found[id_of(v)] for v in theirs}, {"b"}, "still of b")
    equal(measures(s, "rayon")["b"].get("multi", 0), 0, "of several arms")
    equal(s.count("exposure", "experiment_key = 'rayon'"
                  " AND excluded IS NOT NULL"), 0, "excluded")
    equal("b" in crowd(s, "rayon", 30).values(), False, "new ones get b")


@scenario("a changed text counts everybody anew, in place", "trials")
def content(s):
    apply(s, [page("texte")], halves("texte", "texte"))
    visitor = s.visitor()
    see(visitor, "texte")
    counted(s, "texte", [visitor])
    apply(s, [page("texte", texts={"b": " Autre."})])
    arm = see(visitor, "texte")
    until(lambda: rows(s, "texte", "bucket_version, variant")
          [id_of(visitor)] == f"2|{arm}", 10, "a row of the new phase")
    equal(s.count("exposure", "experiment_key = 'texte'"), 1, "rows")


@scenario("a form of an earlier phase makes nobody a visitor of two arms",
          "trials")
def late(s):
    apply(s, [page("retard")], halves("retard", "retard"))
    forms = {}
    for _ in range(12):
        visitor = s.visitor()
        forms[visitor] = Form(visitor.get("/p/retard").text)
    before = counted(s, "retard", forms)
    apply(s, [page("retard", texts={"b": " Autre."})])
    for i, (visitor, form) in enumerate(forms.items()):
        posted = visitor.post("/p/retard", filled(
            form, email=f"retard{i}@example.org"))
        equal(posted.status, 303, "status of a post")
    until(lambda: len([p for p in rows(s, "retard", "posted_at").values()
                       if p]) == len(forms), 10, "posts")
    written(s)
    equal(rows(s, "retard"), before, "arms")
    equal(s.count("exposure", "experiment_key = 'retard'"
                  " AND excluded IS NOT NULL"), 0, "excluded")


@scenario("views and exposures are told apart by class", "trials")
def classes(s):
    apply(s, [page("sorte")], halves("sorte", "sorte"))
    at = "/p/sorte"
    link = s.piste("preview", "sorte", "b").stdout.split("?", 1)[1].strip()
    person = s.visitor()
    for visitor, query, headers in (
            (s.visitor(agent="Googlebot/2.1"), "", {}),
            (s.visitor(), "", {"Sec_Purpose": "prefetch"}),
            (s.visitor(), "?" + link, {}),
            (s.visitor(address=OFFICE), "", {}), (person, "", {}),
            (person, "", {})):
        equal(visitor.get(at + query, **headers).status, 200, "status")
    equal(s.visitor().request("HEAD", at).status, 200, "HEAD")
    wanted = {"robot": 1, "prefetch": 1, "preview": 1, "internal": 1,
              "human": 2, "head": 1}

    def told():
        return {r.split("|")[0]: int(r.split("|")[1]) for r in s.sql(
            "SELECT class, sum(views) FROM traffic"
            " WHERE page_key = 'sorte' GROUP BY 1")}
    until(lambda: sum(told().values()) >= sum(wanted.values()), 10, "views")
    equal(told(), wanted, "views by class")
    equal(list(counted(s, "sorte", [person])), [id_of(person)], "counted")


@scenario("who comes again is one visitor with one conversion", "trials")
def conversions(s):
    apply(s, [page("envoi")], halves("envoi", "envoi"))
    visitor = s.visitor()
    arm = see(visitor, "envoi")
    for _ in range(3):
        send(s, visitor, "envoi", "un@example.org")
    mine = until(lambda: measures(s, "envoi").get(arm, {}).get("leads")
                 and measures(s, "envoi")[arm], 10, "a lead")
    equal((mine["visitors"], mine["leads"], mine.get("mqls", 0)), (1, 1, 0),
          "visitors, leads, MQLs")
    lead = ("SELECT lead_move(id, %s, NULL) FROM lead WHERE person_id ="
            " (SELECT person_id FROM person_key"
            " WHERE value = 'un@example.org')")
    s.sql(lead % "'mql', 'ines', 'marketer', NULL")
    equal(measures(s, "envoi")[arm].get("mqls"), 1, "MQLs")
    s.sql(lead % "'disqualified', 'ines', 'marketer', 'spam'")
    mine = measures(s, "envoi")[arm]
    equal((mine["visitors"], mine.get("leads", 0), mine.get("mqls", 0),
           mine.get("spam")), (1, 0, 0, 1), "of spam")


@scenario("two experiments of one layer share no visitor", "trials")
def layer(s):
    def part(key, start, end):
        return halves(key, "couche", layer={"name": "c",
                                            "ranges": [[start, end]]})
    apply(s, [page("couche")], part("c1", 0, 0.4), part("c2", 0.4, 0.8))
    visitors = crowd(s, "couche", 80)
    written(s)
    one, two = rows(s, "c1"), rows(s, "c2")
    equal(one.keys() & two.keys(), set(), "in both")
    check(min(len(one), len(two)) > 10 and len(one) + len(two) < 80,
          f"{len(one)} and {len(two)} of 80")
    for visitor, arm in visitors.items():
        known = one.get(id_of(visitor), two.get(id_of(visitor), "a"))
        equal(arm, known, "shown, and the control outside")


@scenario("a holdout sees the control and is not counted", "trials")
def holdout(s):
    apply(s, [page("retenue")], halves("retenue", "retenue", holdout={
        "name": "h", "share": 0.5}, weights={"a": 0, "b": 1}))
    visitors = crowd(s, "retenue", 60)
    out = [v for v, arm in visitors.items() if arm == "a"]
    check(8 < len(out) < 52, f"{len(out)} of 60 are held out at 50 %")
    found = counted(s, "retenue", [v for v in visitors if v not in out])
    equal({id_of(v) in found for v in out}, {False}, "held out, counted")


TARGETS = (
    ({"countries": ["FR", "CH"]}, ({"address": LYON}, {"address": GENEVA}),
     ({"address": BRUSSELS},)),
    ({"devices": ["mobile"]}, ({"agent": MOBILE},), ({},)),
    ({"languages": ["en"]}, ({"language": "en"},), ({"language": "fr"},)),
)


@scenario("an experiment is for those it is aimed at", "trials")
def targeting(s):
    everything = {"weights": {"a": 0, "b": 1}}
    for n, (target, wanted, others) in enumerate(TARGETS):
        key = f"cible{n}"
        apply(s, [page(key)], halves(key, key, targeting=target,
                                     **everything))
        equal({see(s.visitor(**v), key) for v in wanted}, {"b"},
              f"aimed at by {target}")
        equal({see(s.visitor(**v), key) for v in others}, {"a"},
              f"others than {target}")
    apply(s, [page("source"), page("retour")],
          halves("source", "source", targeting={"sources": ["google"]},
                 **everything),
          halves("retour", "retour", targeting={"returning": True},
                 **everything))
    equal(see(s.visitor(), "source", "?utm_source=Google"), "b", "a source")
    equal(see(s.visitor(), "source", "?utm_source=other"), "a", "another")
    visitor = s.visitor()
    equal([see(visitor, "retour"), see(visitor, "retour")], ["a", "b"],
          "of a visitor who comes back")


@scenario("an experiment runs by its schedule", "trials")
def schedule(s):
    only = {"weights": {"a": 0, "b": 1}}
    apply(s, [page("tot"), page("tard"), page("la")],
          halves("tot", "tot", starts="2099-01-01T00:00:00Z", **only),
          halves("tard", "tard", starts="2020-01-01T00:00:00Z",
                 ends="2021-01-01T00:00:00Z", **only),
          halves("la", "la", starts="2020-01-01T00:00:00Z",
                 ends="2099-01-01T00:00:00Z", **only))
    now = s.visitor()
    equal([see(s.visitor(), "tot"), see(s.visitor(), "tard"),
           see(now, "la")], ["a", "a", "b"], "before, after and meanwhile")
    counted(s, "la", [now])
    equal(len(rows(s, "tot")) + len(rows(s, "tard")), 0, "counted")


@scenario("combinations of factors follow the products of weights", "trials")
def factors(s):
    cells = {"a": ("x1", "y1"), "b": ("x1", "y2"), "c": ("x2", "y1"),
             "d": ("x2", "y2")}
    made = page("facteurs")
    made["variants"] = [variant(k, levels={"x": x, "y": y})
                        for k, (x, y) in cells.items()]
    apply(s, [made], {
        "key": "facteurs", "page": "facteurs", "goal": "lead",
        "window": "24h", "factors": [
            {"key": "x", "levels": ["x1", "x2"], "weights": [0.8, 0.2]},
            {"key": "y", "levels": ["y1", "y2"], "weights": [0.5, 0.5]}]})
    visitors = crowd(s, "facteurs", 200)
    for key, share in (("a", 80), ("b", 80), ("c", 20), ("d", 20)):
        n = sum(arm == key for arm in visitors.values())
        # Five standard deviations.
        check(abs(n - share) < 5 * (share * (1 - share / 200)) ** .5,
              f"{n} of 200 are {key}, not about {share}")
    found = counted(s, "facteurs", visitors)
    equal({found[id_of(v)] == arm for v, arm in visitors.items()}, {True},
          "exposures as shown")
    # As the worker pauses an arm that breaks a guardrail.
    left = '\'{"a": 0.5, "b": 0.25, "c": 0.25, "d": 0}\''
    s.sql(f"WITH paused AS (UPDATE experiment SET weights = {left}"
          " WHERE key = 'facteurs' RETURNING key, phase, weights, coverage)"
          " INSERT INTO epoch (experiment_key, number, phase, weights,"
          " coverage) SELECT key, 2, phase, weights, coverage FROM paused")
    theirs = [v for v, arm in visitors.items() if arm == "d"]
    until(lambda: see(theirs[0], "facteurs") == "a", 10, "the control")
    equal({see(v, "facteurs") for v in theirs}, {"a"}, "shown instead of d")
    equal("d" in crowd(s, "facteurs", 60).values(), False, "new ones get d")
    send(s, theirs[0], "facteurs", "combine@example.org")
    until(lambda: measures(s, "facteurs")["d"].get("leads"), 10,
          "the lead of d")


@scenario("a visitor of several arms is excluded and told", "trials")
def several(s):
    apply(s, [page("double")], halves("double", "double"))
    visitor = s.visitor()
    arm = see(visitor, "double")
    counted(s, "double", [visitor])
    other = "b" if arm == "a" else "a"
    s.sql("SELECT exposure_take(ARRAY['double'], "
          f"ARRAY['{id_of(visitor)}'], ARRAY['{other}'], ARRAY[1::bigint],"
          " ARRAY[1], ARRAY[(extract(epoch FROM now()) * 1000)::bigint],"
          " NULL, NULL, NULL, NULL, NULL, NULL)")
    mine = measures(s, "double")[arm]
    equal((mine.get("visitors", 0), mine.get("multi")), (0, 1), "counted")
    said = s.piste("results", "double", "--json")
    equal(said.returncode, 0, f"results: {said.stderr}")
    contains(said.stdout, "multi_exposed_visitors", "results")


@scenario("a winner is shipped at once and whole, and taken back", "trials")
def ship(s):
    apply(s, [page("gagne")], halves("gagne", "gagne"))
    visitors = crowd(s, "gagne", 20)
    ran = s.piste("experiment", "decide", "gagne", "b")
    equal(ran.returncode, 0, f"decide: {ran.stderr}{ran.stdout}")
    losers = [v for v, arm in visitors.items() if arm == "a"]
    until(lambda: see(losers[0], "gagne") == "b", 10, "the winner is shown")
    equal({see(v, "gagne") for v in list(visitors) + [s.visitor()]}, {"b"},
          "shown to everybody, from the first on")
    ran = s.piste("experiment", "undo", "gagne")
    equal(ran.returncode, 0, f"undo: {ran.stderr}{ran.stdout}")
    until(lambda: see(s.visitor(), "gagne") == "a", 10,
          "the control is back")


@scenario("pages go on without PostgreSQL, and what they showed is counted",
          "trials")
def away(s):
    apply(s, [page("panne")], halves("panne", "panne"))
    before = crowd(s, "panne", 10)
    counted(s, "panne", before)
    s.cluster("stop", "immediate")
    try:
        equal({see(v, "panne") == arm for v, arm in before.items()}, {True},
              "who came before keeps the arm")
        meanwhile = crowd(s, "panne", 20)
    finally:
        s.cluster("start")
    until(lambda: rows(s, "panne").keys() >= {id_of(v) for v in meanwhile},
          20, "exposures of that time")
    found = rows(s, "panne")
    equal({found[id_of(v)] == arm for v, arm in meanwhile.items()}, {True},
          "exposures as shown")


SELFTEST = ("served", "even", "sticky", "aa", "results", "lift", "loss",
            "apart")
# Of what grows; traffic of the pages that only these scenarios see.
FIGURES = "SELECT " + ", ".join(f"(SELECT {what})" for what in (
    "count(*) FROM exposure", "count(*) FROM submission",
    "count(*) FROM qualification_queue", "count(*) FROM lead",
    "count(*) FROM conversion", "count(*) FROM outcome",
    "sum(n) FROM experiment_hour", "count(*) FROM experiment",
    "count(*) FROM epoch", "sum(views) FROM traffic"
    " WHERE page_key IN ('preuve', 'demo-titre')"))


@scenario("piste selftest proves an experiment and leaves nothing", "trials",
          short=True)
def selftest(s):
    apply(s, [page("preuve", "abc")], halves("preuve", "preuve", weights={
        "a": 0.5, "b": 0.3, "c": 0.2}))
    written(s)
    before = s.one(FIGURES)
    ran = s.piste("selftest", "experiment", "preuve", "--visitors", "1500",
                  "--seed", "1")
    said = [json.loads(line) for line in ran.stdout.splitlines()]
    equal([c["check"] for c in said], list(SELFTEST),
          f"checks; {ran.stderr}")
    equal([c["check"] for c in said if not c["ok"]], [],
          f"checks that fail: {ran.stderr}")
    equal(ran.returncode, 0, "status")
    equal(s.one(FIGURES), before, "rows of everything before and after")
    check("selftest-" not in json.dumps(s.export()), "nothing is exported")
    apply(s, [page("partage")], *[halves(key, "partage", layer={
        "name": "p", "ranges": [half]}) for key, half in (
            ("p1", [0, 0.5]), ("p2", [0.5, 1]))])
    ran = s.piste("selftest", "experiment", "p2", "--visitors", "700",
                  "--seed", "3")
    equal(ran.returncode, 0, f"one of two in a layer: {ran.stderr}")
    before = s.one(FIGURES)
    for args, status in ((("preuve", "--visitors", "10"), 1),
                         (("niemand",), 1), (("--visitors", "x"), 2),
                         (("preuve", "--visitors"), 2)):
        equal(s.piste("selftest", "experiment", *args).returncode, status,
              f"status of {args}")
    equal(s.one(FIGURES), before, "rows after refusals")


@scenario("a selftest tells what is wrong", "trials")
def selftest_fails(s):
    apply(s, [page("faux")], halves("faux", "faux"))
    # A split that is not what the weights say: seen by nobody but a test.
    s.sql("CREATE FUNCTION skewed() RETURNS trigger LANGUAGE plpgsql AS"
          " $$ BEGIN IF NEW.variant = 'b' AND NEW.experiment_key LIKE"
          " 'selftest-%' AND NEW.visitor > 'g' THEN RETURN NULL; END IF;"
          " RETURN NEW; END $$; CREATE TRIGGER skewed BEFORE INSERT ON"
          " exposure FOR EACH ROW EXECUTE FUNCTION skewed()")
    try:
        ran = s.piste("selftest", "experiment", "faux", "--visitors", "700",
                      "--seed", "2", env={"PISTE_LOG_LEVEL": "error"},
                      seconds=150)
    finally:
        s.sql("DROP TRIGGER skewed ON exposure; DROP FUNCTION skewed()")
    said = {c["check"]: c["ok"] for c in map(json.loads,
                                             ran.stdout.splitlines())}
    equal((ran.returncode, said["results"]), (1, False), f"{ran.stderr}")
    equal(s.count("experiment", "is_synthetic"), 0, "books that are left")


@scenario("a selftest that is stopped leaves nothing", "trials")
def selftest_stopped(s):
    apply(s, [page("arret")], halves("arret", "arret"))
    run = subprocess.Popen([s.binary, "selftest", "experiment", "arret",
                            "--visitors", "100000"], env=s.env, cwd="/",
                           stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, **AS)
    until(lambda: s.count("exposure", "experiment_key LIKE 'selftest-%'"), 10,
          "its first visitors")
    run.terminate()
    said = run.communicate(timeout=20)[1].decode()
    equal(run.returncode, 1, f"status; {said}")
    contains(said, "stopped", "what it says")
    equal(s.count("experiment", "is_synthetic"), 0, "books that are left")
    equal(s.count("epoch", "experiment_key LIKE 'selftest-%'"), 0, "epochs")


@scenario("the demo has a history that says it is synthetic", "trials")
def demo(s):
    def run(size):
        return subprocess.run(
            [os.path.join(ROOT, "src/ops/demo-data"), s.var, str(size)],
            text=True, capture_output=True, timeout=120, env=dict(os.environ,
                                                       BUILD=BUILD))

    def add():
        begun = time.monotonic()
        ran = run(1500)
        equal(ran.returncode, 0, f"demo-data: {ran.stderr[-600:]}")
        check(time.monotonic() - begun < 60, "it takes less than a minute")
        return ran.stdout
    queued = s.count("qualification_queue")
    add()
    before = s.one(FIGURES)
    contains(add(), "demo-titre", "what it prints")
    equal(s.one(FIGURES), before, "rows after a second time")
    for size in (1000, 3000):
        other = run(size)
        equal(other.returncode, 1, f"status of a year of {size}")
        contains(other.stderr, "there is a year of 1500 leads already", "what it says")
    equal(s.count("qualification_queue"), queued, "rows in the queue")
    equal(s.count("person", "email LIKE 'demo-%'"
                  " AND email NOT LIKE '%.example.org'"), 0, "real addresses")
    equal(s.one("SELECT count(*) > 1400 AND count(DISTINCT stage) = 8"
                " FROM lead WHERE offer_key LIKE 'annee-%'"), "t",
          "a year of leads")
    contains(s.piste("funnel", "--of", "synthetic").stdout, "annee-sea",
             "the year's funnel")
    check("annee-" not in s.piste("funnel").stdout, "the real one is apart")
    found = {key: json.loads(s.piste("results", key, "--json").stdout)
             for key in ("demo-titre", "demo-formulaire")}
    said = {key: (r["verdict"]["name"], r["verdict"]["arm"])
            for key, r in found.items()}
    equal(said["demo-titre"], ("ship", "b"), "of the headline")
    check(said["demo-formulaire"][0] in ("running", "collecting"),
          f"the form's goes on: {said}")
    for key, r in found.items():
        shown = r["activated"]["visitors"] / r["counts"]["human"]["visitors"]
        check(.9 < shown < 1 and not r["activated"]["srm_flag"],
              f"most pages of {key} were really shown: {r['activated']}")
    for key in ("demo-titre", "demo-formulaire"):
        for lang, words in (("fr", "données synthétiques"),
                            ("en", "synthetic data")):
            answer = s.visitor().get(f"/p/{key}?lang={lang}")
            contains(answer.text, words, f"{key} in {lang}")
