/* Knows how a program is told what went wrong: RFC 9457. */
#ifndef PISTE_PROBLEM_H
#define PISTE_PROBLEM_H

#include <stddef.h>

#include "base/str.h"

struct request;

#define PROBLEM_BYTES_MAX (128 << 10)

/* What is wrong with one part of what was sent. */
struct problem_error {
	struct str at;		/* a field's name, else a JSON pointer */
	struct str code;
	struct str message;	/* for a person, in their language */
};

struct problem {
	int status;
	/*
	 * Which of the description's responses this is, where the status
	 * alone doesn't tell; else NULL, for about:blank.
	 */
	const char *response;
	struct str title;	/* empty for the status's words */
	struct str detail;	/* or empty */
	const struct problem_error *error;
	size_t errors;
};

/* Answer rq; 429 and 503 come with Retry-After, 401 with WWW-Authenticate. */
void problem_answer(struct request *rq, const struct problem *p);

#endif
