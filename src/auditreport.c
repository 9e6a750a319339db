/* Implements auditreport.h. */
#include <stdarg.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"

#include "auditreport.h"

static const char *const verdicts[] = { "pass", "fail", "operator" };

void
auditreport_add(struct auditreport *r, enum auditreport_verdict v,
    const char *area, const char *format, ...)
{
	char text[AUDITREPORT_TEXT_BYTES_MAX];
	va_list args;
	int n;

	r->count[v]++;
	if (r->lines == AUDITREPORT_LINES_MAX)
		return;
	va_start(args, format);
	n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (n >= (int)sizeof text)
		n = sizeof text - 1;
	r->line[r->lines++] = (struct auditreport_line){ v, area,
		arena_copy(r->arena, (struct str){ text, n < 0 ? 0 :
		(size_t)n }) };
}

void
auditreport_print(const struct auditreport *r, FILE *out)
{
	for (size_t i = 0; i < r->lines; i++)
		fprintf(out, "%-9s%-11s%.*s\n", verdicts[r->line[i].verdict],
		    r->line[i].area, STR_ARG(r->line[i].text));
	fprintf(out, "%zu pass, %zu fail, %zu the operator must say\n",
	    r->count[AUDITREPORT_PASS], r->count[AUDITREPORT_FAIL],
	    r->count[AUDITREPORT_ASK]);
}

struct str
auditreport_json(const struct auditreport *r, struct str url, int64_t now_ms)
{
	time_t now_s = (time_t)(now_ms / 1000);
	char at[32] = "";
	struct tm utc;
	struct buf b;

	if (gmtime_r(&now_s, &utc))
		strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", &utc);
	buf_init(&b, r->arena, AUDITREPORT_JSON_BYTES_MAX);
	buf_byte(&b, '{');
	buf_json_pair(&b, "at", str_of(at));
	buf_json_pair(&b, "url", url);
	for (size_t i = 0; i < AUDITREPORT_VERDICTS; i++) {
		buf_json_name(&b, verdicts[i]);
		buf_u64(&b, r->count[i]);
	}
	buf_json_name(&b, "lines");
	buf_byte(&b, '[');
	for (size_t i = 0; i < r->lines; i++) {
		buf_add(&b, i ? STR(",\n{") : STR("\n{"));
		buf_json_pair(&b, "verdict",
		    str_of(verdicts[r->line[i].verdict]));
		buf_json_pair(&b, "area", str_of(r->line[i].area));
		buf_json_pair(&b, "text", r->line[i].text);
		buf_byte(&b, '}');
	}
	buf_add(&b, STR("]}\n"));
	return buf_str(&b);
}
