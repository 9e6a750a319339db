/*
 * Implements sitetrial.h.  Which visitor gets which variant is
 * experiment/assign's to say.
 */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "page/reader.h"
#include "page/site.h"
#include "page/sitetrial.h"

#define PLANNED_MAX 1e12
#define PHASE_MAX 1e9
#define WEIGHTS_SLACK .01	/* as assign_ranges allows */

/* "24h", "14d", "30m" as seconds. */
static int64_t
read_window(const struct reader_node *n)
{
	static const struct { char unit; int64_t seconds; } units[] = {
		{ 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
	};
	struct str s = reader_string(n, READER_MAY, SITE_KEY_BYTES_MAX);
	uint32_t count;

	if (str_is_empty(s) && !n->json)
		s = STR("24h");
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
	return 86400;
}

/* A seed is hashed byte by byte, so it is printable ASCII. */
static struct str
read_seed(const struct reader_node *n, enum reader_need need,
    struct str fallback)
{
	struct str s = reader_string(n, need, SITETRIAL_SEED_BYTES_MAX);

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~') {
			reader_complain(n, "must be printable ASCII without"
			    " blanks");
			return fallback;
		}
	return str_is_empty(s) ? fallback : s;
}

static void
read_weights(const struct reader_node *n, const struct site_page *pg,
    struct site_experiment *out)
{
	static const struct reader_range share = { READER_MUST, 0, 1, 0 };
	json_t *object = (json_t *)n->json, *value;
	size_t before = n->reader->errors;
	const char *key;
	double sum = 0;

	if (!reader_object(n, READER_MUST, NULL) || !pg)
		return;
	json_object_foreach(object, key, value) {
		struct reader_node member = reader_member(n, key);

		if (!site_variant(pg, str_of(key)))
			reader_complain(&member, "page %.*s has no such"
			    " variant", STR_ARG(reader_quote(n, pg->key)));
	}
	out->weight = arena_array(n->reader->arena, pg->variants,
	    sizeof *out->weight);
	for (size_t i = 0; i < pg->variants; i++) {
		struct reader_node member = reader_member(n,
		    pg->variant[i].key.p);

		if (str_is_empty(pg->variant[i].key))
			return;
		out->weight[i] = reader_number(&member, &share);
		sum += out->weight[i];
	}
	if (n->reader->errors == before && !(sum >= 1 - WEIGHTS_SLACK &&
	    sum <= 1 + WEIGHTS_SLACK))
		reader_complain(n, "sum to %.15g, not to 1", sum);
}

static void
read_range(const struct reader_node *n, double out[2])
{
	static const struct reader_range share = { READER_MUST, 0, 1, 0 };
	size_t before = n->reader->errors;
	struct reader_node start = reader_element(n, 0);
	struct reader_node end = reader_element(n, 1);

	if (!json_is_array(n->json) || json_array_size(n->json) != 2) {
		reader_complain(n, "must be a pair: [start, end]");
		return;
	}
	out[0] = reader_number(&start, &share);
	out[1] = reader_number(&end, &share);
	if (n->reader->errors == before && out[0] >= out[1])
		reader_complain(n, "holds nothing: its end must be more than"
		    " its start");
}

static void
read_filter(const struct reader_node *n, struct site_filter *out)
{
	static const char *const known[] = { "seed", "ranges", NULL };
	struct reader_node seed = reader_member(n, "seed");
	struct reader_node ranges = reader_member(n, "ranges");

	if (!reader_object(n, READER_MUST, known))
		return;
	out->seed = read_seed(&seed, READER_MUST, STR_EMPTY);
	out->ranges = reader_list(&ranges, READER_MUST, SITETRIAL_RANGES_MAX);
	out->range = arena_array(n->reader->arena, out->ranges,
	    sizeof *out->range);
	for (size_t i = 0; i < out->ranges; i++) {
		struct reader_node item = reader_element(&ranges, i);

		read_range(&item, out->range[i]);
	}
}

static void
read_filters(const struct reader_node *n, struct site_experiment *out)
{
	out->filters = reader_list(n, READER_MAY, SITE_FILTERS_MAX);
	out->filter = arena_array(n->reader->arena, out->filters,
	    sizeof *out->filter);
	for (size_t i = 0; i < out->filters; i++) {
		struct reader_node item = reader_element(n, i);

		read_filter(&item, &out->filter[i]);
	}
}

static const struct site_page *
read_page(const struct reader_node *n, const struct site *site)
{
	struct str key = reader_key(n, READER_MUST);
	const struct site_page *pg = site_find(site, key);

	if (!pg && !str_is_empty(key))
		reader_complain(n, "there is no page %.*s",
		    STR_ARG(reader_quote(n, key)));
	return pg;
}

static void
read_plan(const struct reader_node *n, struct site_experiment *out)
{
	static const struct reader_range coverages = { READER_MAY, 0, 1, 1 };
	static const struct reader_range alphas = { READER_MAY, 1e-6, .5,
		.05 };
	static const struct reader_range plans = { READER_MAY, 0, PLANNED_MAX,
		0 };
	static const char *const goals[] = { "lead", "mql", "sql", "value",
		NULL };
	struct reader_node coverage = reader_member(n, "coverage");
	struct reader_node goal = reader_member(n, "goal");
	struct reader_node window = reader_member(n, "window");
	struct reader_node alpha = reader_member(n, "alpha");
	struct reader_node planned = reader_member(n, "planned_visitors");

	out->coverage = reader_number(&coverage, &coverages);
	out->goal = str_of(goals[reader_choice(&goal, READER_MAY, goals)]);
	out->window_s = read_window(&window);
	out->alpha = reader_number(&alpha, &alphas);
	out->planned_visitors = reader_whole(&planned, &plans);
}

static void
read_experiment(const struct reader_node *n, const struct site *site,
    struct site_experiment *out)
{
	static const char *const known[] = { "key", "page", "seed", "weights",
		"coverage", "filters", "goal", "window", "alpha",
		"planned_visitors", "state", NULL };
	static const char *const states[] = { "running", "paused", "stopped",
		NULL };
	struct reader_node key = reader_member(n, "key");
	struct reader_node page = reader_member(n, "page");
	struct reader_node seed = reader_member(n, "seed");
	struct reader_node weights = reader_member(n, "weights");
	struct reader_node filters = reader_member(n, "filters");
	struct reader_node state = reader_member(n, "state");

	if (!reader_object(n, READER_MUST, known))
		return;
	out->key = reader_key(&key, READER_MUST);
	out->page = read_page(&page, site);
	out->seed = read_seed(&seed, READER_MAY, out->key);
	read_weights(&weights, out->page, out);
	read_filters(&filters, out);
	read_plan(n, out);
	out->bucket_version = 1;
	out->is_running = !reader_choice(&state, READER_MAY, states);
}

/* What the database knows of an experiment: see define_snapshot. */
static void
read_state(const struct reader_node *state, struct site_experiment *out)
{
	static const char *const known[] = { "phase", "bucket_version",
		"running", NULL };
	static const struct reader_range count = { READER_MUST, 1, PHASE_MAX,
		1 };
	struct reader_node n = reader_member(state, out->key.p);
	struct reader_node phase = reader_member(&n, "phase");
	struct reader_node version = reader_member(&n, "bucket_version");
	struct reader_node running = reader_member(&n, "running");
	int64_t number;

	if (!reader_object(&n, READER_MAY, known))
		return;
	number = reader_whole(&phase, &count);
	if (number > 1)
		out->seed = buf_fmt(n.reader->arena,
		    SITETRIAL_SEED_BYTES_MAX + 16, "%.*s:p%lld",
		    STR_ARG(out->seed), (long long)number);
	out->bucket_version = (uint32_t)reader_whole(&version, &count);
	out->is_running = reader_flag(&running);
}

/* A page shows one comparison at a time. */
static void
check_rivals(const struct reader_node *list,
    const struct site_experiment *all, size_t count)
{
	json_t *runs_on = json_object();

	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(list, i);
		struct reader_node page = reader_member(&item, "page");
		const char *rival;

		if (!all[i].page || !all[i].is_running)
			continue;
		rival = json_string_value(json_object_get(runs_on,
		    all[i].page->key.p));
		if (rival)
			reader_complain(&page, "experiment %.*s already runs"
			    " on page %.*s",
			    STR_ARG(reader_quote(list, str_of(rival))),
			    STR_ARG(reader_quote(list, all[i].page->key)));
		else
			json_object_set_new(runs_on, all[i].page->key.p,
			    json_string(all[i].key.p));
	}
	json_decref(runs_on);
}

size_t
sitetrial_read(const struct reader_node *root, const struct site *site,
    struct site_experiment **out)
{
	struct reader_node list = reader_member(root, "experiments");
	struct reader_node state = reader_member(root, "state");
	struct reader_node states = reader_member(&state, "experiments");
	size_t count = reader_list(&list, READER_MAY, SITE_OBJECTS_MAX);

	*out = arena_array(root->reader->arena, count, sizeof **out);
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(&list, i);

		read_experiment(&item, site, &(*out)[i]);
		read_state(&states, &(*out)[i]);
	}
	reader_unique(&list, "key");
	check_rivals(&list, *out, count);
	return count;
}
