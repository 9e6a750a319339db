/*
 * Implements frozen.h.  A first view differs from another only in its token,
 * so a page is rendered with a mark in the token's place and cut there.  What
 * does not fit that picture (a template that shows the token twice, another
 * address, a token that would need escaping) is rendered as ever.
 */
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "page/frozen.h"
#include "page/render.h"
#include "page/site.h"

/* No part holds this by chance, and one that does just isn't kept. */
#define MARK "the-token-goes-here-6e1f0b7a9d3c4852"

/* One page; before and after are empty if it can't be cut. */
struct kept {
	struct str static_url;
	struct str url;
	struct str action;
	struct str before;
	struct str after;
	char bytes[];
};

struct frozen {
	const struct site *site;
	size_t bytes_max;
	atomic_size_t bytes;
	size_t *first;			/* a page's first place, by its index */
	_Atomic(struct kept *) *place;	/* by variant, then language */
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
		f->places += s->page[i].variants * LANG_COUNT;
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
	return &f->place[f->first[i] + k * LANG_COUNT + r->lang];
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

/* Cut page where its one mark is; false if there is none, or another. */
static bool
cut(struct str page, struct str *before, struct str *after)
{
	const char *p = memmem(page.p, page.n, MARK, sizeof MARK - 1);

	if (!p)
		return false;
	*before = str_slice(page, 0, (size_t)(p - page.p));
	*after = str_slice(page, before->n + sizeof MARK - 1, page.n);
	return !memmem(after->p, after->n, MARK, sizeof MARK - 1);
}

static struct kept *
freeze(struct frozen *f, struct arena *a, const struct render *r,
    frozen_fn *render)
{
	struct render marked = *r;
	struct str before, after;
	struct kept *k;
	size_t n;
	char *at;

	marked.token = STR(MARK);
	if (!cut(render(a, &marked), &before, &after))
		before = after = STR_EMPTY;
	n = sizeof *k + r->static_url.n + r->url.n + r->action.n + before.n +
	    after.n;
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
	k->before = put(&at, before);
	k->after = put(&at, after);
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
	atomic_fetch_sub(&f->bytes, (size_t)(k->after.p + k->after.n -
	    (const char *)k));
	free(k);
	return none;
}

/* Of characters that no escaping changes. */
static bool
is_plain(struct str token)
{
	static const bool plain[UCHAR_MAX + 1] = {
		['a' ... 'z'] = true, ['A' ... 'Z'] = true,
		['0' ... '9'] = true, ['-'] = true, ['_'] = true,
		['.'] = true,
	};
	size_t i = 0;

	while (i < token.n && plain[(unsigned char)token.p[i]])
		i++;
	return i == token.n;
}

struct str
frozen_page(struct frozen *f, struct arena *a, const struct render *r,
    frozen_fn *render)
{
	_Atomic(struct kept *) *place = find_place(f, r);
	const struct kept *k = NULL;
	char *p, *at;

	if (place && is_plain(r->token))
		k = keep(f, place, a, r, render);
	if (!k || !k->before.n || !str_eq(k->url, r->url) ||
	    !str_eq(k->action, r->action) ||
	    !str_eq(k->static_url, r->static_url))
		return render(a, r);
	p = at = arena_take(a, k->before.n + r->token.n + k->after.n);
	put(&at, k->before);
	put(&at, r->token);
	put(&at, k->after);
	return (struct str){ p, (size_t)(at - p) };
}
