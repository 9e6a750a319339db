/* Names the kinds of failure. */
#include "base/err.h"

const char *
err_name(enum err e)
{
	static const char *const names[] = {
		[OK] = "ok",		[ERR_INPUT] = "input",
		[ERR_LIMIT] = "limit",	[ERR_ABSENT] = "absent",
		[ERR_DENIED] = "denied", [ERR_AWAY] = "away",
	};

	return names[e];
}
