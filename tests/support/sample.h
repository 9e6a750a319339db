/*
 * A database with a small site in it (pages p1 and p2, offers o1 and o2), and
 * rows to submit there.
 */
#ifndef PISTE_TESTS_SUPPORT_SAMPLE_H
#define PISTE_TESTS_SUPPORT_SAMPLE_H

#include <libpq-fe.h>

#include "support/suite.h"

#define SAMPLE_ROW_BYTES_MAX 4096

struct sample {
	struct str conninfo;
	PGconn *conn;	/* for a test's own questions */
};

/* Freshly migrated and filled; the process's end gives it back. */
struct sample sample_new(void);
/* The same site in a database of one's own. */
void sample_fill(PGconn *conn);

/* What differs from one submission to the next; NULL for the usual. */
struct sample_row {
	int id;			/* the last digits of its uuid */
	const char *email;	/* "" for none */
	const char *phone;	/* none */
	const char *text;	/* "hello": a field */
	const char *page;	/* "p1" */
	const char *offer;	/* "o1" */
	const char *policy;	/* "email" */
	const char *suspect;	/* none */
	const char *company;	/* none */
	const char *country;	/* geo: "FR" */
};
/* As submit_row would write it. */
struct str sample_row(const struct sample_row *r);
/* [row,row…] of count rows. */
struct str sample_batch(const struct sample_row *row, size_t count);

/* Run SQL; the test fails when PostgreSQL refuses. */
void sample_run(PGconn *conn, const char *sql);
/* The first value of a query's first row, "" for NULL or no row. */
struct str sample_text(PGconn *conn, const char *sql);
/* Ask again until the query says t, for 10 s at most; did it? */
bool sample_await(PGconn *conn, const char *sql);
/* Submit a batch over conn; "new repeat …". */
struct str sample_take(PGconn *conn, struct str batch);

#endif
