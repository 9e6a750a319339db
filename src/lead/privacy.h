/* Knows what the database itself says of how people's data are kept. */
#ifndef PISTE_LEAD_PRIVACY_H
#define PISTE_LEAD_PRIVACY_H

#include <stdint.h>

#include "base/err.h"

struct pg;

struct privacy_facts {
	int64_t whole_addresses;	/* longer than /24 or /48 */
	int64_t coordinates;		/* columns for a place on a map */
	int64_t visitor_columns;	/* of a cookie, beside a person */
	/*
	 * Forms of experiments that keep their salt: who owns the database
	 * could make a cookie's hash and find the form.
	 */
	int64_t joinable;
	int64_t unarchived;	/* experiments that keep it without need */
	int64_t unkept_texts;		/* asked now, without a kept text */
	int64_t unproved;		/* given, and no text was shown so */
};
/* As pg_run. */
MUST_USE enum err privacy_look(struct pg *db, struct privacy_facts *out);

#endif
