/* Implements choice.h.  What may count is decided before what is shown. */
#include "app.h"
#include "base/addr.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "draw.h"
#include "experiment/assign.h"
#include "form/ticket.h"
#include "geo/geo.h"
#include "http/cookie.h"
#include "http/request.h"
#include "http/url.h"
#include "page/site.h"
#include "recall.h"
#include "track/bot.h"
#include "track/crowd.h"
#include "track/device.h"
#include "visitor.h"

#include "choice.h"

#define PREVIEW_PURPOSE "preview"
#define SELFTEST_PURPOSE "selftest"
#define QUERY_BYTES_MAX 400
#define LOOPBACK "127.0.0.0/8 ::1 unix"

/* When a link ends, the page it is for, and what it opens there. */
static struct str
link_payload(struct arena *a, int64_t until_ms, struct str page,
    struct str what)
{
	return buf_fmt(a, QUERY_BYTES_MAX, "%lld %.*s %.*s",
	    (long long)until_ms, STR_ARG(page), STR_ARG(what));
}

static struct str
seal_link(struct arena *a, const struct token_key *k, const char *purpose,
    struct str page, struct str what)
{
	return token_seal(a, k, purpose, link_payload(a,
	    clock_now_ms() + VISITOR_PREVIEW_MS, page, what));
}

/* Does the query hold a link of ours for this page?  *what is what it opens. */
static bool
open_link(struct request *rq, const char *purpose, struct str page,
    struct str *what)
{
	struct str sealed = url_query(rq->arena, rq->query, str_of(purpose));
	struct str payload, until, rest, sealed_page;
	int64_t until_ms;

	if (!sealed.n || token_open(rq->arena, &rq->app->key, purpose, sealed,
	    &payload))
		return false;
	return str_cut(payload, ' ', &until, &rest) &&
	    str_cut(rest, ' ', &sealed_page, what) &&
	    str_eq(sealed_page, page) &&
	    str_i64(until, 0, INT64_MAX, &until_ms) &&
	    until_ms >= rq->received_ms;
}

struct str
choice_preview(struct arena *a, const struct token_key *k, struct str page,
    struct str variant)
{
	struct str sealed = seal_link(a, k, PREVIEW_PURPOSE, page, variant);

	return buf_fmt(a, TOKEN_TEXT_BYTES_MAX + QUERY_BYTES_MAX,
	    "?variant=%.*s&preview=%.*s", STR_ARG(variant), STR_ARG(sealed));
}

struct str
choice_selftest(struct arena *a, const struct token_key *k, struct str page,
    struct str experiment, struct str book)
{
	struct str sealed = seal_link(a, k, SELFTEST_PURPOSE, page,
	    buf_fmt(a, QUERY_BYTES_MAX, "%.*s %.*s", STR_ARG(experiment),
	    STR_ARG(book)));

	return buf_fmt(a, TOKEN_TEXT_BYTES_MAX + QUERY_BYTES_MAX,
	    "?selftest=%.*s", STR_ARG(sealed));
}

/* The variant a signed preview asks for, or NULL. */
static const struct site_variant *
previewed(struct request *rq, const struct site_page *pg)
{
	struct str key = url_query(rq->arena, rq->query, STR("variant")), what;

	if (!key.n || !open_link(rq, PREVIEW_PURPOSE, pg->key, &what) ||
	    !str_eq(what, key))
		return NULL;
	return site_variant(pg, key);
}

static bool
passes(const struct site_experiment *x, struct str unit)
{
	for (size_t i = 0; i < x->filters; i++) {
		const struct site_filter *f = &x->filter[i];
		double bucket = assign_bucket(f->seed, unit);
		bool is_in = false;

		for (size_t r = 0; r < f->ranges && !is_in; r++)
			is_in = bucket >= f->range[r][0] &&
			    bucket < f->range[r][1];
		if (!is_in)
			return false;
	}
	return true;
}

static bool
holds(const struct site_words *list, struct str word)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_eq_fold(list->word[i], word))
			return true;
	return list->count == 0;
}

const struct place *
choice_place(struct request *rq, struct choice *c)
{
	if (!c->is_placed)
		geo_region(rq->app->geo, rq->arena, rq->remote_addr,
		    &c->place);
	c->is_placed = true;
	return &c->place;
}

static bool
is_target(struct request *rq, const struct choice_visit *v,
    const struct site_targeting *t, struct choice *c)
{
	if (t->langs && !(t->langs >> v->lang & 1))
		return false;
	if (t->returning != SITE_EVERYBODY &&
	    (t->returning == SITE_RETURNING) == c->is_new)
		return false;
	if (!holds(&t->sources, v->source))
		return false;
	if (t->devices.count && !holds(&t->devices,
	    device_name(device_of(rq->user_agent))))
		return false;
	return !t->countries.count || holds(&t->countries,
	    choice_place(rq, c)->country);
}

/* What the weights depend on, of this visit. */
static struct str
context_of(struct request *rq, const struct site_experiment *x,
    struct str source, struct choice *c)
{
	switch (x->bandit.context) {
	case SITE_BY_SOURCE:
		return source;
	case SITE_BY_DEVICE:
		return device_name(device_of(rq->user_agent));
	case SITE_BY_COUNTRY:
		return choice_place(rq, c)->country;
	case SITE_NO_CONTEXT:
		break;
	}
	return STR_EMPTY;
}

/* A self-test tries the weights that are told, which are all others'. */
static const struct site_leaf *
leaf_of(struct request *rq, const struct site_experiment *x,
    struct str source, struct choice *c)
{
	return x->leaves && !c->is_synthetic ? draw_leaf(x, c->visitor,
	    context_of(rq, x, source, c)) : NULL;
}

static uint64_t
archived_arms(const struct site_experiment *x)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < x->page->variants; i++)
		if (!(x->weight[i] > 0))
			bits |= UINT64_C(1) << i;
	return bits;
}

/* Each phase opens an epoch; more were opened by changes. */
static bool
has_changed(const struct site_experiment *x)
{
	return x->epoch > x->phase || x->min_bucket_version > 1;
}

/*
 * Does x settle what the visitor, of that leaf or of none, gets?  Then *c has
 * what is shown and what is counted.
 */
static bool
enter(struct request *rq, const struct site_experiment *x,
    const struct site_leaf *leaf, struct choice *c)
{
	struct assign_range range[SITE_VARIANTS_MAX];
	struct assign_row row;
	bool has_row = recall_find(rq->app->recall, x->key, c->visitor, &row);
	struct assign_verdict verdict;

	draw_ranges(x, leaf, c->visitor, range);
	verdict = assign_judge(&(struct assign_config){
		.seed = x->seed,
		.range = range,
		.arms = x->page->variants,
		.archived = archived_arms(x),
		.bucket_version = x->bucket_version,
		.bucket_version_min = x->min_bucket_version,
	}, c->visitor, has_row ? &row : NULL);
	/*
	 * Started while PostgreSQL is away, we can't tell whether this visitor
	 * was given another arm before weights changed: shown, not counted.
	 */
	if (!c->is_new && has_changed(x) && !recall_is_known(rq->app->recall))
		verdict.analysed = ASSIGN_NO_ARM;
	/* Who is blocked is no other experiment's visitor either. */
	if (verdict.analysed < 0)
		return verdict.reason == ASSIGN_BLOCKED;
	c->experiment = x;
	c->epoch = leaf ? leaf->epoch : x->epoch;
	c->counted_as = x->key;
	if (verdict.analysed < (int)x->page->variants)
		c->arm = &x->page->variant[verdict.analysed];
	/* Whose arm is archived sees the page's control, and counts there. */
	if (verdict.reason != ASSIGN_ARCHIVED)
		c->variant = c->arm;
	return true;
}

bool
choice_is_on(const struct site_experiment *x, int64_t now_ms)
{
	return now_ms >= x->starts_ms && now_ms < x->ends_ms;
}

/* The first experiment that takes the visitor: of several, none takes two. */
static void
choose_arm(struct request *rq, const struct choice_visit *v,
    struct choice *c)
{
	const struct site_page *pg = v->page;

	for (size_t i = 0; i < pg->experiments; i++) {
		const struct site_experiment *x = pg->experiment[i];

		if (choice_is_on(x, rq->received_ms) &&
		    is_target(rq, v, &x->targeting, c) &&
		    passes(x, c->visitor) &&
		    enter(rq, x, leaf_of(rq, x, v->source, c), c))
			return;
	}
}

uint32_t
choice_epoch(struct request *rq, const struct choice *c, struct str source)
{
	struct choice again = *c;
	const struct site_leaf *leaf;

	if (!c->experiment)
		return 1;
	leaf = leaf_of(rq, c->experiment, source, &again);
	return leaf ? leaf->epoch : c->experiment->epoch;
}

/* Why a view that is no preview and no robot's counts, or doesn't. */
static enum traffic_class
class_of(const struct request *rq, const struct choice *c, bool takes_part)
{
	if (rq->method == METHOD_HEAD)
		return TRAFFIC_HEAD;
	if (rq->is_prefetch)
		return TRAFFIC_PREFETCH;
	if (!c->is_synthetic &&
	    addr_in(rq->remote_addr, rq->app->conf->internal_from))
		return TRAFFIC_INTERNAL;
	return takes_part ? TRAFFIC_HUMAN : TRAFFIC_OUTSIDE;
}

bool
choice_is_refused(const struct request *rq)
{
	return str_eq(cookie_find(rq->cookie, STR(VISITOR_COOKIE)),
	    STR(VISITOR_OBJECTS));
}

/* By the cookie, or empty. */
static struct str
known_visitor(const struct request *rq)
{
	struct str cookie = cookie_find(rq->cookie, STR(VISITOR_COOKIE));

	return token_id_is(cookie) ? cookie : STR_EMPTY;
}

/* What is shown now is kept to, before PostgreSQL knows of it. */
static void
note_arm(struct request *rq, const struct choice *c)
{
	const struct site_experiment *x = c->experiment;

	/* A form comes from its page, not from where that was found. */
	if (x && x->leaves && rq->method == METHOD_POST)
		return;
	if (c->arm && !c->is_synthetic && (c->class == TRAFFIC_HUMAN ||
	    c->class == TRAFFIC_PREFETCH))
		recall_note(rq->app->recall, x->key, c->visitor,
		    &(struct assign_row){
			.arm = (uint32_t)(c->arm - x->page->variant),
			.bucket_version = x->bucket_version,
		    });
}

static void
find_visitor(struct request *rq, struct choice *c)
{
	c->visitor = known_visitor(rq);
	c->is_new = !c->visitor.n;
	if (c->is_new)
		c->visitor = token_ulid(arena_take(rq->arena,
		    TOKEN_ID_CHARS + 1), rq->received_ms);
}

/* Who comes without a proxy is a neighbour: a test or a monitor. */
bool
choice_is_crowd(struct request *rq)
{
	return !addr_in(rq->remote_addr, STR(LOOPBACK)) &&
	    !addr_in(rq->remote_addr, rq->app->conf->internal_from) &&
	    crowd_is_full(rq->app->crowd, rq->remote_addr, rq->received_ms);
}

/* What is fetched ahead is a first visit when it is shown: see beacon.c. */
static bool
is_crowd(struct request *rq, const struct choice *c)
{
	return c->is_new && rq->method == METHOD_GET && !rq->is_prefetch &&
	    choice_is_crowd(rq);
}

/*
 * A self-test's visitors are ordinary ones, wherever it runs and however many
 * it sends, but counted in a book of their own.
 */
static bool
open_selftest(struct request *rq, const struct site_page *pg,
    struct str *experiment, struct str *book)
{
	struct str what;

	return open_link(rq, SELFTEST_PURPOSE, pg->key, &what) &&
	    str_cut(what, ' ', experiment, book) &&
	    book->n <= TICKET_KEY_BYTES_MAX;
}

/* Of several experiments on a page a self-test is of one. */
static void
count_apart(struct choice *c, struct str experiment, struct str book)
{
	if (!c->experiment)
		return;
	c->counted_as = book;
	if (!str_eq(c->experiment->key, experiment)) {
		c->experiment = NULL;
		c->arm = NULL;
	}
}

void
choice_make(struct request *rq, const struct choice_visit *v,
    struct choice *out)
{
	const struct site_page *pg = v->page;
	struct str tested, book;

	*out = (struct choice){ .variant = previewed(rq, pg),
		.class = TRAFFIC_PREVIEW };
	if (out->variant)
		return;
	out->variant = &pg->variant[pg->control];
	out->class = TRAFFIC_ROBOT;
	if (bot_is(rq->user_agent)) {
		out->visitor = known_visitor(rq);
		return;
	}
	/*
	 * In a frame of another site's browsers keep no cookie of ours, so
	 * nobody could be shown the same arm twice: the control, uncounted.
	 */
	if (!pg->experiments || v->is_embedded) {
		out->class = class_of(rq, out, true);
		return;
	}
	/* Nor is who refuses: a sum of views tells of nobody. */
	if (choice_is_refused(rq)) {
		out->class = class_of(rq, out, false);
		return;
	}
	find_visitor(rq, out);
	out->is_synthetic = open_selftest(rq, pg, &tested, &book);
	if (!out->is_synthetic && is_crowd(rq, out)) {
		out->class = TRAFFIC_CROWD;
		out->visitor = STR_EMPTY;
		out->is_new = false;
		return;
	}
	choose_arm(rq, v, out);
	if (out->is_synthetic)
		count_apart(out, tested, book);
	out->class = class_of(rq, out, out->experiment);
	note_arm(rq, out);
}

size_t
choice_each(struct request *rq, const struct site_page *pg,
    struct str visitor, struct choice out[SITE_RUNNING_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < pg->experiments; i++) {
		const struct site_experiment *x = pg->experiment[i];
		struct choice *c = &out[count];

		*c = (struct choice){ .visitor = visitor };
		if (choice_is_on(x, rq->received_ms) && passes(x, visitor) &&
		    enter(rq, x, NULL, c) && c->arm)
			count++;
	}
	return count;
}
