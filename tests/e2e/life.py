"""An experiment's life by commands: planned, started, looked at, decided."""

import json
import subprocess

from check import contains, equal, scenario, until
from experiments import apply, page, see
from stack import AS

KEY = "vie"


def experiment(s, *words, status=0):
    ran = s.piste("experiment", *words)
    equal(ran.returncode, status,
          f"status of {' '.join(words)}: {ran.stderr}")
    return ran.stdout + ran.stderr


def state(s):
    row = [json.loads(line) for line in
           experiment(s, "list", "--json").splitlines()]
    return next(r for r in row if r["key"] == KEY)


@scenario("an experiment is planned, started, decided and undone", short=True)
def life(s):
    apply(s, [page(KEY)], {"key": KEY, "page": KEY, "state": "draft",
                           "weights": {"a": .5, "b": .5},
                           "planned_visitors": 20000})
    equal(state(s)["next"], ["start"], "what a draft may do")
    contains(experiment(s, "list", "--lang", "fr"),
             f"{KEY}\u00a0: brouillon", "the list in French")
    contains(experiment(s, "show", KEY, "--lang", "fr"), "commandes possibles"
             "  start", "what it may do in French")
    contains(experiment(s, "list", "--lang", "en"), f"{KEY}: draft",
             "the list in English")
    contains(experiment(s, "pause", KEY, status=1),
             "is draft, which can't become paused", "why not")
    contains(experiment(s, "decide", KEY, "b", status=1),
             "is draft, which can't become decided", "why not")
    contains(experiment(s, "plan", KEY, "--baseline", ".04"),
             "10317 visitors an arm", "the plan")
    contains(s.piste("results", KEY, "--lang", "en").stdout,
             "has not started yet", "results of a draft")

    contains(experiment(s, "start", KEY, "--reason", "pour voir"),
             "Experiment vie is running", "what now holds")
    until(lambda: {see(s.visitor(), KEY) for _ in range(12)} == {"a", "b"},
          10, "both variants are shown")
    contains(experiment(s, "show", KEY), "command: pour voir", "who and why")
    got = json.loads(s.piste("results", KEY, "--json").stdout)
    equal(got["verdict"]["name"], "collecting", "the verdict")
    equal([arm["key"] for arm in got["arms"]], ["a", "b"], "arms")
    contains(experiment(s, "decide", KEY, "z", status=1), "no variant z",
             "why not")

    contains(experiment(s, "decide", KEY, "b", "--reason", "b gagne"),
             "Experiment vie is decided: page vie shows variant b",
             "what now holds")
    contains(s.piste("results", KEY, "--lang", "en").stdout,
             "Variant b was shipped on", "results of a decision")
    until(lambda: {see(s.visitor(), KEY) for _ in range(12)} == {"b"}, 10,
          "everybody sees b")
    equal((state(s)["state"], state(s)["shipped"]), ("decided", "b"), "state")
    contains(experiment(s, "stop", KEY, status=1),
             "is decided, which can't become stopped", "why not")
    contains(experiment(s, "undo", KEY, "--lang", "fr"),
             "de nouveau arrêtée", "what now holds")
    until(lambda: {see(s.visitor(), KEY) for _ in range(12)} == {"a"}, 10,
          "everybody sees a again")
    contains(experiment(s, "undo", KEY, status=1), "is not decided",
             "nothing is left to undo")
    experiment(s, "archive", KEY)
    equal(state(s)["next"], [], "what an archived one may do")
    equal(s.piste("results", KEY, "--exact").returncode, 1,
          "its visitors can't be counted anew")


@scenario("work stores a verdict of last midnight, once")
def midnight(s):
    key = "minuit"
    apply(s, [page(key)], {"key": key, "page": key,
                           "weights": {"a": .5, "b": .5}})
    s.sql("UPDATE experiment SET phase_started_at = now() -"
          f" interval '3 days' WHERE key = '{key}'")
    # The stack's own worker may have looked before that.
    s.sql("UPDATE epoch SET started_at = now() - interval '3 days'"
          f" WHERE experiment_key = '{key}';"
          f" DELETE FROM verdict WHERE experiment_key = '{key}'")
    for _ in range(2):
        equal(s.piste("work", "--once").returncode, 0, "status of work")
    equal(s.sql("SELECT verdict FROM verdict"
                f" WHERE experiment_key = '{key}'"), ["collecting"],
          "verdicts")


@scenario("results and experiment say what is wrong with their words")
def words(s):
    equal(s.piste("results", "nope").returncode, 1, "status of an unknown key")
    contains(s.piste("results", "nope").stderr, "no such experiment", "why")
    for wrong in (["--json"], ["k", "--as-of"], ["k", "--as-of", "2026-02-30"],
                  ["k", "--lang", "de"], ["k", "--nonsense"]):
        equal(s.piste("results", *wrong).returncode, 2,
              f"status of results {' '.join(wrong)}")
    for wrong in (["nonsense"], ["show"], ["decide", "k"], ["list", "k"],
                  ["list", "--lang", "de"], ["show", "k", "--json"],
                  ["plan", "k", "--power", "1"], ["start", "k", "--json"]):
        equal(s.piste("experiment", *wrong).returncode, 2,
              f"status of experiment {' '.join(wrong)}")
    for word, option, value in (("results", "--phase", "NaN"),
                                ("results", "--lang", "de"),
                                ("experiment", "--baseline", "NaN"),
                                ("experiment", "--power", "1")):
        verb = ["plan"] if word == "experiment" else []
        contains(s.piste(word, *verb, "k", option, value).stderr,
                 f"{option} {value}: no such option, or nothing that it"
                 " takes", f"which word of {word}")
    for verb in ("show", "start", "plan", "undo"):
        contains(experiment(s, verb, "nope", status=1),
                 "there is no experiment nope", verb)
    for command in (["results"], ["experiment", "show"]):
        ran = subprocess.run([s.binary, *command, b"\xff"], cwd="/",
                             capture_output=True, timeout=30, env=s.env, **AS)
        contains(ran.stderr.decode(errors="replace"), "there is no",
                 "a key that is no text")
