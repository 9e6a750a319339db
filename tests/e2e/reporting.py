"""Reports of weeks by mail and page, and alarms about figures."""

import base64
import csv
import hashlib
import hmac
import io
import json
import os
import re
import signal
import time

from check import check, contains, equal, scenario, until
from mail import caught, link_of, text_of

BOSS, CHIEF, ALARM = ("boss@report.example", "chief@report.example",
                      "alarm@report.example")
REPORTED = {"report_mail": f"{BOSS} {CHIEF}", "alarm_mail": ALARM,
            "mail_name": "Nous", "time_zone": "UTC"}
LAST_WEEK = "date_trunc('week', now() - interval '6 hours') - interval '7 days'"


def seen(s, page, kind, views, begin, end):
    """So many views of a page each day, at noon."""
    s.sql("INSERT INTO audience (hour, page_key, variant, class,"
          " campaign_key, channel, source, medium, keyword, country, region,"
          " views, visitors, engaged) SELECT d + interval '12 hours',"
          f" '{page}', 'a', '{kind}', '', '', '', '', '', '', '', {views},"
          f" {views if kind == 'human' else 0}, 0"
          f" FROM generate_series({begin}, {end}, interval '1 day') AS d")


def restart(s):
    """Another worker, which looks at the clock at once."""
    before = until(lambda: s.processes("work"), 10, "there is a worker")
    for pid in before:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    until(lambda: set(s.processes("work")) - set(before), 20,
          "there is another worker")
    # Not before it is at work: make run is about to note its number.
    until(lambda: s.one("SELECT count(*) > 0 FROM pg_stat_activity WHERE"
                        " application_name = 'piste-work'") == "t", 10,
          "it is at work")


def over(s, path):
    """The same link, as if its time were over."""
    token = path.split("/")[2]
    payload = base64.urlsafe_b64decode(token + "==")[:-32]
    payload = b"1 " + payload.split(b" ", 1)[1]
    with open(os.path.join(s.env["PISTE_STATE"], "secret.key"), "rb") as f:
        seal = hmac.new(f.read(), b"report\0" + payload, hashlib.sha256)
    return "/r/" + base64.urlsafe_b64encode(
        payload + seal.digest()).rstrip(b"=").decode()


@scenario("a week's report is mailed once, whatever is killed when, and read"
          " by its link until that is over", stack="reported", short=True)
def week(s):
    # The stack's own first turn finds an empty week.
    until(lambda: s.one("SELECT count(*) FROM report") == "2", 20,
          "the first look")
    seen(s, "livre-blanc", "human", 40, LAST_WEEK,
         LAST_WEEK + " + interval '6 days'")
    s.sql("DELETE FROM report")
    for n in range(3):
        time.sleep(0.1 * n)
        restart(s)
    # Whoever was killed at a mail has it until the lease's end.
    s.sql("UPDATE outbox SET locked_until = now() WHERE state = 'claimed'")
    for address in (BOSS, CHIEF):
        until(lambda: caught(s, address), 30, f"a mail to {address}")
    restart(s)
    until(lambda: s.one("SELECT count(*) FROM outbox WHERE kind ="
                        " 'mail.letter' AND state IN ('ready', 'claimed')")
          == "0", 90, "nothing waits")
    until(lambda: s.one("SELECT count(*) FROM report") == "2", 30,
          "the month, of which there is nothing to tell")
    weekly = [m for m in caught(s, BOSS) if "Semaine" in m["Subject"]]
    equal(len(weekly), 1, "how often it was told")
    message = weekly[0]
    contains(text_of(message), "Visiteurs\u00a0: 280 (avant\u00a0: ", "the text")
    html = message.get_body(("html",)).get_content()
    contains(html, "cid:days@piste", "the chart's place")
    pictures = [p for p in message.walk()
                if p.get_content_type() == "image/png"]
    equal([p["Content-ID"] for p in pictures],
          ["<days@piste>", "<trend@piste>"], "the charts")
    check(all(p.get_content().startswith(b"\x89PNG") for p in pictures),
          "they are PNG")
    path = link_of(message, "r")
    rows = s.one("SELECT concat_ws(' ', (SELECT count(*) FROM report),"
                 " (SELECT count(*) FROM letter), (SELECT count(*)"
                 " FROM outbox))")
    page = s.visitor().get(path)
    equal(page.status, 200, "the page")
    contains(page.text, "280", "its visitors")
    equal(page.text.count("<svg"), 2, "its charts")
    contains(page.header("X-Robots-Tag"), "noindex", "for search engines")
    equal(page.header("Referrer-Policy"), "no-referrer", "who is told of it")
    contains(page.header("Cache-Control"), "no-store", "who keeps it")
    contains(page.text, time.strftime("%Y", time.gmtime(time.time() +
                                                        30 * 86400)),
             "how long it is good for")
    check("<script" not in page.text, "no script")
    contains(s.visitor().get(path + "?lang=en").text, "In short", "English")
    table = s.visitor().get(path + "/csv")
    equal(table.status, 200, "the CSV")
    figures = {(r["section"], r["figure"]): r["value"]
               for r in csv.DictReader(io.StringIO(table.text))}
    equal(figures["total", "visitors"], "280", "visitors in the CSV")
    ran = s.piste("report", "week", "--json")
    equal(ran.returncode, 0, f"status of report: {ran.stderr}")
    said = json.loads(ran.stdout)
    equal(said["rows"][-1]["now"]["visitors"]["text"], "280",
          "visitors by the command")
    for method in ("GET", "HEAD"):
        equal(s.visitor().request(method, path).status, 200, method)
    equal(s.visitor().post(path, {}).status, 405, "a POST")
    equal(rows, s.one("SELECT concat_ws(' ', (SELECT count(*) FROM report),"
                      " (SELECT count(*) FROM letter), (SELECT count(*)"
                      " FROM outbox))"), "what reading has changed")
    for tail in ("", "/csv"):
        equal(s.visitor().get(path[:-2] + "xx" + tail).status, 403,
              "a bent link")
        equal(s.visitor().get(over(s, path) + tail).status, 410,
              "a link that is over")
    shared = s.piste("report", "week", "--link").stdout.strip()
    equal(s.visitor().get(re.sub(r"^https?://[^/]+", "", shared)).status, 200,
          "a link by the command")
    token = path.split("/")[-1]
    for name in s.log_files():
        with open(name, encoding="utf-8", errors="replace") as f:
            check(token not in f.read(), f"no token in {name}")
    equal(s.piste("report", "week", "--day", "2999-01-01").returncode, 1,
          "a week that is not over")
    equal(s.piste("report", "year").returncode, 2, "no such report")
    ran = s.piste("report", "week", "--link", "--csv")
    equal(ran.returncode, 2, "two outputs")
    contains(ran.stderr, "--csv and --link: one of them", "which two")


@scenario("alarms about figures are mailed once, listed and counted",
          stack="reported")
def alarms(s):
    until(lambda: s.one("SELECT count(*) FROM alarm_day") == "1", 20,
          "the first look")
    day = "date_trunc('day', now() - interval '6 hours')"
    seen(s, "silent", "human", 400, day + " - interval '7 days'",
         day + " - interval '1 day'")
    for kind, begin, end, views in (("human", 63, 1, 90), ("robot", 63, 8, 10),
                                    ("robot", 7, 1, 300)):
        seen(s, "robots", kind, views, day + f" - interval '{begin} days'",
             day + f" - interval '{end} days'")
    s.sql("DELETE FROM alarm; DELETE FROM alarm_day")
    for _ in range(2):
        restart(s)
    s.sql("UPDATE outbox SET locked_until = now() WHERE state = 'claimed'")
    message = until(lambda: caught(s, ALARM), 60, "a mail")[0]
    contains(text_of(message), "Page sans lead, silent", "a silent page")
    contains(text_of(message), "Part des robots en hausse", "robots")
    restart(s)
    until(lambda: s.one("SELECT count(*) FROM alarm_day") == "1", 30,
          "the day is judged")
    equal(len(caught(s, ALARM)), 1, "how often it was told")
    kinds = [json.loads(line)["kind"] for line in
             s.piste("alarms", "--json").stdout.splitlines()]
    equal(sorted(set(kinds)), ["robots", "silent"], "what stands")
    contains(s.visitor().get("/metrics").text, 'piste_alarms{kind="robots"} 1',
             "the metric")
    equal(s.piste("alarms", "--some").returncode, 2, "no such word")
    equal(s.piste("alarms", "--json", "--all").stdout,
          s.piste("alarms", "--all", "--json").stdout, "words in any order")
