/*
 * What the random lives of an experiment are: told to the functions of src/sql
 * and kept here, to be counted once more.
 */
#ifndef PISTE_TESTS_TRACK_LIFE_H
#define PISTE_TESTS_TRACK_LIFE_H

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "support/sample.h"

#define VISITORS 14
#define LEADS 10
#define ARMS 3
#define PHASES 2
#define STEPS 70
#define CONVERSIONS_MAX (STEPS * 2)
#define HOURS 100		/* in which everything happens */
#define SQL_BYTES_MAX 8192

enum { MQL, SALES, CUSTOMER, STAGES };

/* Seconds from the beginning; NAN: never. */
struct exposed {
	double t0;
	unsigned arm;
	unsigned arms;		/* bit i: arm i was told */
	bool is_bot;
	bool is_ahead;		/* its page had been fetched before t0 */
	double shown_t;		/* first activation */
};

struct conversion {
	unsigned visitor;
	unsigned lead;
	unsigned phase;
	double t;
};

struct lead {
	double stage_t[STAGES];
	bool is_spam;
};

struct life {
	struct sample c;
	uint64_t random;
	unsigned seed;
	unsigned phase;		/* from 0 */
	double span_s[1 + STAGES];	/* to become a lead, and then these */
	double last_t[VISITORS];
	int seen_phase[VISITORS];	/* -1: not seen */
	struct exposed exposed[PHASES][VISITORS];
	struct lead lead[LEADS];
	struct conversion conversion[CONVERSIONS_MAX];
	unsigned conversions;
};

/* Knuth's MMIX generator: the same lives everywhere. */
static unsigned
draw(struct life *l, unsigned below)
{
	l->random = l->random * UINT64_C(6364136223846793005) +
	    UINT64_C(1442695040888963407);
	return (unsigned)(l->random >> 33) % below;
}

/* Half of all moments are an hour's first: there the sums meet the rows. */
static double
draw_time(struct life *l, double from)
{
	double t = from + draw(l, HOURS * 3600 / 4);

	return draw(l, 2) ? floor(t / 3600) * 3600 : t;
}

#define MOMENT "'2026-01-01Z'::timestamptz + %.0f * interval '1 s'"
#define START_MS 1767225600000.

static void
run(struct life *l, struct buf *sql)
{
	buf_byte(sql, '\0');
	ck_assert(!sql->full);
	sample_run(l->c.conn, sql->p);
}

static struct buf
statement(void)
{
	struct buf sql;

	buf_init(&sql, suite_arena(), SQL_BYTES_MAX);
	return sql;
}

static void
begin(struct life *l)
{
	static const double windows[] = { 3600, 5400, 86400 };
	struct buf sql = statement();

	l->span_s[0] = windows[draw(l, COUNT(windows))];
	for (int i = 1; i <= STAGES; i++)
		l->span_s[i] = 1800 * (1 + draw(l, 60));
	buf_addf(&sql, "INSERT INTO piste.experiment (key, page_key, seed,"
	    " weights, coverage, goal, window_s, mql_window_s, sql_window_s,"
	    " customer_window_s, alpha, planned_visitors, state, phase,"
	    " bucket_version, variants_revision, position, definition)"
	    " VALUES ('x%u', 'p1', 'x', '{}', 1, 'lead', %.0f, %.0f, %.0f,"
	    " %.0f, .05, 0, 'running', 1, 1, 1, 1, '{}');", l->seed,
	    l->span_s[0], l->span_s[1], l->span_s[2], l->span_s[3]);
	/* Stages come as they come, at times of the past. */
	buf_add(&sql, STR("ALTER TABLE piste.lead DISABLE TRIGGER"
	    " lead_guard;"));
	buf_addf(&sql, "INSERT INTO piste.person (id) SELECT %u + i FROM"
	    " generate_series(0, %d) AS i;", l->seed * LEADS, LEADS - 1);
	buf_addf(&sql, "INSERT INTO piste.lead (id, person_id, offer_key,"
	    " value) OVERRIDING SYSTEM VALUE SELECT id, id, 'o1', id %% 7"
	    " FROM (SELECT %u + i AS id FROM generate_series(0, %d) AS i)"
	    " AS made;", l->seed * LEADS, LEADS - 1);
	run(l, &sql);
	for (int i = 0; i < VISITORS; i++)
		l->seen_phase[i] = -1;
	for (int i = 0; i < LEADS; i++)
		for (int j = 0; j < STAGES; j++)
			l->lead[i].stage_t[j] = NAN;
	/* To qualify takes at least as long as to become a lead. */
	for (int i = 1; i <= STAGES; i++)
		l->span_s[i] = fmax(l->span_s[i], l->span_s[0]);
}

/* A page as it was shown; one fetched ahead is told of at shown_t alone. */
struct view {
	unsigned visitor;
	unsigned phase;
	unsigned arm;
	double t;
	double shown_t;		/* NAN: by no script */
	bool is_bot;
	bool is_ahead;
};

/* What an exposure told does to its visitor. */
static void
see(struct life *l, const struct view *v)
{
	int before = l->seen_phase[v->visitor];
	struct exposed *x = &l->exposed[v->phase][v->visitor];

	if ((int)v->phase > before) {
		*x = (struct exposed){ .t0 = v->t, .arm = v->arm,
			.is_ahead = v->is_ahead, .shown_t = NAN,
			.is_bot = before >= 0 &&
			    l->exposed[before][v->visitor].is_bot };
		l->seen_phase[v->visitor] = (int)v->phase;
	}
	if ((int)v->phase >= before) {
		x->arms |= 1u << v->arm;
		x->shown_t = isnan(x->shown_t) ? v->shown_t : x->shown_t;
	}
	l->exposed[l->seen_phase[v->visitor]][v->visitor].is_bot |= v->is_bot;
}

/* Half the visitors keep scripts out; of the rest some fetch ahead. */
static struct view
draw_view(struct life *l, unsigned phase)
{
	struct view v = { .visitor = draw(l, VISITORS), .phase = phase,
		.is_bot = !draw(l, 40), .shown_t = NAN };
	unsigned way = draw(l, 4);

	v.arm = (v.visitor + !draw(l, 25)) % ARMS;
	l->last_t[v.visitor] = draw_time(l, l->last_t[v.visitor] + 3600);
	v.t = l->last_t[v.visitor];
	if (way < 2)
		v.shown_t = v.t + (way ? 0 : 900 * draw(l, 9));
	v.is_ahead = way == 1;
	return v;
}

/*
 * Up to four exposures at once; most visitors keep their arm.  What is sent
 * from a page fetched ahead and not shown is told too, and exposes nobody.
 */
static void
expose(struct life *l)
{
	unsigned rows = 1 + draw(l, 4);
	unsigned p = l->phase - (l->phase && !draw(l, 5));
	struct buf sql = statement();

	buf_addf(&sql, "SELECT piste.exposure_take(array_agg('x%u'::text),"
	    " array_agg(v), array_agg(a), array_agg(b), array_agg(e),"
	    " array_agg(t), NULL, NULL, NULL, NULL, array_agg(p), NULL,"
	    " array_agg(bot), array_agg(s), array_agg(ahead)) FROM (VALUES ",
	    l->seed);
	for (unsigned i = 0; i < rows; i++) {
		bool is_note = !draw(l, 6);
		struct view v = draw_view(l, p);

		v.is_bot &= !is_note;
		buf_addf(&sql, "%s('v%u', '%c', %u::bigint, %u,"
		    " %.0f::bigint, %.0f::bigint, %s, %.0f::bigint, %s)",
		    i ? ", " : "", v.visitor, 'a' + v.arm, p + 1,
		    1 + p * 2 + draw(l, 2), START_MS + v.t * 1000,
		    draw(l, 3) ? 0 : START_MS + v.t * 1000 + 777,
		    v.is_bot ? "true" : "false", is_note || isnan(v.shown_t) ?
		    0 : START_MS + v.shown_t * 1000,
		    is_note ? "true" : "false");
		if (!is_note)
			see(l, &v);
	}
	buf_addf(&sql, ") AS told (v, a, b, e, t, p, bot, s, ahead)");
	run(l, &sql);
}

/* With or without an exposure, before or after it, by one lead or several. */
static void
convert(struct life *l)
{
	unsigned v = draw(l, VISITORS);
	int p = l->seen_phase[v];
	struct conversion c = { .visitor = v, .lead = draw(l, LEADS),
		.phase = l->phase };
	struct buf sql = statement();

	c.t = p == (int)l->phase ? draw_time(l,
	    fmax(0, l->exposed[p][v].t0 - 7200 * draw(l, 2))) :
	    draw_time(l, 0);
	if (draw(l, 2) && p == (int)l->phase)
		c.t = l->exposed[p][v].t0 + 1800 * draw(l, 5);
	buf_addf(&sql, "SELECT piste.conversion_take('{x%u}', '{v%u}',"
	    " '{%u}', '{%08x-0000-0000-0000-%012x}', '{%u}', ARRAY[" MOMENT "],"
	    " '{%s}')", l->seed, v, c.phase + 1, l->seed, l->conversions,
	    l->seed * LEADS + c.lead, c.t, draw(l, 2) ? "true" : "false");
	run(l, &sql);
	if (draw(l, 9) == 0)	/* told twice */
		sample_run(l->c.conn, sql.p);
	l->conversion[l->conversions++] = c;
}

/* Forth or back, as spam or not. */
static void
move(struct life *l)
{
	static const struct { const char *stage; int reached; } to[] = {
		{ "lead", -1 }, { "mql", MQL }, { "sql", SALES },
		{ "opportunity", SALES }, { "customer", CUSTOMER },
		{ "disqualified", -1 }, { "lost", -1 },
	};
	static const char *const column[] = { "mql", "sql", "customer" };
	unsigned n = draw(l, LEADS), k = draw(l, COUNT(to));
	struct lead *lead = &l->lead[n];
	struct buf sql = statement();

	lead->is_spam = k == 5 && draw(l, 3);
	buf_addf(&sql, "UPDATE piste.lead SET stage = '%s', value = %u,"
	    " stage_reason = %s", to[k].stage, draw(l, 4),
	    lead->is_spam ? "'spam'" : "NULL");
	for (int i = to[k].reached; i >= 0; i--) {
		double t = draw_time(l, 0);

		if (!isnan(lead->stage_t[i]))
			continue;
		lead->stage_t[i] = t;
		buf_addf(&sql, ", %s_at = " MOMENT, column[i], t);
	}
	buf_addf(&sql, " WHERE id = %u", l->seed * LEADS + n);
	run(l, &sql);
}

static void
live(struct life *l)
{
	static void (*const step[])(struct life *) = { expose, convert,
		convert, move };
	unsigned change = STEPS / 2 + draw(l, STEPS);

	begin(l);
	for (unsigned i = 0; i < STEPS; i++) {
		if (i == change) {
			struct buf sql = statement();

			buf_addf(&sql, "UPDATE piste.experiment SET phase = 2,"
			    " bucket_version = 2 WHERE key = 'x%u'", l->seed);
			run(l, &sql);
			l->phase = 1;
		}
		step[draw(l, COUNT(step))](l);
	}
}

#endif
