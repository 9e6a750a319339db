/* Implements siteplan.h. */
#include "base/arena.h"
#include "page/reader.h"
#include "page/site.h"
#include "page/siteplan.h"
#include "page/sitetrial.h"

#define PLANNED_MAX 1e12
#define DAY_S 86400
#define BANDIT_EVERY_S_MIN 3600		/* hourly to daily, statistics 2.11 */
#define BANDIT_EVERY_S_MAX DAY_S
/* Each change opens an epoch for every leaf, and epochs are bounded. */
#define CONTEXT_EVERY_S_MIN (6 * 3600)
#define BANDIT_VISITORS 100

/* "24h", "14d", "30m" as seconds; fallback when absent or wrong. */
static int64_t
read_window(const struct reader_node *n, int64_t fallback)
{
	static const struct { char unit; int64_t seconds; } units[] = {
		{ 'm', 60 }, { 'h', 3600 }, { 'd', DAY_S },
	};
	struct str s = reader_string(n, READER_MAY, SITE_KEY_BYTES_MAX);
	uint32_t count;

	for (size_t i = 0; s.n && i < sizeof units / sizeof units[0]; i++)
		if (s.p[s.n - 1] == units[i].unit &&
		    str_u32(str_slice(s, 0, s.n - 1), 1,
		    (uint32_t)(SITETRIAL_WINDOW_S_MAX / units[i].seconds),
		    &count))
			return count * units[i].seconds;
	if (n->json && json_is_string(n->json))
		reader_complain(n, "%.*s is no length of time, such as"
		    " \"30m\", \"24h\" or \"14d\", a year at most",
		    STR_ARG(reader_quote(n, s)));
	return fallback;
}

static void
read_goal(const struct reader_node *n, struct site_experiment *out)
{
	static const char *const goals[] = { "lead", "mql", "sql", "customer",
		"value", NULL };
	static const char *const known[] = { "mql", "sql", "customer", NULL };
	struct reader_node goal = reader_member(n, "goal");
	struct reader_node window = reader_member(n, "window");
	struct reader_node windows = reader_member(n, "windows");
	struct reader_node mql = reader_member(&windows, "mql");
	struct reader_node sql = reader_member(&windows, "sql");
	struct reader_node customer = reader_member(&windows, "customer");

	out->goal = str_of(goals[reader_choice(&goal, READER_MAY, goals)]);
	out->window_s = read_window(&window, DAY_S);
	reader_object(&windows, READER_MAY, known);
	out->mql_window_s = read_window(&mql, 14 * DAY_S);
	out->sql_window_s = read_window(&sql, 30 * DAY_S);
	out->customer_window_s = read_window(&customer, 90 * DAY_S);
}

static double
number_of(const struct reader_node *n, const char *name,
    const struct reader_range *range)
{
	struct reader_node member = reader_member(n, name);

	return reader_number(&member, range);
}

static void
read_numbers(const struct reader_node *n, struct site_experiment *out)
{
	static const struct reader_range alphas = { READER_MAY, 1e-6, .5,
		.05 };
	static const struct reader_range baselines = { READER_MAY, 1e-6, .999,
		0 };
	static const struct reader_range lifts = { READER_MAY, .001, 10, 0 };
	static const struct reader_range powers = { READER_MAY, .5, .999, .8 };
	static const struct reader_range bands = { READER_MAY, .001, 1, .05 };
	static const struct reader_range plans = { READER_MAY, 0, PLANNED_MAX,
		0 };
	struct reader_node planned = reader_member(n, "planned_visitors");

	out->alpha = number_of(n, "alpha", &alphas);
	out->baseline = number_of(n, "baseline", &baselines);
	out->mde = number_of(n, "mde", &lifts);
	out->power = number_of(n, "power", &powers);
	out->equivalence = number_of(n, "equivalence", &bands);
	out->planned_visitors = reader_whole(&planned, &plans);
	out->n_star = SITETRIAL_N_STAR;
	if (out->planned_visitors && out->page && out->page->variants)
		out->n_star = 2. * (double)out->planned_visitors /
		    (double)out->page->variants;
}

static void
read_guardrails(const struct reader_node *n, struct site_experiment *out)
{
	static const char *const known[] = { "metric", "margin", NULL };
	static const char *const metrics[] = {
		[SITE_METRIC_SPAM] = "spam", [SITE_METRIC_BOUNCE] = "bounce",
		[SITE_METRIC_ERROR] = "error",
		[SITE_METRIC_CONSENT] = "consent", NULL };
	static const struct reader_range margins = { READER_MUST, 0, 10, 0 };
	size_t count = reader_list(n, READER_MAY, SITE_GUARDRAILS_MAX);
	struct site_guardrail *g = arena_array(n->reader->arena, count,
	    sizeof *g);

	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);
		struct reader_node metric = reader_member(&item, "metric");

		if (!reader_object(&item, READER_MUST, known))
			continue;
		g[i].metric = (enum site_metric)reader_choice(&metric,
		    READER_MUST, metrics);
		g[i].margin = number_of(&item, "margin", &margins);
	}
	reader_unique(n, "metric");
	out->guardrail = g;
	out->guardrails = count;
}

/* Are all visitors the same in it, by whom the experiment is for? */
static bool
is_settled(const struct site_experiment *e)
{
	const struct site_targeting *t = &e->targeting;

	switch (e->bandit.context) {
	case SITE_BY_SOURCE:
		return t->sources.count == 1;
	case SITE_BY_DEVICE:
		return t->devices.count == 1;
	case SITE_BY_COUNTRY:
		return t->countries.count == 1;
	case SITE_NO_CONTEXT:
		break;
	}
	return false;
}

static void
read_context(const struct reader_node *n, const struct reader_node *every,
    struct site_experiment *out)
{
	static const char *const names[] = { "source", "device", "country",
		NULL };

	if (!n->json)
		return;
	out->bandit.context = (enum site_context)(SITE_BY_SOURCE +
	    reader_choice(n, READER_MAY, names));
	if (is_settled(out))
		reader_complain(n, "is one and the same for everybody whom"
		    " targeting leaves");
	if (str_eq(out->goal, STR("value")))
		reader_complain(n, "goes by rates, and the goal is a value");
	if (out->bandit.every_s < CONTEXT_EVERY_S_MIN)
		reader_complain(every, "must be from \"6h\" to \"24h\" with a"
		    " context");
}

static void
read_bandit(const struct reader_node *n, struct site_experiment *out)
{
	static const char *const known[] = { "floor", "min_visitors", "every",
		"context", NULL };
	static const struct reader_range floors = { READER_MAY, 0, .5, 0 };
	static const struct reader_range visitors = { READER_MAY, 1,
		PLANNED_MAX, BANDIT_VISITORS };
	struct reader_node floor = reader_member(n, "floor");
	struct reader_node least = reader_member(n, "min_visitors");
	struct reader_node every = reader_member(n, "every");
	struct reader_node context = reader_member(n, "context");
	struct site_bandit *b = &out->bandit;

	if (!reader_object(n, READER_MAY, known))
		return;
	b->is_on = true;
	b->floor = reader_number(&floor, &floors);
	b->min_visitors = reader_whole(&least, &visitors);
	b->every_s = read_window(&every, DAY_S);
	if (b->every_s < BANDIT_EVERY_S_MIN || b->every_s > BANDIT_EVERY_S_MAX)
		reader_complain(&every, "must be from \"1h\" to \"24h\"");
	read_context(&context, &every, out);
	if (out->factors)
		reader_complain(n, "sets the weights of arms, and here"
		    " factors set them");
	else if (out->page && b->floor * (double)out->page->variants >= 1)
		reader_complain(&floor, "leaves nothing to share out among"
		    " %zu arms", out->page->variants);
}

/* Which of names (ended by NULL) a list holds, bit 1 << its index each. */
static unsigned
read_set(const struct reader_node *n, const char *const *names)
{
	size_t count = 0;
	unsigned set = 0;

	while (names[count])
		count++;
	count = reader_list(n, READER_MAY, count);
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);

		set |= 1u << reader_choice(&item, READER_MUST, names);
	}
	reader_unique(n, NULL);
	return set;
}

void
siteplan_read(const struct reader_node *n, struct site_experiment *out)
{
	static const char *const actions[] = { "stop_keep_control",
		"guardrail", "bandit", NULL };
	static const char *const differences[] = { "consent", NULL };
	static const char *const previous[] = { "rebucket", "block", NULL };
	struct reader_node guardrails = reader_member(n, "guardrails");
	struct reader_node bandit = reader_member(n, "bandit");
	struct reader_node actors = reader_member(n, "auto");
	struct reader_node tested = reader_member(n, "tested");
	struct reader_node visitors = reader_member(n, "previous_visitors");
	unsigned acts;

	read_goal(n, out);
	read_numbers(n, out);
	read_guardrails(&guardrails, out);
	read_bandit(&bandit, out);
	acts = read_set(&actors, actions);
	out->stops_itself = acts & 1u << 0;
	out->pauses_arms = acts & 1u << 1;
	out->stops_bandit = acts & 1u << 2;
	if (out->stops_bandit && out->bandit.context)
		reader_complain(&actors, "bandit: by context it does not stop"
		    " by itself");
	out->tests_consent = read_set(&tested, differences) != 0;
	out->blocks_previous = reader_choice(&visitors, READER_MAY,
	    previous) == 1;
}
