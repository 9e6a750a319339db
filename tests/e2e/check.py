"""How a scenario says what must hold, and how scenarios become known."""

import time

SCENARIOS = []


class Failure(Exception):
    """What was expected and what was seen."""


def scenario(what, stack="plain", short=False):
    """Register a function of one stack; short ones look for races, too."""
    def register(function):
        SCENARIOS.append((what, stack, short, function))
        return function
    return register


def check(holds, expected):
    if not holds:
        raise Failure(expected)


def equal(got, wanted, what):
    if got != wanted:
        raise Failure(f"{what}: got {got!r}, wanted {wanted!r}")


def contains(text, part, what):
    if part not in text:
        raise Failure(f"{what}: no {part!r} in {text[:400]!r}")


def until(holds, seconds, expected):
    """Wait for a thing to hold; the last value is returned."""
    end = time.monotonic() + seconds
    while True:
        value = holds()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"not within {seconds} s: {expected}")
        time.sleep(0.02)
