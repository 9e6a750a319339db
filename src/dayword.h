/* Knows days as commands are told them: those of the site's time zone. */
#ifndef PISTE_DAYWORD_H
#define PISTE_DAYWORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct conf;

/*
 * Make days here those of the setting time_zone; false: the machine knows no
 * such zone, and standard error says so for "piste COMMAND".
 */
bool dayword_zone(const struct conf *c, const char *command);

/* "2026-12-31": today, or so many days ago. */
struct str dayword_ago(struct arena *a, int days);

/* The last year, today included. */
void dayword_year(struct arena *a, struct str *from, struct str *to);
/* Days as dayword_read has them; false also where to is before from. */
bool dayword_span(struct arena *a, struct str *from, struct str *to);

/*
 * *day as it was typed, as dayword_ago has it; an empty one stays.  False: it
 * is no day.
 */
bool dayword_read(struct arena *a, struct str *day);

#endif
