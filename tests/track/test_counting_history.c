/*
 * Random lives of an experiment, told to the functions of src/sql in random
 * order: the sums kept by triggers, the recount over rows and the rules of
 * experiment/rules.h must say the same at any moment.
 */
#include <inttypes.h>

#include "experiment/rules.h"
#include "track/life.h"

#define SEEDS 200
#define SEEDS_A_TEST 20
#define LOOKS 5
#define AFTER_ALL 1e7
/* A page fetched ahead is two events. */
#define EVENTS_MAX (VISITORS * (ARMS + 1) + CONVERSIONS_MAX + LEADS * 2)

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
				    .t = is_multi ? -1e9 : x->t0 -
					3600 * x->is_ahead,
				    .is_bot = x->is_bot,
				    .is_prefetch = !is_multi && x->is_ahead,
				    .visitor = str_of(name[v]) };
		if (x->is_ahead)
			out[n++] = (struct rules_event){
			    .kind = RULES_ACTIVATION, .t = x->t0,
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

/* Those who are counted and whose page was shown by then. */
static void
count_shown(const struct life *l, unsigned p, double as_of, int64_t n[ARMS])
{
	for (unsigned v = 0; v < VISITORS; v++) {
		const struct exposed *x = &l->exposed[p][v];

		n[x->arm] += x->arms && !x->is_bot &&
		    !(x->arms & (x->arms - 1)) && x->shown_t <= as_of;
	}
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
	int64_t shown[ARMS] = { 0 };
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
	count_shown(l, p, as_of, shown);
	add_arms(&b, "activated", shown);
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
	    " 'customer_visitors'), (10, 'customers'), (11, 'activated'),"
	    " (12, 'bot_visitors'), (13, 'multi_exposed_visitors'), (14,"
	    " 'spam_conversions'), (15, 'conversions_without_exposure'), (16,"
	    " 'conversions_before_exposure'), (17,"
	    " 'conversions_after_window'), (18, 'duplicate_conversions')),"
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

SUITE_APART(counting_history)
{
	SUITE_LOOP(every_count_agrees, SEEDS / SEEDS_A_TEST);
}
