/* Knows the kinds of failure, and marks functions whose result must be read. */
#ifndef PISTE_BASE_ERR_H
#define PISTE_BASE_ERR_H

enum err {
	OK,
	ERR_INPUT,	/* the visitor's mistake: 400 or 422, never retried */
	ERR_LIMIT,	/* too long, too many, too fast: 413 or 429 */
	ERR_ABSENT,	/* nothing by that name: 404 */
	ERR_DENIED,	/* no session, no right, bad token: 403 */
	ERR_AWAY,	/* a dependency is down: spool, retry, else 503 */
};

#define MUST_USE __attribute__((warn_unused_result))

#ifdef __cplusplus
#define NOEXCEPT noexcept
#else
#define NOEXCEPT
#endif

/* The name of a kind for logs ("input", "away"…); never NULL. */
const char *err_name(enum err e);

#endif
