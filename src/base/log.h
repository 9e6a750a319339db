/*
 * Knows how events are written: one line each on standard error,
 * key=value, UTC, with the request's id where there is one.
 */
#ifndef PISTE_BASE_LOG_H
#define PISTE_BASE_LOG_H

#include <stdint.h>

#include "base/str.h"

#define LOG_LINE_BYTES_MAX 2048	/* a longer line is cut and ends in … */

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* One key and its value; text is quoted and escaped where it must be. */
struct log_field {
	const char *key;
	enum { LOG_FIELD_STR, LOG_FIELD_INT } kind;
	struct str text;
	int64_t number;
};

#define LOG_STR(k, s) ((struct log_field){ (k), LOG_FIELD_STR, (s), 0 })
#define LOG_Z(k, z) LOG_STR((k), str_of(z))
#define LOG_INT(k, i) ((struct log_field){ (k), LOG_FIELD_INT, STR_EMPTY, (i) })

/* log_event(LOG_WARN, "spool.torn", LOG_Z("file", name), LOG_INT("at", n)); */
#define log_event(level, event, ...) \
	log_write((level), (event), \
	    (const struct log_field[]){ __VA_ARGS__ __VA_OPT__(,) { 0 } })

/* fields end with a NULL key.  Never personal data: ids, codes, counts. */
void log_write(enum log_level level, const char *event,
    const struct log_field *fields);

/* Lines below this level are dropped; LOG_INFO until set. */
void log_level_set(enum log_level least);
/* Parse debug, info, warn or error. */
MUST_USE enum err log_level_parse(struct str name, enum log_level *out);

/* The id this thread's lines carry from now on; the empty str for none. */
void log_request_set(struct str id);

#endif
