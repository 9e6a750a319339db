"""A bandit whose weights go by where visitors come from."""

import json

from check import check, contains, equal, scenario, until
from client import filled
from experiments import apply, counted, id_of, page, see

KEY = "contexte"
TRIAL = {"key": KEY, "page": KEY, "weights": {"a": .5, "b": .5},
         "bandit": {"context": "source", "every": "6h"}}
CROWD = 80
OF_EACH = 600
LONG_AGO = "now() - interval '9 days'"
# What was seen of whom: a pleases those of Alpha, b those of beta.
HISTORY = (("Alpha", "a", 120), ("alpha", "b", 12), ("beta", "a", 12),
           ("beta", "b", 120))


def remember(s):
    """Visitors of five days ago, and what became of them; once all are
    there, the worker may look."""
    for source, arm, leads in HISTORY:
        who = f"array_agg('{source}{arm}' || i)"
        s.sql("SELECT piste.exposure_take("
              f"array_agg('{KEY}'::text), {who}, array_agg('{arm}'::text),"
              " array_agg(1::bigint), array_agg(1), array_agg((extract("
              "epoch FROM now() - interval '5 days') * 1000)::bigint),"
              " array_agg('FR'::text), array_agg('desktop'::text),"
              f" array_agg('{source}'::text), array_agg('fr'::text),"
              " array_agg(0::bigint), array_agg(0::bigint))"
              f" FROM generate_series(1, {OF_EACH}) AS i")
        s.sql("SELECT piste.conversion_take("
              f"array_agg('{KEY}'::text), {who}, array_agg(1::bigint),"
              " array_agg(gen_random_uuid()), array_agg(NULL::bigint),"
              " array_agg(now() - interval '119 hours'), array_agg(true))"
              f" FROM generate_series(1, {leads}) AS i")
    for change in (f"epoch SET started_at = {LONG_AGO} WHERE experiment_key",
                   f"experiment SET phase_started_at = {LONG_AGO} WHERE key"):
        s.sql(f"UPDATE {change} = '{KEY}'")


def come(s, query):
    return [(v, see(v, KEY, query))
            for v in (s.visitor() for _ in range(CROWD))]


def share(crowd, arm):
    return sum(seen == arm for _, seen in crowd) / len(crowd)


def strangers(s):
    """Who is counted neither in a part of theirs nor with all others."""
    return int(s.one(
        "SELECT count(*) FROM exposure AS e JOIN epoch AS p ON"
        " p.experiment_key = e.experiment_key AND p.number = e.epoch"
        f" WHERE e.experiment_key = '{KEY}' AND e.epoch > 1 AND CASE"
        " WHEN p.part_of IS NULL THEN coalesce(lower(e.source), '') IN"
        " ('alpha', 'beta') ELSE p.leaf <> lower(e.source) END"))


def back(s, crowd, query, why):
    check(all(see(v, KEY, query) == seen for v, seen in crowd), why)


@scenario("a bandit's weights go by context, and visitors keep their arm")
def context(s):
    apply(s, [page(KEY)], TRIAL)
    remember(s)
    equal(s.piste("work", "--once").returncode, 0, "status of work")
    wanted = ["1||", "2|5|alpha", "3|5|beta", "4|5|", "5||"]
    until(lambda: s.sql("SELECT number, part_of, leaf FROM epoch WHERE"
                        f" experiment_key = '{KEY}' ORDER BY number") ==
          wanted, 10, "an epoch by context")
    apply(s, [page(KEY)])
    alpha = come(s, "?utm_source=ALPHA")
    beta = come(s, "?utm_source=beta")
    others = come(s, "?utm_source=gamma") + come(s, "")
    check(share(alpha, "a") > .75, f"a for alpha: {share(alpha, 'a')}")
    check(share(beta, "b") > .75, f"b for beta: {share(beta, 'b')}")
    check(.25 < share(others, "a") < .75, f"others: {share(others, 'a')}")
    everybody = alpha + beta + others
    counted(s, KEY, [v for v, _ in everybody])
    equal(strangers(s), 0, "strangers")
    even = s.count("exposure", f"experiment_key = '{KEY}' AND epoch = 4")
    check(.02 < even / len(everybody) < .25, f"{even} with even weights")

    back(s, alpha, "?utm_source=beta", "who comes from elsewhere")
    back(s, beta, "", "who comes from nowhere")
    form = beta[0][0].form(f"/p/{KEY}?utm_source=alpha")
    equal(beta[0][0].post(f"/p/{KEY}", filled(form,
                          email="contexte@example.org")).status, 303,
          "a form is taken")
    s.stop()
    s.start()
    back(s, beta + others, "?utm_source=alpha", "after a restart")
    equal(s.count("exposure", f"experiment_key = '{KEY}'"
                  " AND excluded IS NOT NULL"), 0, "of several arms")
    equal(s.sql("SELECT count(*) FROM outcome AS o JOIN exposure AS e ON"
                " e.experiment_key = o.experiment_key AND e.epoch = o.epoch"
                f" WHERE e.visitor = '{id_of(beta[0][0])}' AND o.exposed_at ="
                " e.first_seen_at AND o.lead_at IS NOT NULL"), ["1"],
          "the conversion of beta's, in its part")


@scenario("results of a bandit by context, and its refusals", short=True)
def told(s):
    key = "contexte-dit"
    wrong = dict(TRIAL, key=key, page=key, targeting={"sources": ["x"]})
    ran = s.apply({"pages": [page(key)], "experiments": [wrong]})
    contains(ran.stderr, "$.experiments[0].bandit.context", "the path")
    apply(s, [page(key)], dict(TRIAL, key=key, page=key))
    for _ in range(3):
        see(s.visitor(), key)
    got = json.loads(s.piste("results", key, "--json", "--exact").stdout)
    equal(got["bandit"]["context"]["by"], "source", "context")
    equal(got["bandit"]["context"]["lift"], None, "not known yet")
    equal(got["epochs"][0]["part"], None, "an epoch of everybody")
