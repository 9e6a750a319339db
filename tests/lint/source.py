"""What the lints share: which files there are, and C without its comments."""

import os
import re
import subprocess
import sys

HOME = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
ROOT = sys.argv[1] if len(sys.argv) > 1 else HOME

COMMENT = r"/\*.*?\*/|//[^\n]*"
STRING = r'"(?:\\.|[^"\\\n])*"'
CHARACTER = r"'(?:\\.|[^'\\\n])*'"

complaints = 0


def complain(path, line, reason):
    global complaints
    complaints += 1
    print(f"{path}:{line}: {reason}")


def finish():
    sys.exit(1 if complaints else 0)


def _walk():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [f for f in folders if f not in (".git", "build")]
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), ROOT)


def _listed():
    if not os.path.exists(os.path.join(ROOT, ".git")):
        return list(_walk())
    out = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "-C", ROOT, "ls-files", "-co",
         "--exclude-standard"],
        capture_output=True, text=True, check=True).stdout
    return out.split("\n")


def files(pattern):
    """Paths below the root that the regular expression matches whole."""
    whole = re.compile(pattern)
    return sorted(f for f in set(_listed()) if whole.fullmatch(f) and
                  os.path.isfile(os.path.join(ROOT, f)))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8",
              errors="replace") as f:
        return f.read()


def _gap(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(source):
    """Comments blanked, strings kept, line numbers unchanged."""
    return re.sub(f"({STRING}|{CHARACTER})|{COMMENT}",
                  lambda m: m.group(1) or _gap(m.group(0)), source,
                  flags=re.S)


def code_only(source):
    """Comments and the inside of strings blanked."""
    return re.sub(f"{COMMENT}|{STRING}|{CHARACTER}",
                  lambda m: _gap(m.group(0)), source, flags=re.S)


def line_of(source, offset):
    return source.count("\n", 0, offset) + 1
