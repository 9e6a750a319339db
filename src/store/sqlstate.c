/* Names: PostgreSQL's documentation, appendix A. */
#include "base/str.h"

#include "store/sqlstate.h"

/* The first prefix that fits decides; what fits none is ERR_INPUT. */
static const struct { const char *prefix; enum err err; } kinds[] = {
	{ "23505", ERR_LIMIT },		/* unique_violation */
	{ "23P01", ERR_LIMIT },		/* exclusion_violation */
	{ "23503", ERR_ABSENT },	/* foreign_key_violation */
	{ "08", ERR_AWAY },		/* connection */
	{ "25006", ERR_AWAY },		/* read-only: a stand-by now */
	{ "40", ERR_AWAY },		/* rolled back: deadlock, conflict */
	{ "42", ERR_AWAY },		/* no such table: not migrated yet */
	{ "53", ERR_AWAY },		/* out of disk, memory, connections */
	{ "55P03", ERR_AWAY },		/* lock_timeout */
	{ "57", ERR_AWAY },		/* shutdown, cancelled, time-out */
	{ "58", ERR_AWAY },		/* its system failed it */
	{ "XX", ERR_AWAY },		/* internal, data corrupted */
};

enum err
sqlstate_err(const char *state)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (str_has_prefix(str_of(state), str_of(kinds[i].prefix)))
			return kinds[i].err;
	return ERR_INPUT;
}
