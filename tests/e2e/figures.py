"""The figures of a time: told alike by every road, kept up by the worker."""

import csv
import io
import json

from check import check, contains, equal, scenario, until
from stages import lead_of


def kpi(s, *words):
    ran = s.piste("kpi", "--json", *words)
    equal(ran.returncode, 0, f"status of kpi {words}: {ran.stderr}")
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    # The worker may have changed something since.
    for row in rows:
        del row["waiting"]
    return rows


@scenario("figures are the same by every road", short=True)
def roads(s):
    lead_of(s, "chiffres@firm.example")
    # Until the worker has done with the lead.
    until(lambda: kpi(s, "--by", "campaign", "--compare", "--recount") ==
          kpi(s, "--by", "campaign", "--compare"), 20,
          "what is counted anew is the same")
    rows = kpi(s, "--by", "campaign", "--compare")
    total = rows[-1]
    equal(total["row"], "total", "the last row")
    check(total["figures"]["leads"]["value"] >= 1, "the lead is counted")
    for name in ("leads", "visitors", "mql", "customers", "cost"):
        equal(round(sum(r["figures"][name]["value"] for r in rows[:-1]), 2),
              total["figures"][name]["value"], f"{name} of all cells")
    said = s.piste("kpi", "--by", "campaign", "--compare", "--csv").stdout
    for row, line in zip(rows, csv.DictReader(io.StringIO(said)),
                         strict=True):
        for name, told in row["figures"].items():
            for key, column in (("value", name), ("before", name + "_before")):
                equal(line[column] if line[column] == "n/a"
                      else float(line[column]), told[key], column)
    text = s.piste("kpi", "--compare").stdout
    contains(text, "95 % interval", "as text")
    contains(text, "before: from", "what it is compared with")
    known = [json.loads(line)["key"] for line in s.piste(
        "kpi", "--definitions", "--json").stdout.splitlines()]
    equal(known, list(total["figures"]), "what is defined")


@scenario("the worker counts what has changed")
def kept(s):
    asked = "SELECT coalesce(sum(leads), 0) FROM figure_day WHERE split = ''"
    s.piste("kpi", "--rebuild")
    before = int(s.one(asked))
    lead_of(s, "compte@firm.example")
    until(lambda: int(s.one(asked)) > before, 30, "the lead is counted")


@scenario("figures say by what and of when")
def words(s):
    for words in (["--by", "moon"], ["--from", "hier"], ["--of", "all"],
                  ["--json", "--csv"], ["--rebuild", "--json"],
                  ["--definitions", "--by", "week"]):
        equal(s.piste("kpi", *words).returncode, 2, f"kpi {words}")
    for words, told in ((["--by", "moon"], "--by: moon"),
                        (["--to", "hier"], "--to: hier"),
                        (["--currency", "eur"], "--currency: eur")):
        contains(s.piste("kpi", *words).stderr, told, "which word is wrong")
    ran = s.piste("kpi", "--from", "2026-02-02", "--to", "2026-02-01")
    equal(ran.returncode, 1, "a time that ends before it begins")
    contains(ran.stderr, "is before", "the reason")
