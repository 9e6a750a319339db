/*
 * Knows when a mail domain has to be asked about: after the answer to who
 * posted, before the lead is qualified, and never for long.
 */
#ifndef PISTE_LEAD_MAILCHECK_H
#define PISTE_LEAD_MAILCHECK_H

#include <stdint.h>

#include "base/str.h"

struct pg;

#define MAILCHECK_WAIT_MS 1500		/* a turn's, all domains together */
#define MAILCHECK_PAUSE_MS 60000	/* when no name server answers */
#define MAILCHECK_SETTLED_MAX 500	/* answered for a turn, see below */
#define MAILCHECK_OFF STR("off")

struct mailcheck {
	struct str server;	/* see exchanger_look; MAILCHECK_OFF: none */
	int64_t resume_ms;	/* by clock_mono_ms: not before; 0 at first */
};

/*
 * Ask about the domains that the next leads to qualify came with, and about
 * those that the DNS told nothing of when theirs were, and keep what is
 * answered; nothing while there is nobody to ask.  Leads that were qualified
 * without an answer there is now are opened again.  Waits for
 * MAILCHECK_WAIT_MS at most, and not when stop_fd is readable.  OK, or as
 * pg_run: that the DNS is away is no error.
 */
MUST_USE enum err mailcheck_turn(struct mailcheck *m, struct pg *db,
    int stop_fd);

#endif
