/* Implements accesslog.h over jansson. */
#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/token.h"

#include "lead/accesslog.h"

static_assert(sizeof ((struct accesslog_post *)0)->submission == UUID_TEXT,
    "an id fits");

/* $time_iso8601: 2026-12-01T08:30:00+01:00. */
static bool
read_moment(const char *text, int64_t *at_ms)
{
	struct tm tm = { 0 };
	const char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S%z", &tm) :
	    NULL;
	long ahead_s = tm.tm_gmtoff;

	if (!rest || *rest)
		return false;
	*at_ms = ((int64_t)timegm(&tm) - ahead_s) * 1000;
	return true;
}

static bool
read_receipt(const char *text, char out[UUID_TEXT])
{
	struct uuid id;

	/* Of several upstreams that were tried the last one's counts. */
	if (!text || (*text && token_uuid_parse(str_of(text), &id)))
		return false;
	out[0] = '\0';
	if (*text)
		(void)token_uuid_text(&id, out);
	return true;
}

static enum err
read_line(const json_t *line, struct accesslog_post *out)
{
	const char *method = json_string_value(json_object_get(line, "method"));
	const char *id = json_string_value(json_object_get(line,
	    "request_id"));

	if (!method || !id || strlen(id) != ACCESSLOG_REQUEST_CHARS)
		return ERR_INPUT;
	if (strcmp(method, "POST") != 0)
		return ERR_ABSENT;
	memcpy(out->request, id, sizeof out->request);
	return read_moment(json_string_value(json_object_get(line, "time")),
	    &out->at_ms) && read_receipt(json_string_value(
	    json_object_get(line, "receipt")), out->submission) ? OK :
	    ERR_INPUT;
}

enum err
accesslog_parse(struct str line, struct accesslog_post *out)
{
	json_t *read = json_loadb(line.p, line.n, 0, NULL);
	enum err e = read ? read_line(read, out) : ERR_INPUT;

	json_decref(read);
	return e;
}
