/*
 * Implements sitetrial.h.  Whom an experiment is for is sitetarget's, its arms
 * are sitearms', what it is to show is siteplan's.  Which visitor gets which
 * variant is experiment/assign's to say.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "page/reader.h"
#include "page/site.h"
#include "page/sitearms.h"
#include "page/sitecheck.h"
#include "page/siteplan.h"
#include "page/sitetarget.h"
#include "page/sitetrial.h"

#define COUNT_MAX 1e9	/* of phases, epochs, versions */
#define N_STAR_MAX 1e13
#define LEAF_BYTES_MAX 256

/* A seed is hashed byte by byte, so it is printable ASCII. */
static struct str
read_seed(const struct reader_node *n, struct str fallback)
{
	struct str s = reader_string(n, READER_MAY, SITETRIAL_SEED_BYTES_MAX);

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~') {
			reader_complain(n, "must be printable ASCII without"
			    " blanks");
			return fallback;
		}
	return str_is_empty(s) ? fallback : s;
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

static enum site_state
read_name(const struct reader_node *n)
{
	const char *names[SITE_STATES + 1] = { NULL };

	for (size_t i = 0; i < SITE_STATES; i++)
		names[i] = site_state_name((enum site_state)i);
	return n->json ? (enum site_state)reader_choice(n, READER_MAY, names) :
	    SITE_RUNNING;
}

static void
read_experiment(const struct reader_node *n, const struct site *site,
    struct site_experiment *out)
{
	static const char *const known[] = { "key", "page", "seed", "weights",
		"coverage", "filters", "goal", "window", "alpha",
		"planned_visitors", "state", "windows", "layer", "holdout",
		"targeting", "starts", "ends", "guardrails", "equivalence",
		"baseline", "mde", "power", "factors", "design", "bandit",
		"auto", "tested", "previous_visitors", NULL };
	static const struct reader_range coverages = { READER_MAY, 0, 1, 1 };
	struct reader_node key = reader_member(n, "key");
	struct reader_node page = reader_member(n, "page");
	struct reader_node seed = reader_member(n, "seed");
	struct reader_node coverage = reader_member(n, "coverage");
	struct reader_node state = reader_member(n, "state");

	if (!reader_object(n, READER_MUST, known))
		return;
	out->key = reader_key(&key, READER_MUST);
	out->page = read_page(&page, site);
	out->seed = read_seed(&seed, out->key);
	out->coverage = reader_number(&coverage, &coverages);
	out->state = read_name(&state);
	out->is_running = out->state == SITE_RUNNING;
	sitearms_read(n, out);
	sitetarget_read(n, out);
	siteplan_read(n, out);
	out->phase = out->epoch = 1;
	out->bucket_version = out->min_bucket_version = 1;
	if (out->page)
		out->control = out->page->control;
}

/*
 * A number of the state; a picture kept on disk by an older program may lack
 * some.
 */
static uint32_t
read_count(const struct reader_node *state, const char *name)
{
	static const struct reader_range counts = { READER_MAY, 1, COUNT_MAX,
		1 };
	struct reader_node n = reader_member(state, name);

	return (uint32_t)reader_whole(&n, &counts);
}

static void
read_numbers(const struct reader_node *n, struct site_experiment *out)
{
	const struct reader_range n_stars = { READER_MAY, 1, N_STAR_MAX,
		out->n_star };
	const struct reader_range coverages = { READER_MAY, 0, 1,
		out->coverage };
	struct reader_node n_star = reader_member(n, "n_star");
	struct reader_node coverage = reader_member(n, "coverage");

	out->phase = read_count(n, "phase");
	out->epoch = read_count(n, "epoch");
	out->bucket_version = read_count(n, "bucket_version");
	out->min_bucket_version = read_count(n, "min_bucket_version");
	out->n_star = reader_number(&n_star, &n_stars);
	out->coverage = reader_number(&coverage, &coverages);
}

static bool
read_leaf(const struct reader_node *n, const struct site_experiment *e,
    struct site_leaf *out)
{
	static const char *const known[] = { "leaf", "epoch", "weights",
		NULL };
	struct reader_node leaf = reader_member(n, "leaf");
	struct reader_node weights = reader_member(n, "weights");
	struct site_experiment part = { .page = e->page };

	if (!reader_object(n, READER_MUST, known))
		return false;
	sitearms_read_weights(&weights, &part);
	*out = (struct site_leaf){
		.key = reader_string(&leaf, READER_MAY, LEAF_BYTES_MAX),
		.is_even = !leaf.json,
		.epoch = read_count(n, "epoch"),
		.weight = part.weight,
	};
	return part.weight;
}

static void
read_leaves(const struct reader_node *n, struct site_experiment *out)
{
	size_t count = reader_list(n, READER_MAY, SITE_LEAVES_MAX);
	struct site_leaf *leaf = arena_array(n->reader->arena, count,
	    sizeof *leaf);

	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);

		out->leaves += read_leaf(&item, out, &leaf[out->leaves]);
	}
	out->leaf = leaf;
}

/* What the database knows of an experiment: see define_snapshot. */
static void
read_state(const struct reader_node *state, struct site_experiment *out)
{
	static const char *const known[] = { "phase", "bucket_version",
		"min_bucket_version", "epoch", "running", "state", "control",
		"n_star", "weights", "coverage", "leaves", NULL };
	struct reader_node n = reader_member(state, out->key.p);
	struct reader_node running = reader_member(&n, "running");
	struct reader_node name = reader_member(&n, "state");
	struct reader_node control = reader_member(&n, "control");
	struct reader_node weights = reader_member(&n, "weights");
	struct reader_node leaves = reader_member(&n, "leaves");
	const struct site_variant *arm;

	if (!reader_object(&n, READER_MAY, known))
		return;
	read_numbers(&n, out);
	out->is_running = reader_flag(&running);
	if (name.json)
		out->state = read_name(&name);
	if (weights.json)
		sitearms_read_weights(&weights, out);
	read_leaves(&leaves, out);
	arm = out->page ? site_variant(out->page,
	    reader_key(&control, READER_MAY)) : NULL;
	if (arm && arm->key.n)
		out->control = (uint32_t)(arm - out->page->variant);
}

/* A later phase hashes with another seed, and so does all that follows. */
static void
sow(struct arena *a, struct site_experiment *e)
{
	if (e->phase > 1)
		e->seed = buf_fmt(a, SITETRIAL_SEED_BYTES_MAX + 16,
		    "%.*s:p%u", STR_ARG(e->seed), e->phase);
	e->explore = buf_fmt(a, SITETRIAL_SEED_BYTES_MAX + 25, "%.*s:explore",
	    STR_ARG(e->seed));
	for (size_t i = 0; i < e->factors; i++)
		e->factor[i].seed = buf_fmt(a, SITETRIAL_SEED_BYTES_MAX +
		    SITE_KEY_BYTES_MAX + 17, "%.*s:%.*s", STR_ARG(e->seed),
		    STR_ARG(e->factor[i].key));
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
		sow(root->reader->arena, &(*out)[i]);
	}
	reader_unique(&list, "key");
	sitecheck_experiments(&list, *out, count);
	return count;
}
