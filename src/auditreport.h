/* Knows what an audit found: a line for each rule, as text and as JSON. */
#ifndef PISTE_AUDITREPORT_H
#define PISTE_AUDITREPORT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

struct arena;

#define AUDITREPORT_LINES_MAX 4000
#define AUDITREPORT_TEXT_BYTES_MAX 1000
#define AUDITREPORT_JSON_BYTES_MAX ((size_t)8 << 20)

enum auditreport_verdict {
	AUDITREPORT_PASS,
	AUDITREPORT_FAIL,
	AUDITREPORT_ASK,	/* the operator must say */
	AUDITREPORT_VERDICTS,
};

struct auditreport {
	struct arena *arena;
	struct auditreport_line {
		enum auditreport_verdict verdict;
		const char *area;
		struct str text;
	} line[AUDITREPORT_LINES_MAX];
	size_t lines;
	size_t count[AUDITREPORT_VERDICTS];	/* also those without room */
};

void auditreport_add(struct auditreport *r, enum auditreport_verdict v,
    const char *area, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The verdict is a pass when it holds, else a failure. */
#define AUDITREPORT_JUDGE(r, holds, area, ...) \
	auditreport_add((r), (holds) ? AUDITREPORT_PASS : AUDITREPORT_FAIL, \
	    (area), __VA_ARGS__)

/* A line each, and the sums. */
void auditreport_print(const struct auditreport *r, FILE *out);
/*
 * {"at", "url", "pass", "fail", "operator", "lines": [{"verdict", "area",
 * "text"}…]}, at as in RFC 3339; in the report's arena.
 */
struct str auditreport_json(const struct auditreport *r, struct str url,
    int64_t now_ms);

#endif
