/*
 * Random lives of an experiment, told to the functions of src/sql in random
 * order: the sums kept by triggers, the recount over rows and the rules of
 * experiment/rules.h must say the same at any moment.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "experiment/rules.h"
#include "support/sample.h"

#define SEEDS 200
#define SEEDS_A_TEST 20
#define VISITORS 14
#define LEADS 10
#define ARMS 3
#define PHASES 2
#define STEPS 70
#define CONVERSIONS_MAX (STEPS * 2)
#define LOOKS 5
#define HOURS 100		/* in which everything happens */
#define AFTER_ALL 1e7
#define SQL_BYTES_MAX 8192
#define EVENTS_MAX (VISITORS * ARMS + CONVERSIONS_MAX + LEADS * 2)

enum { MQL, SALES, CUSTOMER, STAGES };

/* Seconds from the beginning; NAN: never. */
struct exposed {
	double t0;
	unsigned arm;
	unsigned arms;		/* bit i: arm i was told */
	bool is_bot;
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

/* What an exposure told of phase p does to the visitor v. */
static void
see(struct life *l, unsigned v, unsigned p, unsigned arm, double t,
    bool is_bot)
{
	int before = l->seen_phase[v];
	struct exposed *x = &l->exposed[p][v];

	if ((int)p > before) {
		*x = (struct exposed){ .t0 = t, .arm = arm,
			.is_bot = before >= 0 &&
			    l->exposed[before][v].is_bot };
		l->seen_phase[v] = (int)p;
	}
	if ((int)p >= before)
		x->arms |= 1u << arm;
	l->exposed[l->seen_phase[v]][v].is_bot |= is_bot;
}

/* Up to four exposures at once; most visitors keep their arm. */
static void
expose(struct life *l)
{
	unsigned rows = 1 + draw(l, 4);
	unsigned p = l->phase - (l->phase && !draw(l, 5));
	struct buf sql = statement();

	buf_addf(&sql, "SELECT piste.exposure_take(array_agg('x%u'::text),"
	    " array_agg(v), array_agg(a), array_agg(b), array_agg(e),"
	    " array_agg(t), NULL, NULL, NULL, NULL, array_agg(p), NULL,"
	    " array_agg(bot)) FROM (VALUES ", l->seed);
	for (unsigned i = 0; i < rows; i++) {
		unsigned v = draw(l, VISITORS), arm = v % ARMS;
		bool is_bot = !draw(l, 40);

		if (!draw(l, 25))
			arm = (arm + 1) % ARMS;
		l->last_t[v] = draw_time(l, l->last_t[v] + 3600);
		buf_addf(&sql, "%s('v%u', '%c', %u::bigint, %u,"
		    " %.0f::bigint, %.0f::bigint, %s)", i ? ", " : "", v,
		    'a' + arm, p + 1, 1 + p * 2 + draw(l, 2),
		    START_MS + l->last_t[v] * 1000, draw(l, 3) ? 0 :
		    START_MS + l->last_t[v] * 1000 + 777,
		    is_bot ? "true" : "false");
		see(l, v, p, arm, l->last_t[v], is_bot);
	}
	buf_addf(&sql, ") AS told (v, a, b, e, t, p, bot)");
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

/* Phase p as the rules know it; excluded visitors are so for all times. */
static size_t
tell(const struct life *l, unsigned p, int stage, struct rules_event *out)
{
	static char name[VISITORS][8], lead_name[LEADS][8];
	struct arena *a = suite_arena();
	size_t n = 0;

	for (unsigned v = 0; v < VISITORS; v++) {
		const struct exposed *x = &l->exposed[p][v];
		bool is_multi = x->arms & (x->arms - 1);

		memcpy(name[v], buf_fmt(a, 8, "v%u", v).p, 3);
		for (unsigned arm = 0; arm < ARMS; arm++)
			if (x->arms >> arm & 1)
				out[n++] = (struct rules_event){
				    .kind = RULES_EXPOSURE, .arm = arm,
				    .t = is_multi ? -1e9 : x->t0,
				    .is_bot = x->is_bot,
				    .visitor = str_of(name[v]) };
	}
	for (unsigned i = 0; i < LEADS; i++) {
		memcpy(lead_name[i], buf_fmt(a, 8, "l%u", i).p, 3);
		if (l->lead[i].is_spam)
			out[n++] = (struct rules_event){ .kind = RULES_SPAM,
			    .t = 1e9, .lead = str_of(lead_name[i]) };
		if (!isnan(l->lead[i].stage_t[stage]))
			out[n++] = (struct rules_event){ .kind = RULES_STAGE,
			    .t = l->lead[i].stage_t[stage],
			    .lead = str_of(lead_name[i]) };
	}
	for (unsigned i = 0; i < l->conversions; i++)
		if (l->conversion[i].phase == p)
			out[n++] = (struct rules_event){
			    .kind = RULES_CONVERSION,
			    .t = l->conversion[i].t, .seq = i,
			    .visitor = str_of(name[l->conversion[i].visitor]),
			    .lead = str_of(lead_name[l->conversion[i].lead]) };
	return n;
}

static void
count(const struct life *l, unsigned p, int stage, double as_of, bool mature,
    struct rules_counts *out)
{
	struct rules_event *event = arena_array(suite_arena(), EVENTS_MAX,
	    sizeof *event);
	const struct rules_plan plan = { .window_s = l->span_s[0],
		.qualify_window_s = l->span_s[1 + stage], .as_of = as_of,
		.mature_only = mature };
	size_t n = tell(l, p, stage, event);

	ck_assert_uint_le(n, EVENTS_MAX);
	rules_count(suite_arena(), &plan, event, n, out);
}

/* Visitors of phase p seen by then whom a flag excludes. */
static int
count_excluded(const struct life *l, unsigned p, double as_of, bool bots)
{
	int n = 0;

	for (unsigned v = 0; v < VISITORS; v++) {
		const struct exposed *x = &l->exposed[p][v];

		n += x->arms && x->t0 <= as_of && (bots ? x->is_bot :
		    !x->is_bot && x->arms & (x->arms - 1));
	}
	return n;
}

static void
add_arms(struct buf *b, const char *measure, const int64_t n[])
{
	for (unsigned arm = 0; arm < ARMS; arm++)
		if (n[arm])
			buf_addf(b, "%s %c %" PRId64 "\n", measure, 'a' + arm,
			    n[arm]);
}

static void
add_number(struct buf *b, const char *what, int64_t n)
{
	if (n)
		buf_addf(b, "%s %" PRId64 "\n", what, n);
}

/* In the order in which figures() asks for them. */
static struct str
expect(const struct life *l, unsigned p, double as_of)
{
	static const struct { const char *visitors, *reached; } name[] = {
		{ "mql_visitors", "mqls" }, { "sql_visitors", "sqls" },
		{ "customer_visitors", "customers" },
	};
	struct rules_counts now, mature, stage;
	struct buf b = statement();

	count(l, p, MQL, as_of, false, &now);
	count(l, p, MQL, as_of, true, &mature);
	add_arms(&b, "visitors", now.visitors);
	add_arms(&b, "leads", now.conversions);
	add_arms(&b, "mature_visitors", mature.visitors);
	add_arms(&b, "mature_leads", mature.conversions);
	for (int i = 0; i < STAGES; i++) {
		count(l, p, i, as_of, false, &stage);
		add_arms(&b, name[i].visitors, stage.qualify_mature_visitors);
		add_arms(&b, name[i].reached, stage.qualified);
	}
	add_number(&b, "bot_visitors", count_excluded(l, p, as_of, true));
	add_number(&b, "multi_exposed_visitors",
	    count_excluded(l, p, as_of, false));
	add_number(&b, "spam_conversions", now.spam_conversions);
	add_number(&b, "conversions_without_exposure",
	    now.conversions_without_exposure);
	add_number(&b, "conversions_before_exposure",
	    now.conversions_before_exposure);
	add_number(&b, "conversions_after_window",
	    now.conversions_after_window);
	add_number(&b, "duplicate_conversions", now.duplicate_conversions);
	return buf_str(&b);
}

static struct str
figures(const struct life *l, unsigned p, double as_of)
{
	struct buf sql = statement();

	buf_addf(&sql, "WITH look AS (SELECT " MOMENT " AS at), known (place,"
	    " measure) AS (VALUES (1, 'visitors'), (2, 'leads'), (3,"
	    " 'mature_visitors'), (4, 'mature_leads'), (5, 'mql_visitors'),"
	    " (6, 'mqls'), (7, 'sql_visitors'), (8, 'sqls'), (9,"
	    " 'customer_visitors'), (10, 'customers'), (11, 'bot_visitors'),"
	    " (12, 'multi_exposed_visitors'), (13, 'spam_conversions'), (14,"
	    " 'conversions_without_exposure'), (15,"
	    " 'conversions_before_exposure'), (16,"
	    " 'conversions_after_window'), (17, 'duplicate_conversions')),"
	    " figure AS (SELECT measure, variant, sum(n) AS n FROM look,"
	    " piste.experiment_counts('x%u', %u, ARRAY[look.at - interval"
	    " '7 hours', look.at]) AS c WHERE c.look = look.at GROUP BY 1, 2"
	    " UNION ALL SELECT reason, NULL, n FROM look,"
	    " piste.experiment_exclusions('x%u', %u, look.at) WHERE n <> 0)"
	    " SELECT string_agg(concat_ws(' ', measure, variant, n) || E'\\n',"
	    " '' ORDER BY place, variant) FROM figure JOIN known"
	    " USING (measure)%c", as_of, l->seed, p + 1, l->seed, p + 1, 0);
	return sample_text(l->c.conn, sql.p);
}

#define RECOUNT "piste.experiment_recount('x%u', %u, " MOMENT ")"
#define COUNTS "piste.experiment_counts('x%u', %u, ARRAY[" MOMENT "])"
#define REASONS "piste.experiment_exclusions('x%u', %u, " MOMENT ")"

/* What the recount over rows has and the sums have not, and the reverse. */
static struct str
difference(const struct life *l, unsigned p, double as_of)
{
	unsigned x = l->seed, b = p + 1;
	struct buf sql = statement();

	buf_addf(&sql, "WITH exact AS (SELECT epoch, variant, measure, n,"
	    " total, total_sq FROM " RECOUNT "), kept AS (SELECT epoch,"
	    " variant, measure, n, total, total_sq FROM " COUNTS " UNION ALL"
	    " SELECT NULL, NULL, reason, n, 0, 0 FROM " REASONS " WHERE n <> 0"
	    " AND reason LIKE '%%conversions%%'), other AS ((TABLE exact EXCEPT"
	    " TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE exact))"
	    " SELECT string_agg(other::text, ' ') FROM other%c",
	    x, b, as_of, x, b, as_of, x, b, as_of, 0);
	return sample_text(l->c.conn, sql.p);
}

/* Everything that follows from what happened in the current phase. */
static struct str
derived(const struct life *l)
{
	unsigned x = l->seed, b = l->phase + 1;
	struct buf sql = statement();

	buf_addf(&sql, "SELECT concat((SELECT string_agg(h::text, ' ' ORDER BY"
	    " h) FROM piste.experiment_hour AS h WHERE experiment_key = 'x%u'"
	    " AND bucket_version = %u AND (n, total) <> (0, 0)),"
	    " (SELECT string_agg(o::text, ' ' ORDER BY o) FROM piste.outcome"
	    " AS o WHERE experiment_key = 'x%u' AND bucket_version = %u),"
	    " (SELECT string_agg(c::text, ' ' ORDER BY c) FROM"
	    " piste.conversion AS c WHERE experiment_key = 'x%u'))%c",
	    x, b, x, b, x, 0);
	return sample_text(l->c.conn, sql.p);
}

static void
check_look(const struct life *l, unsigned p, double as_of)
{
	struct str want = expect(l, p, as_of), got = figures(l, p, as_of);

	ck_assert_msg(str_eq(got, want), "seed %u, phase %u, as of %.0f:"
	    " got\n%.*s\nwanted\n%.*s", l->seed, p, as_of, STR_ARG(got),
	    STR_ARG(want));
	if (p < l->phase)
		return;
	got = difference(l, p, as_of);
	ck_assert_msg(str_is_empty(got), "seed %u, as of %.0f: %.*s",
	    l->seed, as_of, STR_ARG(got));
}

static void
check_rebuild(struct life *l)
{
	struct str before = derived(l), after;
	struct buf sql = statement();

	buf_addf(&sql, "SELECT piste.experiment_rebuild('x%u')", l->seed);
	run(l, &sql);
	after = derived(l);
	ck_assert_msg(str_eq(before, after), "seed %u: kept\n%.*s\nrebuilt\n"
	    "%.*s", l->seed, STR_ARG(before), STR_ARG(after));
}

START_TEST(every_count_agrees)
{
	struct sample c = sample_new();

	for (unsigned i = 0; i < SEEDS_A_TEST; i++) {
		struct life l = { .c = c,
			.seed = 1 + (unsigned)_i * SEEDS_A_TEST + i };

		l.random = l.seed;
		live(&l);
		/* An earlier phase has lost the rows of its hours. */
		for (unsigned p = 0; p <= l.phase; p++)
			check_look(&l, p, AFTER_ALL);
		for (int j = 0; j < LOOKS; j++)
			check_look(&l, l.phase, draw_time(&l,
			    draw(&l, 4) * HOURS * 900));
		check_rebuild(&l);
	}
} END_TEST

SUITE(counting_history)
{
	SUITE_LOOP(every_count_agrees, SEEDS / SEEDS_A_TEST);
}
