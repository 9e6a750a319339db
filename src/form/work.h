/*
 * Knows the proof of work a form may ask for: ALTCHA's open protocol
 * (altcha.org, its third version), which a browser's script solves while a
 * person fills in.  Pure.
 *
 * A challenge follows from the form's ticket under our key, and a ticket's id
 * is its submission's: so a solution serves one submission, the submission's
 * row is what remembers it as spent, in all processes, and nothing has to be
 * kept for a page that is shown.
 */
#ifndef PISTE_FORM_WORK_H
#define PISTE_FORM_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct ticket;
struct token_key;

/* The field a solution is posted in. */
#define WORK_FIELD "piste_work"
/*
 * What the hash of a right counter begins with, in hex: one in 65,536, less
 * than a second of a computer's time, some of a telephone's.
 */
#define WORK_PREFIX "0000"
#define WORK_PAYLOAD_BYTES_MAX 2048	/* as posted, base64 */
/* From the ticket's issue; the widget can't count beyond 24 days. */
#define WORK_AGE_MS_MAX INT64_C(86400000)

/*
 * The challenge of t as the widget reads it, JSON: parameters, and their
 * HMAC-SHA256 as signature.
 */
struct str work_challenge(struct arena *a, const struct token_key *k,
    const struct ticket *t);

/*
 * Is payload (base64 of {"challenge", "solution"}, as the widget posts it) the
 * solution of t's own challenge, within its age?  Takes its time only over
 * what it says: a hash or two.
 */
bool work_is_solved(struct arena *a, const struct token_key *k,
    const struct ticket *t, struct str payload, int64_t now_ms);

#endif
