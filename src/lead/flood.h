/*
 * Knows when forms come in a flood: the limits PostgreSQL judges submissions
 * by (src/sql/0011), and whether this process is under attack, so that its
 * forms ask for a proof of work.
 */
#ifndef PISTE_LEAD_FLOOD_H
#define PISTE_LEAD_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

struct conf;

#define FLOOD_SESSION_BYTES 512
#define FLOOD_SECONDS 60		/* what attack_suspects counts over */
#define FLOOD_CALM_MS INT64_C(300000)	/* below half the limits, till calm */

/*
 * What a connection that submits says first, in dst: how it writes, and the
 * rates submissions are judged by.
 */
const char *flood_session(const struct conf *c, char dst[FLOOD_SESSION_BYTES]);

struct flood;

/* Calm at first.  Each process counts for itself; release with flood_free. */
struct flood *flood_new(const struct conf *c);
void flood_free(struct flood *f);	/* NULL is accepted */

/*
 * Count a form that was sent and is kept; was it put aside?  An attack begins
 * when attack_suspects are put aside, or attack_posts sent, within a minute,
 * and ends when both have stayed below half of that for FLOOD_CALM_MS.  Safe
 * from any thread, as what follows.
 */
void flood_note(struct flood *f, bool is_suspect, int64_t now_ms);

/* Must a form that is shown now ask for a proof of work? */
bool flood_asks_work(struct flood *f, int64_t now_ms);

struct flood_count {
	bool is_attack;
	uint64_t attacks;	/* begun so far */
	uint64_t posts;		/* noted so far */
	uint64_t suspects;
};
void flood_counts(struct flood *f, int64_t now_ms, struct flood_count *out);

#endif
