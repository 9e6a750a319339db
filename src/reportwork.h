/* Knows what the worker does about reports and alarms. */
#ifndef PISTE_REPORTWORK_H
#define PISTE_REPORTWORK_H

#include "report/alarmturn.h"
#include "report/reportturn.h"

struct conf;
struct pg;

/* Kept from turn to turn. */
struct reportwork {
	struct reportturn report;
	struct alarmturn alarm;
};

/* c is borrowed. */
void reportwork_init(struct reportwork *w, const struct conf *c);
/*
 * Tell what is over, by db with the servers' rights: figures rest on leads.
 * *done is how much that was; what fails is logged, and tried again.
 */
void reportwork_turn(struct reportwork *w, struct pg *db, int64_t *done);

#endif
