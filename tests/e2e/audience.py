"""How many people saw what, whence they came, and who of them stayed."""

import os
import signal

from beacon import AHEAD, ROBOT, tell, token_of
from check import check, contains, equal, scenario, until
from client import Form, filled
from closing import total
from experiments import apply, halves, page
from stack import GENEVA, LYON

CHROME = "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0.0.0 Safari/537.36"


def sums(s, key, where="class = 'human'"):
    """Views, visitors and engaged ones of a page."""
    row = s.one("SELECT coalesce(sum(views), 0) || ' ' ||"
                " coalesce(sum(visitors), 0) || ' ' ||"
                " coalesce(sum(engaged), 0) FROM audience"
                f" WHERE page_key = '{key}' AND {where}")
    return tuple(int(n) for n in row.split())


def await_sums(s, key, wanted, where="class = 'human'"):
    try:
        until(lambda: sums(s, key, where) == wanted, 10, "the audience")
    finally:
        equal(sums(s, key, where), wanted, f"of {key} where {where}")


def claims(s):
    text = s.visitor().get("/metrics").text
    return int(text.split("\npiste_audience_claims ")[1].split()[0])


@scenario("visitors are counted once a day and page, whoever serves them",
          "trials")
def people(s):
    apply(s, [page("monde", "a"), page("monde-2", "a")])
    ana, same = s.visitor(address=LYON), s.visitor(address=LYON)
    began = claims(s)
    ana.get("/p/monde?utm_source=lettre&utm_medium=email&utm_term=guide")
    await_sums(s, "monde", (1, 1, 0))
    ana.get("/p/monde")
    same.get("/p/monde")
    await_sums(s, "monde", (3, 1, 0))
    s.visitor(address=LYON, agent=CHROME).get("/p/monde")
    s.visitor(address=GENEVA).get("/p/monde")
    # Of the same network there: one household.
    s.visitor(address="2001:db8::8").get("/p/monde")
    await_sums(s, "monde", (6, 3, 0))
    ana.get("/p/monde-2")
    await_sums(s, "monde-2", (1, 1, 0))
    await_sums(s, "monde", (1, 1, 0), "source = 'lettre' AND medium ="
               " 'email' AND keyword = 'guide' AND campaign_key ="
               " 'livre-blanc-2026' AND country = 'FR' AND region <> ''")
    for visitor in (s.visitor(agent=ROBOT),
                    s.visitor(address="203.0.113.9")):
        visitor.get("/p/monde?utm_source=x1&utm_campaign=x2&utm_medium=x3"
                    "&utm_term=x4")
    s.visitor(address="192.0.2.99").get("/p/monde", **AHEAD)
    # It may say anything, and as many things as it likes.
    await_sums(s, "monde", (1, 0, 0), "class = 'robot' AND campaign_key ="
               " 'livre-blanc-2026' AND source = '' AND medium = '' AND"
               " keyword = ''")
    equal(claims(s), began + 4, "numbers kept of them")
    # Neither a worker's end nor that of all forgets who was there.
    for pid in s.workers():
        os.kill(pid, signal.SIGKILL)
    until(lambda: ana.get("/p/monde").status == 200, 10, "a page again")
    master = s.processes("serve")[0]
    os.kill(master, signal.SIGKILL)
    until(lambda: master not in (s.processes("serve") or [master]), 10,
          "another piste serve")
    until(lambda: s.visitor().get("/readyz").status == 200, 10, "it is ready")
    same.get("/p/monde")
    await_sums(s, "monde", (1, 1, 0), "source = 'lettre'")
    until(lambda: sums(s, "monde")[0] >= 8, 10, "both are written")
    equal(sums(s, "monde")[1:], (3, 0), "visitors")


@scenario("who sends a form is engaged, once, rightly or not", "trials")
def engaged(s):
    apply(s, [page("suite", "a")])
    ana, bob = s.visitor(address=LYON), s.visitor(address=GENEVA)
    form = Form(ana.get("/p/suite?utm_source=lettre").text)
    ana.get("/p/suite")
    bob.get("/p/suite")
    await_sums(s, "suite", (3, 2, 0))
    equal(ana.post("/p/suite", filled(form, email="nobody")).status, 422,
          "a form that is wrong")
    await_sums(s, "suite", (3, 2, 1))
    again = Form(ana.get("/p/suite").text)
    equal(ana.post("/p/suite", filled(again, email="suite@example.org"))
          .status, 303, "a form that is right")
    # Who was seen by nobody before is a visitor by it.
    late = s.visitor(address="192.0.2.98")
    form = Form(late.get("/p/suite", **AHEAD).text)
    equal(late.post("/p/suite", filled(form, email="tard@example.org"))
          .status, 303, "from a page fetched ahead")
    await_sums(s, "suite", (4, 3, 2))
    await_sums(s, "suite", (1, 1, 1), "source = 'lettre'")
    # A robot's form, and one that no page of ours was, engage nobody.
    robot = s.visitor(address="192.0.2.97", agent=ROBOT)
    robot.post("/p/suite", filled(Form(robot.get("/p/suite").text),
                                  email="robot@example.org"))
    bob.post("/p/suite", [("email", "forged@example.org")])
    await_sums(s, "suite", (4, 3, 2))
    equal(sums(s, "suite", "class = 'robot'"), (1, 0, 0), "the robot")


@scenario("a page fetched ahead has a visitor once it is shown", "trials")
def shown(s):
    apply(s, [page("montre")], halves("montre", "montre"))
    visitor = s.visitor(address=LYON)
    answer = visitor.get("/p/montre?utm_source=lettre", **AHEAD)
    equal(tell(visitor, token_of(answer)), 204, "told")
    equal(tell(visitor, token_of(answer)), 204, "told again")
    await_sums(s, "montre", (1, 1, 0), "source = 'lettre'")
    visitor.get("/p/montre")
    await_sums(s, "montre", (2, 1, 0))


@scenario("who refuses to be measured is no visitor", "trials")
def refused(s):
    apply(s, [page("sans", "a")])
    visitor, began = s.visitor(address=LYON), claims(s)
    equal(visitor.post("/p/sans/measure", []).status, 303, "refusing")
    visitor.get("/p/sans")
    await_sums(s, "sans", (1, 0, 0))
    equal(claims(s), began, "no number is kept")


@scenario("what visitors say of themselves is kept in bounds", "trials")
def odd(s):
    apply(s, [page("bizarre", "a")])
    visitor = s.visitor(address=LYON)
    for query in ("utm_source=" + "x" * 4000, "utm_term=%00%ff%22%7D,%5C",
                  "utm_campaign=%3Cscript%3E&utm_medium=" + "%C3%A9" * 300,
                  "utm_source=*&utm_term=*"):
        equal(visitor.get("/p/bizarre?" + query).status, 200, query[:30])
    await_sums(s, "bizarre", (4, 1, 0))
    equal(s.one("SELECT max(greatest(octet_length(source), octet_length("
                "medium), octet_length(keyword))) <= 200 FROM audience"
                " WHERE page_key = 'bizarre'"), "t", "lengths")


@scenario("the funnel begins with people", "trials")
def funnel(s):
    apply(s, [page("entree", "a")])
    before = total(s)["visitors"]
    for address in (LYON, GENEVA):
        s.visitor(address=address).get("/p/entree")
    await_sums(s, "entree", (2, 2, 0))
    of = total(s, "--by", "page")
    # Whoever looked when the stack began may have been added meanwhile.
    check(before + 2 <= of["visitors"] <= before + 3, "visitors in all")
    check(of["rates"]["lead"] != "n/a", "leads per visitor")
    text = s.piste("funnel", "--by", "source").stdout
    contains(text, "visitors", "the first step")
    contains(text, "lead/visitor", "its rate")
