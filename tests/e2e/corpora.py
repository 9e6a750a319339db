"""Public corpora of bad input, as rows: tests/cases/hostile/README.md."""

import filecmp
import json
import os
import re
import shutil
import subprocess
import unicodedata
import xml.etree.ElementTree

from stack import ROOT

HERE = os.path.join(ROOT, "tests/cases/hostile")
WHERE = os.path.join(ROOT, "build/hostile")
PACKAGES = (".npmrc", "package.json", "package-lock.json")
INJECTIONS = "/usr/share/wfuzz/wordlist/Injections"


def place(*path):
    """A file of a package, which is installed when it must be."""
    done = os.path.join(WHERE, "installed.json")
    lock = os.path.join(HERE, "package-lock.json")
    if not (os.path.exists(done) and filecmp.cmp(lock, done, shallow=False)):
        os.makedirs(WHERE, exist_ok=True)
        for name in PACKAGES:
            shutil.copy(os.path.join(HERE, name), WHERE)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--loglevel=error"],
                       cwd=WHERE, check=True, stdout=subprocess.DEVNULL)
        shutil.copy(lock, done)
    return os.path.join(WHERE, "node_modules", *path)


def read(path, **how):
    with open(path, **dict({"encoding": "utf-8"}, **how)) as f:
        return f.read()


def injections():
    """Bytes: one of them is no UTF-8."""
    rows = set()
    for name in os.listdir(INJECTIONS):
        with open(os.path.join(INJECTIONS, name), "rb") as f:
            rows.update(f.read().replace(b"\r\n", b"\n").split(b"\n"))
    return sorted(rows)


def strings():
    """Naughty strings, then injections: text, each once, none empty."""
    naughty = json.loads(read(place("blns/resources/blns.json")))
    rows = naughty + [row.decode("utf-8", "replace") for row in injections()]
    return [row for row in dict.fromkeys(rows) if row]


def addresses():
    """(address, is it one that people have) of the is_email test set."""
    tree = xml.etree.ElementTree.parse(
        place("email-addresses/test/tests.xml"))
    rows = []
    for test in tree.iter("test"):
        # XML can't hold controls: their pictures stand for them.
        typed = re.sub("[\u2400-\u241f]", lambda m: chr(ord(m[0]) - 0x2400),
                       test.findtext("address") or "")
        rows.append((typed, test.findtext("category")))
    good = {typed for typed, category in rows
            if category in ("ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN")
            and "." in typed.split("@")[-1]}
    return [(typed, typed.strip() in good) for typed, _ in rows]


def phones():
    """E.164 of an example for each country, by libphonenumber."""
    codes = json.loads(read(place("libphonenumber-js/metadata.min.json")))
    of = {country: code for code, countries in
          codes["country_calling_codes"].items() for country in countries}
    examples = json.loads(read(place("libphonenumber-js/examples.mobile.json")))
    return {country: f"+{of[country]}{number}"
            for country, number in examples.items() if country in of}


def documents():
    """(name, bytes) of the JSON parsing test suite; y_ is JSON, n_ is not."""
    text = read(place("json-test-suite/data/parsing.js"))
    rows = json.loads(text[text.index("["):text.rindex("]") + 1])
    return [(row["name"], row["input"].encode("utf-8", "surrogatepass"))
            for row in rows]


def tables():
    """(name, path, rows as a list of cells) of csv-spectrum: what it says
    itself that its files hold."""
    where, found = place("csv-spectrum"), []
    for name in sorted(os.listdir(os.path.join(where, "csvs"))):
        name = name[:-len(".csv")]
        rows = json.loads(read(os.path.join(where, "json", name + ".json")))
        # Of one row it says no list.
        found.append((name, os.path.join(where, "csvs", name + ".csv"),
                      [list(row.values()) for row in
                       (rows if isinstance(rows, list) else [rows])]))
    return found


# What is stored of what is typed: Unicode's rules, by another hand than ours.

IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]")
BLANK = re.compile("[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f"
                   "\u205f\u3000]+")


def is_unseen(text):
    return all(IGNORABLE.match(c) or BLANK.match(c) or
               unicodedata.category(c) == "Cf" for c in text)


def trimmed(text):
    return re.sub(f"^{BLANK.pattern}|{BLANK.pattern}$", "", text)


def has_control(text):
    return any(unicodedata.category(c) == "Cc" for c in text)


def kept(typed, most, has_lines):
    """(what is stored or None, the code of what is wrong or None)."""
    if is_unseen(typed):
        return None, None
    if has_lines:
        typed = typed.replace("\r\n", "\n").replace("\r", "\n")
    text = trimmed(typed)
    if not has_lines and re.search("[\r\n]", text):
        return None, "not-line"
    if has_control(re.sub("[\t\n]", "", text) if has_lines else text):
        return None, "not-text"
    text = unicodedata.normalize("NFC", text)
    if not has_lines:
        text = BLANK.sub(" ", text)
    return (None, "too-long") if len(text) > most else (text, None)


def shown(typed, has_lines):
    """What the form that comes back has in its field."""
    if has_lines:
        lines = typed.replace("\r\n", "\n").replace("\r", "\n")
    else:
        lines = re.sub("[\t\n\r]", " ", typed)
    return "".join(c if c in "\t\n" or unicodedata.category(c) != "Cc"
                   else "\ufffd" for c in lines)
