/* Tests of piste.submit_group() in src/sql. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lead/leadcase.h"
#include "support/sample.h"

#define ROWS_MAX 6
#define A "ana@firm.fr"
#define B "bob@firm.fr"
#define P "+33612345678"
#define Q "+33687654321"
#define R(number, address, ...) \
	{ .id = (number), .email = (address) __VA_OPT__(,) __VA_ARGS__ }
#define NEW .policy = "new"
#define EITHER(number) .policy = "email_or_phone", .phone = (number)

/* How many rows there are of each. */
static const char census[] =
    "SELECT concat((SELECT count(*) FROM piste.person), ' ',"
    " (SELECT count(*) FROM piste.person_key), ' ',"
    " (SELECT count(*) FROM piste.lead), ' ',"
    " (SELECT count(*) FROM piste.qualification_queue), ' ',"
    " (SELECT count(*) FROM piste.submission), ' ',"
    " (SELECT count(*) FROM piste.consent), ' ',"
    " (SELECT count(*) FROM piste.outbox), ' ',"
    " (SELECT count(*) FROM piste.exposure))";

/* What rows submitted in this order do, whatever their batches. */
static const struct scenario {
	const char *name;
	struct sample_row row[ROWS_MAX];	/* until id 0 */
	const char *verdicts;
	const char *census;	/* person key lead queue submission consent … */
} scenarios[] = {
	{ "one", { R(1, A) }, "new", "1 1 1 1 1 1 1 1" },
	{ "replay", { R(1, A), R(1, A) }, "new replay", "1 1 1 1 1 1 1 1" },
	{ "conflict", { R(1, A), R(1, A, .text = "other"), R(1, B) },
	    "new conflict conflict", "1 1 1 1 1 1 1 1" },
	{ "conflict of page", { R(1, A), R(1, A, .page = "p2") },
	    "new conflict", "1 1 1 1 1 1 1 1" },
	{ "twins", { R(1, A), R(2, A), R(3, A) },
	    "new repeat repeat", "1 1 1 1 3 3 3 3" },
	{ "update", { R(1, A), R(2, A, .text = "more"),
	    R(3, A, .text = "more"), R(4, A) },
	    "new update repeat update", "1 1 1 1 4 4 4 4" },
	{ "update by page", { R(1, A), R(2, A, .page = "p2") },
	    "new update", "1 1 1 1 2 2 2 2" },
	{ "two offers", { R(1, A), R(2, A, .offer = "o2"),
	    R(3, A, .offer = "o2") },
	    "new update repeat", "1 1 2 2 3 3 3 3" },
	{ "two people", { R(1, A), R(2, B) },
	    "new new", "2 2 2 2 2 2 2 2" },
	{ "nobody", { R(1, ""), R(2, "") }, "new new", "2 0 2 2 2 2 2 2" },
	{ "quarantined", { R(1, A, .suspect = "trapped"),
	    R(2, A, .suspect = "too-fast"), R(1, A, .suspect = "trapped"),
	    R(3, A) }, "quarantined quarantined replay new",
	    "1 1 1 1 3 1 1 3" },
	{ "quarantined id again", { R(1, A, .suspect = "trapped"),
	    R(1, B, .suspect = "trapped") },
	    "quarantined conflict", "0 0 0 0 1 0 0 1" },
	/* By e-mail; the phone only when no e-mail was typed. */
	{ "phone alone", { R(1, "", .phone = P), R(2, "", .phone = P) },
	    "new repeat", "1 1 1 1 2 2 2 2" },
	{ "phone beside e-mail is kept", { R(1, A, .phone = P),
	    R(2, "", .phone = P) }, "new update", "1 2 1 1 2 2 2 2" },
	{ "shared phone, two e-mails", { R(1, A, .phone = P),
	    R(2, B, .phone = P), R(3, "", .phone = P) },
	    "new new update", "2 3 2 2 3 3 3 3" },
	{ "phone first, then with e-mail", { R(1, "", .phone = P),
	    R(2, A, .phone = P) }, "new new", "2 2 2 2 2 2 2 2" },
	{ "second phone", { R(1, A, .phone = P), R(2, A, .phone = Q),
	    R(3, "", .phone = Q) },
	    "new update update", "1 3 1 1 3 3 3 3" },
	/* By e-mail, else phone. */
	{ "either: phone finds", { R(1, A, EITHER(P)), R(2, B, EITHER(P)),
	    R(3, B, EITHER(NULL)) },
	    "new update update", "1 3 1 1 3 3 3 3" },
	{ "either: e-mail goes first", { R(1, A, EITHER(NULL)),
	    R(2, "", EITHER(P)), R(3, A, EITHER(P)) },
	    "new new update", "2 2 2 2 3 3 3 3" },
	{ "either: a chain", { R(1, A, EITHER(P)), R(2, B, EITHER(P)),
	    R(3, B, EITHER(Q)), R(4, "", EITHER(Q)) },
	    "new update update update", "1 4 1 1 4 4 4 4" },
	{ "policies mixed", { R(1, A, .phone = P), R(2, B, .phone = P),
	    R(3, "", EITHER(P)), R(4, B, EITHER(Q)) },
	    "new new update update", "2 4 2 2 4 4 4 4" },
	/* Always a new person, who takes no key that is another's. */
	{ "new: twins", { R(1, A, NEW), R(2, A, NEW), R(3, A) },
	    "new new repeat", "2 1 2 2 3 3 3 3" },
	{ "new: nobody's key is taken", { R(1, A, .phone = P), R(2, A, NEW,
	    .phone = P), R(3, "", .phone = P), R(4, A, NEW, .phone = Q),
	    R(5, "", .phone = Q) },
	    "new new update new update", "3 3 3 3 5 5 5 5" },
	{ "new: not even one about to be taken", { R(1, A, EITHER(P)),
	    R(2, B, EITHER(P)), R(3, B, NEW), R(4, B) },
	    "new update new update", "2 3 2 2 4 4 4 4" },
	{ "new: replay", { R(1, A, NEW), R(1, A, NEW) }, "new replay",
	    "1 1 1 1 1 1 1 1" },
	/* One mailbox, by its provider's own rules. */
	{ "gmail", { R(1, "Ana.Roy@gmail.com"), R(2, "anaroy+x@googlemail.com"),
	    R(3, "a.naroy@gmail.com", .text = "more") },
	    "new update update", "1 1 1 1 3 3 3 3" },
	{ "tags", { R(1, "ana@outlook.fr"), R(2, "ana+x@outlook.fr"),
	    R(3, "a.na@outlook.fr"), R(4, "ana+x@firm.fr"),
	    R(5, "ana@firm.fr") },
	    "new update new new new", "4 4 4 4 5 5 5 5" },
	{ "odd text", { R(1, "o'neil+\"x\"@firm.fr", .text =
	    "\xc3\xa9 \xf0\x9f\x98\x80 \\ \" ' \n\t</script>") },
	    "new", "1 1 1 1 1 1 1 1" },
};

static size_t
rows_of(const struct scenario *s)
{
	size_t n = 0;

	while (n < ROWS_MAX && s->row[n].id)
		n++;
	return n;
}

/* Together and one by one, rows come to the same. */
START_TEST(rows_become_what_they_are)
{
	const struct scenario *s = &scenarios[_i / 2];
	const size_t rows = rows_of(s), step = _i % 2 ? 1 : rows;
	struct sample c = sample_new();
	struct buf got;

	buf_init(&got, suite_arena(), 1000);
	for (size_t i = 0; i < rows; i += step) {
		if (i)
			buf_byte(&got, ' ');
		buf_add(&got, sample_take(c.conn,
		    sample_batch(&s->row[i], step)));
	}
	ck_assert_msg(str_eq(buf_str(&got), str_of(s->verdicts)),
	    "%s: %.*s", s->name, STR_ARG(buf_str(&got)));
	ck_assert_str_same(sample_text(c.conn, census), str_of(s->census));
} END_TEST

START_TEST(batch_sent_twice_is_harmless)
{
	const struct sample_row rows[] = { R(1, A, .phone = P), R(2, B),
		R(3, A, .text = "more"), R(4, A, .suspect = "trapped") };
	struct sample c = sample_new();
	struct str batch = sample_batch(rows, COUNT(rows)), before;

	ck_assert_str_same(sample_take(c.conn, batch),
	    STR("new new update quarantined"));
	before = sample_text(c.conn, census);
	ck_assert_str_same(sample_take(c.conn, batch),
	    STR("replay replay replay replay"));
	ck_assert_str_same(sample_text(c.conn, census), before);
} END_TEST

START_TEST(empty_batch_is_nothing)
{
	struct sample c = sample_new();

	ck_assert_str_same(sample_take(c.conn, STR("[]")), STR_EMPTY);
	ck_assert_str_same(sample_text(c.conn, census),
	    STR("0 0 0 0 0 0 0 0"));
} END_TEST

START_TEST(person_has_latest_typed)
{
	const struct sample_row rows[] = {
		R(1, A, .phone = P, .company = "Old"),
		R(2, A, .company = "New"),
		R(3, A, .phone = Q),
	};
	struct sample c = sample_new();

	/* Only what was typed counts; together or one by one. */
	if (_i)
		sample_take(c.conn, sample_batch(rows, COUNT(rows)));
	for (size_t i = 0; !_i && i < COUNT(rows); i++)
		sample_take(c.conn, sample_batch(&rows[i], 1));
	ck_assert_str_same(sample_text(c.conn,
	    "SELECT concat_ws(' ', email, phone, company) FROM piste.person"),
	    STR(A " " Q " New"));
} END_TEST

START_TEST(closed_lead_is_left_alone)
{
	const struct sample_row rows[] = { R(1, A), R(2, A), R(3, A) };
	struct sample c = sample_new();

	sample_take(c.conn, sample_batch(rows, 1));
	sample_run(c.conn, STAGED("1", "disqualified", "'no-need'"));
	/* Another lead, so no repeat of anything in it. */
	ck_assert_str_same(sample_take(c.conn, sample_batch(rows + 1, 2)),
	    STR("update repeat"));
	ck_assert_str_same(sample_text(c.conn, census),
	    STR("1 1 2 2 3 3 3 3"));
} END_TEST

START_TEST(queue_row_is_made_when_due)
{
	const struct sample_row rows[] = { R(1, A), R(2, A),
		R(3, A, .text = "more"), R(4, A, .text = "most") };
	struct sample c = sample_new();
	const char *queue = "SELECT string_agg(state || ' ' || attempts || ' '"
	    " || right(submission_id::text, 1), ',')"
	    " FROM piste.qualification_queue";

	sample_take(c.conn, sample_batch(&rows[0], 1));
	ck_assert_str_same(sample_text(c.conn, queue), STR("ready 0 1"));
	sample_run(c.conn, "UPDATE piste.qualification_queue"
	    " SET state = 'done', attempts = 3, finished_at = now(),"
	    " last_error = 'x', created_at = now() - interval '1 month'");
	/* A repeat is nothing new, an update opens the row again. */
	sample_take(c.conn, sample_batch(&rows[1], 1));
	ck_assert_str_same(sample_text(c.conn, queue), STR("done 3 1"));
	sample_take(c.conn, sample_batch(&rows[2], 1));
	ck_assert_str_same(sample_text(c.conn, queue), STR("ready 0 3"));
	ck_assert_str_same(sample_text(c.conn, "SELECT last_error IS NULL AND"
	    " created_at > now() - interval '1 hour'"
	    " FROM piste.qualification_queue"), STR("t"));
	/* An open row is told of what came since. */
	sample_take(c.conn, sample_batch(&rows[3], 1));
	ck_assert_str_same(sample_text(c.conn, queue), STR("ready 0 4"));
	/* A repeat is worth qualifying only if nothing ever was. */
	sample_run(c.conn, "DELETE FROM piste.qualification_queue");
	sample_take(c.conn, sample_batch(&(struct sample_row)R(5, A,
	    .text = "most"), 1));
	ck_assert_str_same(sample_text(c.conn, queue), STR("ready 0 5"));
} END_TEST

START_TEST(workers_are_notified_once)
{
	const struct sample_row rows[] = { R(1, A), R(2, B), R(3, A) };
	struct sample c = sample_new();
	PGnotify *n;

	sample_run(c.conn, "LISTEN piste_queue");
	sample_take(c.conn, sample_batch(rows, 2));
	n = PQnotifies(c.conn);
	ck_assert_ptr_nonnull(n);
	ck_assert_str_eq(n->relname, "piste_queue");
	PQfreemem(n);
	sample_take(c.conn, sample_batch(&rows[2], 1));
	PQconsumeInput(c.conn);
	ck_assert_ptr_null(PQnotifies(c.conn));
} END_TEST

START_TEST(submission_keeps_its_facts)
{
	struct sample c = sample_new();
	PGresult *r;

	sample_take(c.conn, sample_batch(&(struct sample_row)R(1, A), 1));
	r = PQexec(c.conn, "UPDATE piste.submission SET email = 'x'");
	ck_assert_str_eq(PQresultErrorField(r, PG_DIAG_SQLSTATE), "23001");
	PQclear(r);
	sample_run(c.conn, "UPDATE piste.submission SET outcome = 'repeat'");
} END_TEST

/* Every statement of a batch fails when one row does: nothing is stored. */
START_TEST(bad_row_leaves_nothing)
{
	struct sample c = sample_new();
	const struct sample_row rows[] = { R(1, A), R(2, B, .page = "no") };
	const char *values[] = { sample_batch(rows, 2).p };
	PGresult *r = PQexecParams(c.conn,
	    "SELECT verdict FROM piste.submit_group($1::json)", 1, NULL,
	    values, NULL, NULL, 0);

	ck_assert_str_eq(PQresultErrorField(r, PG_DIAG_SQLSTATE), "23503");
	PQclear(r);
	ck_assert_str_same(sample_text(c.conn, census),
	    STR("0 0 0 0 0 0 0 0"));
} END_TEST

#define GROWTH 40
#define GROWTH_ROWS 25
#define READS_A_ROW 60	/* index entries, all tables and checks together */

/* Plans made for empty tables, and kept, must do for full ones. */
START_TEST(growth_costs_nothing)
{
	struct sample c = sample_new();
	struct sample_row row[GROWTH_ROWS] = { 0 };
	struct str ask = buf_fmt(suite_arena(), 300, "SELECT"
	    " sum(idx_tup_read) BETWEEN %d AND %d FROM pg_stat_user_indexes"
	    " WHERE schemaname = 'piste'%c", GROWTH * GROWTH_ROWS,
	    READS_A_ROW * GROWTH * GROWTH_ROWS, 0);

	sample_run(c.conn, "ANALYZE; SELECT pg_stat_reset()");
	for (int i = 1; i <= GROWTH * GROWTH_ROWS; i++) {
		int at = (i - 1) % GROWTH_ROWS;

		/* Every third is somebody who has been here before. */
		row[at] = (struct sample_row)R(i, buf_fmt(suite_arena(), 40,
		    "p%d@firm.fr%c", i % 3 ? i : i / 2, 0).p, .phone = P);
		if (at == GROWTH_ROWS - 1)
			sample_take(c.conn, sample_batch(row, GROWTH_ROWS));
	}
	sample_run(c.conn, "SELECT pg_stat_force_next_flush()");
	ck_assert_msg(str_eq(sample_text(c.conn, ask.p), STR("t")), "%.*s",
	    STR_ARG(sample_text(c.conn, "SELECT string_agg(indexrelname || ' '"
	    " || idx_tup_read, ', ' ORDER BY idx_tup_read DESC)"
	    " FROM pg_stat_user_indexes WHERE schemaname = 'piste'"
	    " AND idx_tup_read > 0")));
} END_TEST

#define CROWD 8
#define TWINS 100

struct crowd {
	const char *conninfo;
	struct str *batch;
	size_t batches;
	pthread_barrier_t *start;
	char *failure;		/* PostgreSQL's, or NULL */
	size_t made;		/* persons */
	size_t repeated;
};

static size_t
occurrences(const char *text, const char *word)
{
	size_t n = 0;

	for (const char *p = strstr(text, word); p; p = strstr(p + 1, word))
		n++;
	return n;
}

static void
take_one(struct crowd *w, PGconn *conn, const char *batch)
{
	PGresult *r = PQexecParams(conn, "SELECT string_agg(verdict, ' ')"
	    " FROM piste.submit_group($1::json)", 1, NULL, &batch, NULL,
	    NULL, 0);

	if (PQresultStatus(r) == PGRES_TUPLES_OK) {
		w->made += occurrences(PQgetvalue(r, 0, 0), "new");
		w->repeated += occurrences(PQgetvalue(r, 0, 0), "repeat");
	} else if (!w->failure) {
		w->failure = strdup(PQerrorMessage(conn));
	}
	PQclear(r);
}

static void *
take_all(void *context)
{
	struct crowd *w = context;
	PGconn *conn = PQconnectdb(w->conninfo);

	pthread_barrier_wait(w->start);
	for (size_t i = 0; i < w->batches; i++)
		take_one(w, conn, w->batch[i].p);
	PQfinish(conn);
	return NULL;
}

/* Each of CROWD connections sends its batches, all at once. */
static void
run_crowd(struct sample *c, struct crowd *crowd)
{
	const char *conninfo = arena_copy(suite_arena(), c->conninfo).p;
	pthread_barrier_t start;
	pthread_t thread[CROWD];

	pthread_barrier_init(&start, NULL, CROWD);
	for (size_t i = 0; i < CROWD; i++) {
		crowd[i].conninfo = conninfo;
		crowd[i].start = &start;
		ck_assert_int_eq(pthread_create(&thread[i], NULL, take_all,
		    &crowd[i]), 0);
	}
	for (size_t i = 0; i < CROWD; i++)
		pthread_join(thread[i], NULL);
	for (size_t i = 0; i < CROWD; i++)
		ck_assert_msg(!crowd[i].failure, "%s", crowd[i].failure);
}

START_TEST(hundred_twins_are_one_person)
{
	struct sample c = sample_new();
	struct str batch[TWINS];
	struct crowd crowd[CROWD] = { 0 };
	size_t made = 0, repeated = 0;

	for (int i = 0; i < TWINS; i++)
		batch[i] = sample_batch(&(struct sample_row){ i + 1,
		    .email = A, .phone = P },
		    1);
	for (size_t i = 0; i < CROWD; i++) {
		crowd[i].batch = &batch[i * TWINS / CROWD];
		crowd[i].batches = (i + 1) * TWINS / CROWD -
		    i * TWINS / CROWD;
	}
	run_crowd(&c, crowd);
	for (size_t i = 0; i < CROWD; i++) {
		made += crowd[i].made;
		repeated += crowd[i].repeated;
	}
	ck_assert_uint_eq(made, 1);
	ck_assert_uint_eq(repeated, TWINS - 1);
	ck_assert_str_same(sample_text(c.conn, census),
	    STR("1 2 1 1 100 100 100 100"));
} END_TEST

#define MIX_BATCHES 12
#define MIX_ROWS 24
#define MIX_PEOPLE 10

/* A row of one of few people, by chance with a phone of another. */
static struct sample_row
mixed_row(int id, unsigned int *chance)
{
	static const char *const phones[] = { NULL, NULL, P, Q, "+3225551234" };
	int who = rand_r(chance) % MIX_PEOPLE;
	int what = rand_r(chance) % 4;
	struct str email = buf_fmt(suite_arena(), 40, "p%d@firm.fr%c", who, 0);

	return (struct sample_row){ .id = id,
		.email = what ? email.p : "",
		.phone = phones[rand_r(chance) % (int)COUNT(phones)],
		.policy = what > 1 ? "email_or_phone" :
		    "email",
		.offer = rand_r(chance) % 2 ? "o1" : "o2" };
}

static struct str
mixed_batch(int first, unsigned int *chance)
{
	struct sample_row row[MIX_ROWS];

	for (int i = 0; i < MIX_ROWS; i++)
		/* One in eight is some other batch's row as well. */
		row[i] = mixed_row(i % 8 ? first + i : 900000 + i, chance);
	return sample_batch(row, MIX_ROWS);
}

/* Groups that share people, phones and ids neither deadlock nor double. */
START_TEST(groups_that_overlap_agree)
{
	struct sample c = sample_new();
	struct str batch[CROWD][MIX_BATCHES];
	struct crowd crowd[CROWD] = { 0 };
	unsigned int chance = 7;

	for (int i = 0; i < CROWD; i++)
		for (int j = 0; j < MIX_BATCHES; j++)
			batch[i][j] = mixed_batch(
			    1 + (i * MIX_BATCHES + j) * MIX_ROWS, &chance);
	for (size_t i = 0; i < CROWD; i++) {
		crowd[i].batch = batch[i];
		crowd[i].batches = MIX_BATCHES;
	}
	run_crowd(&c, crowd);
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*) FROM"
	    " (SELECT lead_id FROM piste.submission GROUP BY 1 HAVING"
	    " count(*) FILTER (WHERE outcome = 'new') > 1) AS doubled"),
	    STR("0"));
	ck_assert_str_same(sample_text(c.conn, "SELECT (SELECT count(*)"
	    " FROM piste.person) - (SELECT count(*) FROM piste.submission"
	    " WHERE outcome = 'new')"), STR("0"));
	ck_assert_str_same(sample_text(c.conn, "SELECT (SELECT count(*)"
	    " FROM piste.lead) - (SELECT count(*) FROM"
	    " piste.qualification_queue)"), STR("0"));
	ck_assert_str_same(sample_text(c.conn, "SELECT count(*) FROM"
	    " piste.submission AS s JOIN piste.person_key AS k"
	    " ON k.kind = 'email' AND k.value = s.email"
	    " WHERE k.person_id <> s.person_id"), STR("0"));
} END_TEST

SUITE_APART(submit_group)
{
	SUITE_LOOP(rows_become_what_they_are, 2 * COUNT(scenarios));
	SUITE_TEST(batch_sent_twice_is_harmless);
	SUITE_TEST(empty_batch_is_nothing);
	SUITE_LOOP(person_has_latest_typed, 2);
	SUITE_TEST(closed_lead_is_left_alone);
	SUITE_TEST(queue_row_is_made_when_due);
	SUITE_TEST(workers_are_notified_once);
	SUITE_TEST(submission_keeps_its_facts);
	SUITE_TEST(bad_row_leaves_nothing);
	SUITE_TEST(growth_costs_nothing);
	SUITE_TEST(hundred_twins_are_one_person);
	SUITE_TEST(groups_that_overlap_agree);
}
