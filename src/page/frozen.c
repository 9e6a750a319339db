/*
 * Implements frozen.h.  A first view differs from another only in its token,
 * the form's and the script's, and in the query that a link to another language
 * keeps, so a page is rendered with marks in their places and cut there.  What
 * does not fit that picture (a template that shows them ever again, another
 * address) is rendered as ever.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "page/frozen.h"
#include "page/render.h"
#include "page/site.h"

enum place { PLACE_TOKEN, PLACE_QUERY, PLACES };

/* No part holds these by chance, and one that does just isn't kept. */
static const struct str mark[PLACES] = {
	[PLACE_TOKEN] = STR("the-token-goes-here-6e1f0b7a9d3c4852"),
	[PLACE_QUERY] = STR("the-query-goes-here-5b93a1e80c7d2f46"),
};
#define AND STR("&amp;")	/* before a query, and between its pairs */

#define WAYS 2		/* with the script, or without */
#define CUTS_MAX 4	/* the token twice, the query, and one more */

/* One page; its pieces are empty if it can't be cut. */
struct kept {
	size_t bytes_all;
	struct str static_url;
	struct str url;
	struct str action;
	size_t cuts;
	enum place place[CUTS_MAX];	/* behind the piece of that number */
	struct str piece[CUTS_MAX + 1];
	char bytes[];
};

struct frozen {
	const struct site *site;
	size_t bytes_max;
	atomic_size_t bytes;
	size_t *first;			/* a page's first place, by its index */
	/* By variant, then language, then way. */
	_Atomic(struct kept *) *place;
	size_t places;
};

struct frozen *
frozen_new(const struct site *s, size_t bytes_max)
{
	struct frozen *f = calloc(1, sizeof *f);

	if (!f)
		abort();
	f->site = s;
	f->bytes_max = bytes_max;
	f->first = calloc(s->pages + 1, sizeof *f->first);
	if (!f->first)
		abort();
	for (size_t i = 0; i < s->pages; i++) {
		f->first[i] = f->places;
		f->places += s->page[i].variants * LANG_COUNT * WAYS;
	}
	f->place = calloc(f->places + 1, sizeof *f->place);
	if (!f->place)
		abort();
	return f;
}

void
frozen_free(struct frozen *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->places; i++)
		free(atomic_load(&f->place[i]));
	free(f->place);
	free(f->first);
	free(f);
}

/* NULL when r's page or variant is not the site's own. */
static _Atomic(struct kept *) *
find_place(const struct frozen *f, const struct render *r)
{
	uintptr_t page = (uintptr_t)r->page - (uintptr_t)f->site->page;
	uintptr_t variant = (uintptr_t)r->variant -
	    (uintptr_t)r->page->variant;
	size_t i = page / sizeof *r->page;
	size_t k = variant / sizeof *r->variant;

	if (i >= f->site->pages || k >= r->page->variants)
		return NULL;
	return &f->place[f->first[i] + (k * LANG_COUNT + r->lang) * WAYS +
	    r->is_counted];
}

static struct str
put(char **at, struct str s)
{
	struct str copy = { *at, s.n };

	if (s.n)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return copy;
}

/* The first mark in s: which, or PLACES, and where it begins. */
static enum place
find_mark(struct str s, size_t *at)
{
	enum place found = PLACES;

	*at = s.n;
	for (enum place m = 0; m < PLACES; m++) {
		const char *p = memmem(s.p, *at, mark[m].p, mark[m].n);

		if (p) {
			*at = (size_t)(p - s.p);
			found = m;
		}
	}
	return found;
}

/*
 * Cut page where its marks are; false if the token's is not there, or there
 * are too many.  A template may do without a script, or other languages.
 */
static bool
cut(struct str page, struct kept *out)
{
	bool has_token = false;
	enum place m;
	size_t at;

	out->cuts = 0;
	while ((m = find_mark(page, &at)) < PLACES) {
		struct str before = str_slice(page, 0, at);

		if (out->cuts == CUTS_MAX || (m == PLACE_QUERY &&
		    !str_has_suffix(before, AND)))
			return false;
		has_token |= m == PLACE_TOKEN;
		page = str_slice(page, at + mark[m].n, page.n);
		before.n -= m == PLACE_QUERY ? AND.n : 0;
		out->place[out->cuts] = m;
		out->piece[out->cuts++] = before;
	}
	out->piece[out->cuts] = page;
	return has_token;
}

static struct kept *
freeze(struct frozen *f, struct arena *a, const struct render *r,
    frozen_fn *render)
{
	struct render marked = *r;
	struct kept made = { 0 }, *k;
	size_t n;
	char *at;

	marked.token = mark[PLACE_TOKEN];
	marked.query = mark[PLACE_QUERY];
	if (!cut(render(a, &marked), &made))
		made = (struct kept){ 0 };
	n = sizeof *k + r->static_url.n + r->url.n + r->action.n;
	for (size_t i = 0; i <= made.cuts; i++)
		n += made.piece[i].n;
	if (atomic_fetch_add(&f->bytes, n) + n > f->bytes_max) {
		atomic_fetch_sub(&f->bytes, n);
		return NULL;
	}
	k = malloc(n);
	if (!k)
		abort();
	at = k->bytes;
	k->static_url = put(&at, r->static_url);
	k->url = put(&at, r->url);
	k->action = put(&at, r->action);
	k->cuts = made.cuts;
	memcpy(k->place, made.place, sizeof k->place);
	for (size_t i = 0; i <= made.cuts; i++)
		k->piece[i] = put(&at, made.piece[i]);
	k->bytes_all = n;
	return k;
}

/* The place's page, made now if there is none; the first maker wins. */
static const struct kept *
keep(struct frozen *f, _Atomic(struct kept *) *place, struct arena *a,
    const struct render *r, frozen_fn *render)
{
	struct kept *k = atomic_load(place), *none = NULL;

	if (k)
		return k;
	k = freeze(f, a, r, render);
	if (!k || atomic_compare_exchange_strong(place, &none, k))
		return k;
	atomic_fetch_sub(&f->bytes, k->bytes_all);
	free(k);
	return none;
}

/* As the template would write it behind a language. */
static struct str
query_text(struct arena *a, struct str query)
{
	struct str pair;
	struct buf b;

	if (!query.n)
		return STR_EMPTY;
	buf_init(&b, a, AND.n * (query.n + 1));
	while (query.n) {
		str_cut(query, '&', &pair, &query);
		buf_add(&b, AND);
		buf_add(&b, pair);
	}
	return buf_str(&b);
}

struct str
frozen_page(struct frozen *f, struct arena *a, const struct render *r,
    frozen_fn *render)
{
	_Atomic(struct kept *) *place = find_place(f, r);
	const struct str text[PLACES] = {
		[PLACE_TOKEN] = r->token,
		[PLACE_QUERY] = query_text(a, r->query),
	};
	const struct kept *k = NULL;
	size_t n = 0;
	char *p, *at;

	if (place)
		k = keep(f, place, a, r, render);
	if (!k || !k->cuts || !str_eq(k->url, r->url) ||
	    !str_eq(k->action, r->action) ||
	    !str_eq(k->static_url, r->static_url))
		return render(a, r);
	for (size_t i = 0; i <= k->cuts; i++)
		n += k->piece[i].n;
	for (size_t i = 0; i < k->cuts; i++)
		n += text[k->place[i]].n;
	p = at = arena_room(a, n);
	for (size_t i = 0; i < k->cuts; i++) {
		put(&at, k->piece[i]);
		put(&at, text[k->place[i]]);
	}
	put(&at, k->piece[k->cuts]);
	return (struct str){ p, (size_t)(at - p) };
}
