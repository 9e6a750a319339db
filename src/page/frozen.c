/*
 * Implements frozen.h.  A first view differs from another only in its tokens,
 * the script's and the form's behind it, so a page is rendered with marks in
 * their places and cut there.  What does not fit that picture (a template that
 * shows the token twice, another address, a token that would need escaping) is
 * rendered as ever.
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
#define BEACON_MARK "the-beacon-goes-here-0f4d8b1c6a729e35"
#define PIECES 3
#define WAYS 2		/* with the script, or without */

/* One page; its pieces are empty if it can't be cut. */
struct kept {
	size_t bytes_all;
	struct str static_url;
	struct str url;
	struct str action;
	bool has_beacon;	/* behind the first piece */
	struct str piece[PIECES];
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
	    (r->beacon.n > 0)];
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

static bool
split(struct str s, struct str mark, struct str *head, struct str *tail)
{
	const char *p = memmem(s.p, s.n, mark.p, mark.n);

	if (!p)
		return false;
	*tail = str_slice(s, (size_t)(p - s.p) + mark.n, s.n);
	*head = str_slice(s, 0, (size_t)(p - s.p));
	return true;
}

/*
 * Cut page where its marks are; false if the token's is not there, or one is
 * there again.  A template may do without a script.
 */
static bool
cut(struct str page, struct kept *out)
{
	struct str none;

	out->piece[0] = STR_EMPTY;
	out->has_beacon = split(page, STR(BEACON_MARK), &out->piece[0],
	    &page);
	if (!split(page, STR(MARK), &out->piece[1], &out->piece[2]))
		return false;
	for (size_t i = 0; i < PIECES; i++)
		if (split(out->piece[i], STR(MARK), &none, &none) ||
		    split(out->piece[i], STR(BEACON_MARK), &none, &none))
			return false;
	return true;
}

static struct kept *
freeze(struct frozen *f, struct arena *a, const struct render *r,
    frozen_fn *render)
{
	struct render marked = *r;
	struct kept made = { 0 }, *k;
	size_t n;
	char *at;

	marked.token = STR(MARK);
	if (r->beacon.n)
		marked.beacon = STR(BEACON_MARK);
	if (!cut(render(a, &marked), &made))
		made = (struct kept){ 0 };
	n = sizeof *k + r->static_url.n + r->url.n + r->action.n;
	for (size_t i = 0; i < PIECES; i++)
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
	k->has_beacon = made.has_beacon;
	for (size_t i = 0; i < PIECES; i++)
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
	struct str beacon = STR_EMPTY;
	char *p, *at;

	if (place && is_plain(r->token) && is_plain(r->beacon))
		k = keep(f, place, a, r, render);
	if (!k || !k->piece[2].n || !str_eq(k->url, r->url) ||
	    !str_eq(k->action, r->action) ||
	    !str_eq(k->static_url, r->static_url))
		return render(a, r);
	if (k->has_beacon)
		beacon = r->beacon;
	p = at = arena_room(a, k->piece[0].n + beacon.n + k->piece[1].n +
	    r->token.n + k->piece[2].n);
	put(&at, k->piece[0]);
	put(&at, beacon);
	put(&at, k->piece[1]);
	put(&at, r->token);
	put(&at, k->piece[2]);
	return (struct str){ p, (size_t)(at - p) };
}
