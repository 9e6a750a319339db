"""The journal against the database: a line for each fault."""

from driver import ACKNOWLEDGED, REFUSED, UNKNOWN

COLUMNS = ("fault", "posts", "acknowledged", "refused", "unknown", "retried",
           "lost", "doubled", "gap s", "slowest s")
WIDTHS = (44, 7, 13, 8, 8, 8, 6, 8, 7, 10)


def stored(stack, name):
    """How often each entry is there, and what each address has of a kind."""
    rows = stack.sql("SELECT fields #>> '{message}', count(*) FROM submission"
                     f" WHERE fields #>> '{{message}}' LIKE '{name} %'"
                     " GROUP BY 1")
    by_serial = {int(r.split("|")[0].split()[-1]): int(r.split("|")[1])
                 for r in rows}
    twice = set(stack.sql(
        "SELECT s.email FROM submission AS s LEFT JOIN qualification_queue AS"
        f" q ON q.lead_id = s.lead_id WHERE s.email LIKE '{name}-%'"
        " GROUP BY s.email HAVING count(DISTINCT s.person_id) <> 1 OR"
        " count(DISTINCT s.lead_id) <> 1 OR count(DISTINCT q.id) <> 1"))
    return by_serial, twice


def gap(entries, begun, ended):
    """The longest time in which nobody's submission was acknowledged."""
    times = sorted([begun, ended] + [at for e in entries
                                     for at, _, status in e.answers
                                     if status == 303 and at < ended])
    return max(b - a for a, b in zip(times, times[1:]))


def reckon(stack, driver, fault, begun, ended, first):
    """The line's figures; first: what each entry was told before retries."""
    entries = driver.of(fault)
    by_serial, twice = stored(stack, driver.name)
    lost = [e for e in entries if e.told != REFUSED
            and not by_serial.get(e.serial)]
    doubled = [e for e in entries if by_serial.get(e.serial, 0) > 1
               or e.told == REFUSED and by_serial.get(e.serial)]
    doubled += [e for e in entries if e.email in twice]
    told = [first[e.serial] for e in entries]
    return {
        "fault": fault,
        "posts": sum(len(e.answers) for e in entries),
        "acknowledged": told.count(ACKNOWLEDGED),
        "refused": told.count(REFUSED),
        "unknown": told.count(UNKNOWN),
        "retried": sum(e.told == ACKNOWLEDGED and
                       first[e.serial] == UNKNOWN for e in entries),
        "lost": len(lost),
        "doubled": len({e.serial for e in doubled}),
        "gap s": round(gap(entries, begun, ended), 1),
        "slowest s": round(max([a[1] for e in entries for a in e.answers],
                               default=0), 1),
        "names": [(e.serial, e.email, e.told, [a[2] for a in e.answers])
                  for e in (lost + doubled)[:5]],
    }


def head():
    return "".join(c.ljust(w) if c == "fault" else c.rjust(w)
                   for c, w in zip(COLUMNS, WIDTHS))


def line(figures):
    return "".join(str(figures[c]).ljust(w) if c == "fault"
                   else str(figures[c]).rjust(w)
                   for c, w in zip(COLUMNS, WIDTHS))
