"""Floods: rates, quarantine and its release, proof of work, and answers that
tell nobody anything."""

import base64
import hashlib
import html
import json
import re
import statistics
import time

import steps
from check import check, contains, equal, scenario, until
from client import Form
from stack import PAGE, person

FLOODED = {"rate_network_max": "5", "rate_address_max": "3",
           "rate_window_ms": "600000", "proof_of_work": "attack",
           "attack_suspects": "60", "attack_posts": "100000",
           "MIN_FILL_MS": "0"}
WORKING = {"proof_of_work": "always", "MIN_FILL_MS": "0"}
ROUNDS = 25
SLOWER_MAX = 5		# medians: a generous bound on a shared machine


def outcome(s, email):
    until(lambda: s.count("submission", f"email = '{email}'") > 0, 5,
          f"a submission of {email}")
    return s.one("SELECT concat_ws(' ', outcome, quarantine_reason) FROM"
                 f" submission WHERE email = '{email}' ORDER BY seq DESC"
                 " LIMIT 1")


def challenge_of(page):
    found = re.search(r'<altcha-widget[^>]* challenge="([^"]+)"', page)
    return json.loads(html.unescape(found.group(1))) if found else None


def solve(challenge):
    """As the widget does."""
    asked = challenge["parameters"]
    head = bytes.fromhex(asked["salt"]) + bytes.fromhex(asked["nonce"])
    counter = 0
    while True:
        key = hashlib.sha256(head + counter.to_bytes(4, "big")).hexdigest()
        if key.startswith(asked["keyPrefix"]):
            break
        counter += 1
    return base64.b64encode(json.dumps(
        {"challenge": challenge, "solution":
         {"counter": counter, "derivedKey": key, "time": 1.5}},
        separators=(",", ":")).encode()).decode()


@scenario("a flood from one network is put aside, and let out in bulk",
          stack="flooded")
def network(s):
    def send(n):
        return s.submit(f"foire{n}@example.org",
                        s.visitor(address=f"198.51.100.{n + 1}"),
                        boxes=("consent.news-email",))

    for n in range(8):
        equal(send(n).status, 303, "status")
    equal([outcome(s, f"foire{n}@example.org") for n in range(8)],
          ["new"] * 5 + ["quarantined too-many-network"] * 3, "outcomes")
    equal(outcome(s, "foire7@example.org").split()[0], "quarantined", "last")
    answer = s.submit("ailleurs@example.org", s.visitor(address="10.9.8.7"))
    equal(answer.status, 303, "status from elsewhere")
    equal(outcome(s, "ailleurs@example.org"), "new", "from elsewhere")

    listed = s.piste("quarantine", "list", "--reason", "too-many-network",
                     "--json")
    equal(listed.returncode, 0, listed.stderr)
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    equal([row["email"] for row in rows],
          [f"foire{n}@example.org" for n in (5, 6, 7)], "who is listed")
    equal({row["network"] for row in rows}, {"198.51.100.0/24"}, "network")
    contains(s.visitor().get("/metrics").text,
             'piste_quarantined{reason="too-many-network"} 3', "metrics")

    one = s.piste("quarantine", "release", rows[0]["id"])
    equal(one.stdout, "1 released: 1 new, 0 update, 0 repeat\n", "one")
    rest = s.piste("quarantine", "release", "--reason", "too-many-network")
    equal(rest.stdout, "2 released: 2 new, 0 update, 0 repeat\n", "the rest")
    again = s.piste("quarantine", "release", "--all", "--yes")
    equal(again.stdout, "0 released: 0 new, 0 update, 0 repeat\n", "again")
    for n in (5, 6, 7):
        until(lambda: s.count(
            "qualification_queue q JOIN submission b ON b.lead_id = q.lead_id"
            " JOIN person p ON p.id = b.person_id",
            f"p.email = 'foire{n}@example.org' AND q.state = 'done' AND"
            " p.first_name = 'Ana' AND p.last_name = 'Lopes'"), 10,
            f"foire{n} is qualified")
    equal(s.count("consent c JOIN submission b ON b.id = c.submission_id",
                  "b.quarantine_reason = 'too-many-network' AND"
                  " c.consent_key = 'news-email' AND c.what = 'given'"), 3,
          "their consents")
    equal(s.piste("proof", "--verify").returncode, 0, "the chain holds")


@scenario("wrong words of piste quarantine are told", stack="flooded")
def words(s):
    for said in ((), ("list", "x"), ("list", "--all"), ("release",),
                 ("release", "--all"), ("release", "--yes"),
                 ("release", "--reason", "trapped", "--all", "--yes"),
                 ("release", "--since", "2026-01-01"), ("release", "x"),
                 ("release", "--reason", "trapped", "--json"), ("drop",)):
        equal(s.piste("quarantine", *said).returncode, 2, f"exit of {said}")
    wrong = s.piste("quarantine", "list", "--since", "soon")
    equal(wrong.returncode, 1, "exit of a since that is none")
    contains(wrong.stderr, "soon", "why")


@scenario("what answers tell is the same for all", stack="flooded")
def same(s):
    """Known or not, taken or put aside: status, headers, body, and, as far as
    a shared machine can tell, time."""
    def normal(answer):
        headers = [(k, v) for k, v in answer.headers
                   if k not in ("Date", "X-Request-Id")]
        return answer.status, headers, answer.body

    def send(n, email, network, trap=""):
        visitor = s.visitor(address=f"10.{network}.{n}.1")
        form = visitor.form(PAGE)
        begun = time.perf_counter()
        answer = visitor.post(PAGE, person(form, email, website=trap))
        taken = time.perf_counter() - begun
        there = visitor.get(answer.header("Location"))
        text = re.sub(rb"t=[^\"&]+", b"t=", there.body)
        return normal(answer), (there.status, text), taken

    s.submit("connue@example.org", s.visitor(address="10.60.0.1"))
    kinds = {"unknown": [], "known": [], "quarantined": [], "limited": []}
    for n in range(ROUNDS):
        # Three of an address pass: the known ones differ, the limited don't.
        s.submit(f"connue{n}@example.org", s.visitor(address=f"10.61.{n}.1"))
        kinds["unknown"].append(send(n, f"neuve{n}@example.org", 62))
        kinds["known"].append(send(n, f"connue{n}@example.org", 63))
        kinds["limited"].append(send(n, "memes@example.org", 64))
        kinds["quarantined"].append(
            send(n, f"robot{n}@example.org", 65, "spam"))
    equal(outcome(s, "memes@example.org"), "quarantined too-many-address",
          "the limited ones")
    equal(outcome(s, "robot0@example.org"), "quarantined trapped",
          "the trapped ones")
    first = kinds["unknown"][0]
    for kind, answers in kinds.items():
        for answer in answers:
            equal(answer[0], first[0], f"what is answered to one {kind}")
            equal(answer[1], first[1], f"what one {kind} sees then")
    usual = statistics.median(a[2] for a in kinds["unknown"])
    for kind, answers in kinds.items():
        took = statistics.median(a[2] for a in answers)
        check(took < SLOWER_MAX * usual and usual < SLOWER_MAX * took,
              f"{kind}: {took * 1000:.1f} ms, unknown: {usual * 1000:.1f} ms")


def counted(s):
    """Forms noted so far, and those of them that were put aside."""
    said = s.visitor().get("/metrics").text
    return [int(re.search(rf"^piste_forms_{which}_total (\d+)$", said,
                          re.M).group(1)) for which in ("sent", "suspect")]


@scenario("programs' forms are counted in a flood like people's",
          stack="flooded")
def programs(s):
    def send(n):
        answer = s.visitor(address="10.71.0.1").request(
            "POST", f"/api/v1/pages{PAGE[2:]}/submissions", json.dumps(
                {"fields": {"email": f"essaim{n}@example.org",
                            "first_name": "Ana", "last_name": "Lopes"}}),
            {"Content-Type": "application/json"})
        equal(answer.status, 201, answer.text)

    most = int(FLOODED["rate_network_max"])
    before = counted(s)
    for n in range(most + 2):
        send(n)
    equal([now - then for now, then in zip(counted(s), before)],
          [most + 2, 2], "forms noted, and those of them put aside")


@scenario("an attack makes forms ask for work, and is told",
          stack="flooded")
def attack(s):
    def one(n):
        visitor = s.visitor(address=f"10.70.{n}.1")
        form = visitor.form(PAGE)
        visitor.post(PAGE, person(form, f"vague{n}@example.org",
                                  website="x"))

    check(not challenge_of(s.visitor().get(PAGE).text), "calm at first")
    sent = 0
    while not challenge_of(s.visitor().get(PAGE).text):
        check(sent < 60, "an attack is seen")
        one(sent)
        sent += 1
    said = s.visitor().get("/metrics").text
    contains(said, "\npiste_attack 1\n", "metrics")
    contains(said, "\npiste_attacks_total 1\n", "metrics")
    log = next(path for path in s.log_files() if path.endswith("serve.log"))
    with open(log, encoding="utf-8", errors="replace") as f:
        contains(f.read(), "event=flood.attack", "the log")


def worked(s, email, address, work, **more):
    """Send with what work makes of the page's challenge."""
    visitor = s.visitor(address=address)
    page = visitor.get(PAGE)
    pairs = person(Form(page.text), email, **more)
    solution = work(challenge_of(page.text))
    if solution is not None:
        pairs.append(("piste_work", solution))
    return visitor, pairs, visitor.post(PAGE, pairs)


@scenario("a proof of work is asked for, checked, and good for one form",
          stack="working")
def work(s):
    address = "198.51.100.7"
    visitor, pairs, answer = worked(s, "calcul@example.org", address, solve)
    equal(answer.status, 303, "status with a solution")
    equal(outcome(s, "calcul@example.org"), "new", "with a solution")
    equal(visitor.post(PAGE, pairs).status, 303, "status of a replay")
    equal(s.count("submission", "email = 'calcul@example.org'"), 1,
          "rows of a replay")
    spent = dict(pairs)["piste_work"]
    for n, wrong in enumerate((None, "", "AAAA", "{}", spent, spent[:-8],
                               base64.b64encode(b'{"test":true}').decode())):
        email = f"paresse{n}@example.org"
        answer = worked(s, email, address, lambda _, w=wrong: w)[2]
        equal(answer.status, 303, f"status with {str(wrong)[:20]}")
        equal(outcome(s, email), "quarantined no-work", f"case {n}")


@scenario("without a script there is a way through", stack="working")
def scriptless(s):
    answer = worked(s, "seul@example.org", "203.0.113.5", lambda _: None)[2]
    equal(answer.status, 303, "status")
    equal(outcome(s, "seul@example.org"), "new", "from a quiet network")
    answer = worked(s, "voisin@example.org", "203.0.113.6", lambda _: None)[2]
    equal(outcome(s, "voisin@example.org"), "quarantined no-work",
          "from where somebody has just sent")
    done = s.piste("quarantine", "release", "--reason", "no-work", "--since",
                   "2026-01-01")
    equal(done.returncode, 0, done.stderr)
    equal(outcome(s, "voisin@example.org"), "new no-work", "let out")


@scenario("a form that comes back asks for its own work", stack="working")
def again(s):
    visitor, _, answer = worked(s, "retour@example.org", "198.51.101.7",
                                solve, phone="12")
    equal(answer.status, 422, "status of a mistake")
    form = Form(answer.text)
    pairs = person(form, "retour@example.org", phone="")
    pairs.append(("piste_work", solve(challenge_of(answer.text))))
    equal(visitor.post(PAGE, pairs).status, 303, "status once corrected")
    equal(outcome(s, "retour@example.org"), "new", "once corrected")


@scenario("a form in steps asks for work in the last of them",
          stack="working")
def at_last(s):
    steps.ready(s)
    page = s.visitor().get(steps.PAGE)
    check(not challenge_of(page.text), "the first step asks for none")
    answer, form = steps.step(s, Form(page.text), email="pas@example.org",
                              first_name="Ana", place="plant")
    check(not challenge_of(answer.text), "nor does the second")
    answer, form = steps.step(s, form, surface="12")
    work = solve(challenge_of(answer.text))
    answer, _ = steps.step(s, form, piste_work=work)
    equal(answer.status, 303, "status")
    equal(outcome(s, "pas@example.org"), "new", "what became of it")


@scenario("pages ask in the visitor's language, and load nothing of others",
          stack="working")
def page(s):
    for language, words in (("fr", "Sans JavaScript"),
                            ("en", "Without JavaScript")):
        text = s.visitor(language=language).get(PAGE).text
        contains(text, words, "what is said without a script")
        for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', text):
            answer = s.visitor().get(path)
            equal(answer.status, 200, path)
        base = re.search(r'src="([^"]+)/work\.js"', text).group(1)
        for name in ("altcha.min.js", "fr-fr.js", "sha.js"):
            answer = s.visitor().get(f"{base}/altcha/{name}")
            equal(answer.status, 200, name)
            contains(answer.header("Content-Type"), "javascript", name)
            contains(answer.header("Cache-Control"), "immutable", name)
