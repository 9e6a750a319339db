"""Where people came from: what an address says of it, short links and QR
codes, codes typed in a form, and what goes back to the ad platforms."""

import csv
import io
import json
import re
import struct
import subprocess
import zlib

from check import check, contains, equal, scenario, until
from client import Form, filled
from stack import AS

KEY = "foire"
PAGE = "/p/" + KEY
ADS = {"PISTE_CONVERSION_PURPOSE": "ad-feedback"}
SITE = {
    "campaigns": [
        {"key": "recherche", "name": "Recherche", "channel": "sea",
         "strategy": "inbound", "offer": "audit-energie"},
        {"key": "salon-lyon", "name": "Salon de Lyon", "channel": "fair",
         "strategy": "outbound", "offer": "audit-energie"},
        {"key": "bus", "name": "Bus", "channel": "poster",
         "strategy": "outbound", "offer": "audit-energie"}],
    "consents": [
        {"key": "ads", "purpose": "ad-feedback", "channel": "email",
         "recipient": "us", "version": 1,
         "text": {"fr": "Vous pouvez le dire à qui a vendu l'annonce.",
                  "en": "You may tell whoever sold the ad."}}],
    "forms": [
        {"key": KEY, "country": "FR", "duplicates": "email",
         "asset_delivery": "thanks", "consents": ["ads"],
         "fields": [
             {"name": "email", "kind": "email", "required": True,
              "label": {"fr": "E-mail"}},
             {"name": "promo", "kind": "text", "promo": True,
              "label": {"fr": "Code promo"}}]}],
    "pages": [
        {"key": KEY, "campaign": "recherche", "form": KEY,
         "languages": ["fr"],
         "variants": [{"key": "a", "template": "hero", "parts": {
             "headline": {"fr": "La foire"}}}],
         "thanks": {"headline": {"fr": "Merci"}}}],
    "links": [
        {"key": "lyon24", "page": KEY, "campaign": "salon-lyon",
         "source": "stand", "medium": "qr", "content": "comptoir",
         "vanity": True},
        {"key": "bus", "page": KEY, "campaign": "bus"},
        {"key": "fini", "page": KEY, "ends": "2020-01-01T00:00:00Z",
         "vanity": True},
        {"key": "parti", "page": KEY, "archived": True}],
}
COLUMNS = ("channel", "source", "medium", "campaign_key", "content",
           "keyword", "product", "click_kind", "click_id", "code",
           "affiliate", "promo")


def ready(s):
    if s.visitor().get(PAGE).status != 200:
        ran = s.apply(SITE)
        equal(ran.returncode, 0, ran.stderr)
        until(lambda: s.visitor().get(PAGE).status == 200, 10,
              "the page is there")


def kept(s, email):
    row = s.one("SELECT " + ", ".join(f"coalesce({c}, '')" for c in COLUMNS)
                + f" FROM submission WHERE email = '{email}'")
    return {c: v for c, v in zip(COLUMNS, row.split("|")) if v}


def send(s, query, email, referrer=None, boxes=(), **values):
    """The form of a page that was reached so; what is kept of it."""
    visitor = s.visitor()
    headers = {"Referer": referrer} if referrer else {}
    answer = visitor.get(PAGE + query, **headers)
    equal(answer.status, 200, f"the page by {query!r}")
    equal(visitor.post(PAGE, filled(Form(answer.text), boxes, email=email,
                                    **values)).status, 303, email)
    s.drained()
    return kept(s, email)


@scenario("a click's parameters are a submission's columns", short=True)
def clicked(s):
    ready(s)
    equal(send(s, "?utm_source=google&utm_medium=cpc&utm_campaign=recherche"
               "&utm_content=annonce+2&utm_term=pompe+%C3%A0+chaleur"
               "&gclid=Cj0K-1", "clic@touch.example"),
          {"channel": "sea", "source": "google", "medium": "cpc",
           "campaign_key": "recherche", "content": "annonce 2",
           "keyword": "pompe à chaleur", "click_kind": "gclid",
           "click_id": "Cj0K-1"}, "of a Google ad")
    equal(send(s, "?gclid=x&product_id=42", "produit@touch.example"),
          {"channel": "shopping", "campaign_key": "recherche",
           "product": "42", "click_kind": "gclid", "click_id": "x"},
          "of a product ad")
    equal(send(s, "?aff=p7", "affilie@touch.example"),
          {"channel": "affiliate", "campaign_key": "recherche",
           "affiliate": "p7"}, "of a partner")
    equal(send(s, "?utm_campaign=salon-lyon", "campagne@touch.example"),
          {"channel": "fair", "campaign_key": "salon-lyon"},
          "by its campaign")
    equal(send(s, "", "moteur@touch.example", "https://www.google.fr/"),
          {"channel": "seo", "source": "www.google.fr",
           "campaign_key": "recherche"}, "by who linked here")
    equal(send(s, "", "seul@touch.example"),
          {"channel": "direct", "campaign_key": "recherche"}, "by nothing")
    equal(s.one("SELECT concat_ws(' ', first_channel, last_channel,"
                " submit_channel) FROM lead_touch JOIN person p ON p.id ="
                " person_id WHERE p.email = 'clic@touch.example'"),
          "sea sea sea", "three touches")


@scenario("the first touch stays, whatever comes later")
def first_stays(s):
    ready(s)
    for n, query in enumerate(("?gclid=one", "", "?utm_medium=email")):
        visitor = s.visitor()
        form = visitor.form(PAGE + query)
        equal(visitor.post(PAGE, filled(form, email="fidele@touch.example",
                                        promo=str(n))).status, 303, query)
    equal(s.sql("SELECT t.channel FROM touch t JOIN person p ON p.id ="
                " t.person_id WHERE p.email = 'fidele@touch.example'"
                " ORDER BY t.at"), ["sea", "direct", "email"], "touches")
    equal(s.one("SELECT concat_ws(' ', first_channel, submit_channel)"
                " FROM lead_touch JOIN person p ON p.id = person_id"
                " WHERE p.email = 'fidele@touch.example'"), "sea sea",
          "of the lead")


@scenario("addresses that nobody would write change nothing", short=True)
def odd_addresses(s):
    ready(s)
    long = "a" * 4096
    for n, (query, column, want) in enumerate((
            ("?utm_source=" + long, "source", "a" * 200),
            ("?utm_term=" + "%C3%A9" * 1300, "keyword", "é" * 100),
            ("?gclid=" + long, "click_kind", "gclid"),
            ("?utm_source=Soldes%20d'%e9t%e9", "source", "Soldes d'été"),
            ("?utm_campaign=%3Cscript%3Ealert(1)%3C/script%3E",
             "campaign_key", "<script>alert(1)</script>"),
            ("?utm_source=a%0d%0aX:1", "source", None),
            ("?utm_medium=%", "medium", "%"),
            ("?utm_source=%00", "source", None),
            ("?go=%ff&utm_source=x", "source", "x"),
            ("?" + "&".join(f"x{n}=1" for n in range(300)), "source",
             None))):
        got = send(s, query, f"odd{n}@touch.example")
        equal(got.get(column), want, f"{column} of {query[:60]}")
    check("click_id" not in kept(s, "odd2@touch.example"),
          "a click that were cut is none")


@scenario("short links lead to their page, and nowhere else", short=True)
def short_links(s):
    ready(s)
    visitor = s.visitor()
    for path in ("/go/lyon24", "/go/LYON24", "/lyon24", "/Lyon24"):
        answer = visitor.get(path)
        equal((answer.status, answer.header("Location")),
              (302, PAGE + "?go=lyon24"), path)
    equal(visitor.get("/go/lyon24?gclid=x&go=other&lang=fr").header(
        "Location"), PAGE + "?go=lyon24&gclid=x&lang=fr",
        "what else it says goes along")
    for path in ("/go/none", "/go/fini", "/fini", "/go/parti", "/bus",
                 "/go/", "/go/lyon24/more", "/go//evil.example",
                 "/go/https:%2F%2Fevil.example", "/go/%0d%0aX:1",
                 "/none", "/go/" + "a" * 300):
        answer = visitor.get(path)
        equal((answer.status, answer.header("Location")), (404, ""), path)
    for query in ("?next=https://evil.example", "?page=//evil.example",
                  "?" + "a" * 5000, "?a=<script>"):
        where = visitor.get("/go/lyon24" + query).header("Location")
        check(where.startswith(PAGE + "?go=lyon24"), f"{query[:30]} leads on")
    equal(visitor.get("/e").status, 405, "a path of ours stays what it is")
    equal(visitor.request("POST", "/lyon24", b"").status, 405, "a post")
    equal(send(s, "?go=lyon24&utm_source=forged&gclid=y",
               "stand@touch.example"),
          {"channel": "fair", "source": "stand", "medium": "qr",
           "campaign_key": "salon-lyon", "content": "comptoir",
           "click_kind": "gclid", "click_id": "y", "code": "lyon24"},
          "what the link says goes first")
    equal(send(s, "?go=none", "perdu@touch.example"),
          {"channel": "direct", "campaign_key": "recherche"},
          "an unknown code")


@scenario("a code typed in the form names its campaign", short=True)
def typed_codes(s):
    ready(s)
    equal(send(s, "?utm_source=google", "code@touch.example", promo=" BUS "),
          {"channel": "poster", "source": "google", "campaign_key": "bus",
           "promo": "BUS"}, "a known one")
    equal(send(s, "", "faux@touch.example", promo="B US"),
          {"channel": "direct", "campaign_key": "recherche",
           "promo": "B US"}, "an unknown one loses nothing")


# A reader of QR codes, for those of one block (ISO/IEC 18004).

ALIGNED = {2: 18, 3: 22}
# Words of data in the one block that versions 1 and 2 have at level Q, and
# in each of the two of version 3.
DATA_WORDS = {1: (13,), 2: (22,), 3: (17, 17)}
TOTAL_WORDS = {1: 26, 2: 44, 3: 70}
MASKS = (lambda y, x: (y + x) % 2, lambda y, x: y % 2, lambda y, x: x % 3,
         lambda y, x: (y + x) % 3, lambda y, x: (y // 2 + x // 3) % 2,
         lambda y, x: y * x % 2 + y * x % 3,
         lambda y, x: (y * x % 2 + y * x % 3) % 2,
         lambda y, x: ((y + x) % 2 + y * x % 3) % 2)


def is_function(n, version, y, x):
    if (y < 9 and (x < 9 or x >= n - 8)) or (x < 9 and y >= n - 8) or \
            6 in (y, x):
        return True
    at = ALIGNED.get(version)
    return bool(at) and abs(y - at) <= 2 and abs(x - at) <= 2


def read_qr(dark):
    """The text of a code, whose dark modules are given row by row."""
    n = len(dark)
    version = (n - 17) // 4
    level_mask = 0
    for x in (0, 1, 2, 3, 4):
        level_mask = level_mask << 1 | dark[8][x]
    mask = MASKS[(level_mask ^ 0b10101) & 7]
    equal((level_mask ^ 0b10101) >> 3, 0b11, "its level is Q")
    bits, upwards, x = [], True, n - 1
    while x > 0:
        x -= x == 6
        for y in range(n - 1, -1, -1) if upwards else range(n):
            for column in (x, x - 1):
                if not is_function(n, version, y, column):
                    bits.append(dark[y][column] ^
                                (not mask(y, column)))
        upwards, x = not upwards, x - 2
    words = [int("".join("01"[b] for b in bits[i * 8:i * 8 + 8]), 2)
             for i in range(TOTAL_WORDS[version])]
    blocks = DATA_WORDS[version]
    data = [words[i * len(blocks) + b] for b in range(len(blocks))
            for i in range(blocks[b])]
    text = "".join(f"{w:08b}" for w in data)
    equal(text[:4], "0100", "its mode is bytes")
    count = int(text[4:12], 2)
    return bytes(int(text[12 + 8 * i:20 + 8 * i], 2)
                 for i in range(count)).decode()


def modules_of_svg(text):
    side = int(re.search(r'width="(\d+)"', text).group(1))
    dark = [[0] * side for _ in range(side)]
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1", text):
        for i in range(int(run)):
            dark[int(y)][int(x) + i] = 1
    return [row[4:-4] for row in dark[4:-4]]


def pixels_of_png(blob):
    """Is each pixel dark?  Of eight bits a channel, not interlaced."""
    equal(blob[:8], b"\x89PNG\r\n\x1a\n", "a PNG")
    at, packed = 8, b""
    while at < len(blob):
        size, kind = struct.unpack(">I4s", blob[at:at + 8])
        piece = blob[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", piece[:10])
        packed += piece if kind == b"IDAT" else b""
        at += 12 + size
    step = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    equal(depth, 8, "bits of a channel")
    raw, before, rows = zlib.decompress(packed), bytes(width * step), []
    for y in range(height):
        kind, *line = raw[y * (width * step + 1):(y + 1) *
                          (width * step + 1)]
        for i, value in enumerate(line):
            left = line[i - step] if i >= step else 0
            up, corner = before[i], before[i - step] if i >= step else 0
            guess = left + up - corner
            near = min((left, up, corner), key=lambda v: abs(v - guess))
            line[i] = (value + (0, left, up, (left + up) // 2,
                                near)[kind]) & 255
        before = bytes(line)
        rows.append([int(line[x * step] < 128) for x in range(width)])
    return rows


@scenario("a QR code says the link's address, as SVG and as PNG", short=True)
def drawn(s):
    ready(s)
    ran = s.piste("qr", "Lyon24", "--svg")
    equal(ran.returncode, 0, ran.stderr)
    modules = modules_of_svg(ran.stdout)
    want = s.env["PISTE_URL"] + "/go/lyon24"
    equal(read_qr(modules), want, "what a reader finds")
    check(ran.stdout.count("<") == 4, "a drawing of one path")
    blob = run_bytes(s, "qr", "lyon24", "--png", "--pixels", "3")
    rows = pixels_of_png(blob)
    equal(len(rows), 3 * (len(modules) + 8), "pixels in a column")
    equal([row[13::3][:len(modules)] for row in rows[13::3][:len(modules)]],
          modules, "the same, three pixels a module")
    for words, status in ((("none", "--svg"), 1), (("fini", "--svg"), 1),
                          (("lyon24",), 2), (("--svg",), 2),
                          (("lyon24", "--svg", "--png"), 2),
                          (("lyon24", "--png", "--pixels", "0"), 2),
                          (("lyon24", "--png", "--pixels", "41"), 2)):
        equal(s.piste("qr", *words).returncode, status, f"qr {words}")


def run_bytes(s, *words):
    return subprocess.run([s.binary, *words], env=s.env, cwd="/", timeout=30,
                          capture_output=True, check=True, **AS).stdout


def conversions(s, *words, status=0, env=ADS):
    ran = s.piste("conversions", *words, env=env)
    equal(ran.returncode, status, f"conversions {words}: {ran.stderr}")
    return ran.stderr if status else (ran.stdout, ran.stderr)


# What Google says of a time: yyyy-MM-dd HH:mm:ss+zzzz.
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d{4}$")


@scenario("conversions go back to the platform, once, of who agreed",
          short=True)
def given_back(s):
    ready(s)
    day = s.one("SELECT (now() - interval '1 day')::date")
    conversions(s, "google", "--since", day, "--of", "lead")
    send(s, "?gclid=Agreed-1", "oui@touch.example", boxes=("consent.ads",))
    send(s, "?gclid=Silent-1", "non@touch.example")
    send(s, "?msclkid=Bing-1", "bing@touch.example", boxes=("consent.ads",))
    asked = ("google", "--since", day, "--of", "lead", "--value", "15.5",
             "--name", "Demande")
    out, said = conversions(s, *asked, "--test")
    contains(said, "1 conversions, no file kept", "a test")
    out, said = conversions(s, *asked)
    number = re.match(r"file (\d+): 1 conversions\n", said).group(1)
    rows = list(csv.reader(io.StringIO(out)))
    equal(rows[0], ["Parameters:TimeZone=Europe/Paris"] + [""] * 6,
          "parameters")
    equal(rows[1], ["Google Click ID", "GBRAID", "WBRAID", "Conversion Name",
                    "Conversion Time", "Conversion Value",
                    "Conversion Currency"], "names")
    equal((rows[2][:4], rows[2][5:], len(rows)),
          (["Agreed-1", "", "", "Demande"], ["15.50", "EUR"], 3),
          "the one there is")
    check(TIME.match(rows[2][4]), f"a time: {rows[2][4]}")
    contains(conversions(s, *asked)[1], "0 conversions", "a second time")
    equal(conversions(s, "google", "--again", number)[0], out, "a lost file")
    contains(conversions(s, "microsoft", "--again", number, status=1),
             "no such file", "another's file")
    out, _ = conversions(s, "microsoft", "--since", day, "--of", "lead")
    rows = list(csv.reader(io.StringIO(out)))
    equal((rows[0][0], rows[1][0], rows[2][0], rows[2][3:]),
          ("Parameters:TimeZone=+0000", "Microsoft Click ID", "Bing-1",
           ["", ""]), "Microsoft's")
    ran = s.piste("consent", "withdraw", "oui@touch.example", "--purpose",
                  "ad-feedback")
    equal(ran.returncode, 0, ran.stderr)
    contains(conversions(s, "google", "--again", number)[1],
             "0 conversions", "who has taken it back is not in it again")
    contains(conversions(s, "google", "--since", day, status=1, env={}),
             "conversion_purpose", "without a purpose")
    for words in (("google",), ("yahoo", "--since", day),
                  ("google", "--since", day, "--again", "1"),
                  ("google", "--again", "0"), ("google", "--again", "x")):
        conversions(s, *words, status=2)
    for words in (("--since", "soon"), ("--since", day, "--of", "sale"),
                  ("--since", day, "--of", "lead", "--value", "-1"),
                  ("--since", day, "--value", "1"),
                  ("--since", day, "--currency", "euro")):
        conversions(s, "google", *words, status=1)


@scenario("a program tells a touch as a page does")
def by_program(s):
    ready(s)
    ran = s.apply({"origins": [{"key": "touch", "server": True,
                                "pages": [KEY]}]})
    equal(ran.returncode, 0, ran.stderr)
    key = s.piste("origin", "touch").stdout.strip()
    visitor = s.visitor()

    def post(email, **touch):
        return visitor.request(
            "POST", f"/api/v1/pages/{KEY}/submissions",
            json.dumps({"fields": {"email": email}, "touch": touch}).encode(),
            {"Content-Type": "application/json",
             "Authorization": "Bearer " + key}).status
    until(lambda: post("prog0@touch.example") == 201, 10,
          "the origin is known")
    equal(post("prog1@touch.example", code="LYON24", keyword="k",
               click_kind="msclkid", click_id="b"), 201, "with a code")
    equal(kept(s, "prog1@touch.example"),
          {"channel": "fair", "source": "stand", "medium": "qr",
           "campaign_key": "salon-lyon", "content": "comptoir",
           "keyword": "k", "click_kind": "msclkid", "click_id": "b",
           "code": "lyon24"}, "what is kept")
    equal(post("prog2@touch.example", code="x" * 300, affiliate="a" * 4000,
               click_kind="y" * 300), 201, "what fits nowhere")
    equal(kept(s, "prog2@touch.example"),
          {"channel": "affiliate", "campaign_key": "recherche",
           "affiliate": "a" * 200}, "what is left of it")
