/* Implements sitecheck.h. */
#include <stdlib.h>

#include "base/arena.h"
#include "page/reader.h"
#include "page/site.h"
#include "page/sitecheck.h"

/* A running experiment and its place in the document. */
struct place {
	const struct site_experiment *experiment;
	size_t index;
};

static const struct site_filter *
layer_of(const struct site_experiment *e)
{
	for (size_t i = 0; i < e->filters; i++)
		if (e->layer.n && str_eq(e->filter[i].seed, e->layer))
			return &e->filter[i];
	return NULL;
}

static bool
overlap(const struct site_filter *a, const struct site_filter *b)
{
	for (size_t i = 0; i < a->ranges; i++)
		for (size_t k = 0; k < b->ranges; k++)
			if (a->range[i][0] < b->range[k][1] &&
			    b->range[k][0] < a->range[i][1])
				return true;
	return false;
}

/* May two run on one page: does no visitor belong to both? */
static void
check_pair(const struct reader_node *list, const struct place *first,
    const struct place *second)
{
	const struct site_filter *a = layer_of(first->experiment);
	const struct site_filter *b = layer_of(second->experiment);
	struct reader_node item = reader_element(list, second->index);
	struct reader_node page = reader_member(&item, "page");
	struct reader_node layer = reader_member(&item, "layer");
	struct reader_node ranges = reader_member(&layer, "ranges");
	struct str rival = reader_quote(list, first->experiment->key);

	if (!a || !b || !str_eq(a->seed, b->seed))
		reader_complain(&page, "experiments %.*s and %.*s both run on"
		    " it: stop one of them, or give each its own ranges of"
		    " one layer", STR_ARG(rival), STR_ARG(reader_quote(list,
		    second->experiment->key)));
	else if (overlap(a, b))
		reader_complain(&ranges, "overlaps what experiment %.*s has"
		    " of this layer: give each its own ranges",
		    STR_ARG(rival));
}

/* By page, then by place in the document. */
static int
compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	uintptr_t p = (uintptr_t)x->experiment->page;
	uintptr_t q = (uintptr_t)y->experiment->page;

	if (p != q)
		return p < q ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

/* count of them run on one page. */
static void
check_page(const struct reader_node *list, const struct place *place,
    size_t count)
{
	struct reader_node item, page;

	if (count > SITE_RUNNING_MAX) {
		item = reader_element(list, place[SITE_RUNNING_MAX].index);
		page = reader_member(&item, "page");
		reader_complain(&page, "%zu experiments run on page %.*s, at"
		    " most %d are allowed", count, STR_ARG(reader_quote(list,
		    place->experiment->page->key)), SITE_RUNNING_MAX);
		return;
	}
	for (size_t i = 0; i < count; i++)
		for (size_t k = i + 1; k < count; k++)
			check_pair(list, &place[i], &place[k]);
}

/* The same boxes, in the same words and order?  Keys stand for the words. */
static bool
ask_alike(const struct form *a, const struct form *b)
{
	if (a == b || !a || !b)
		return true;
	if (a->consents != b->consents)
		return false;
	for (size_t i = 0; i < a->consents; i++)
		if (!str_eq(a->consent[i].key, b->consent[i].key))
			return false;
	return true;
}

/* Consent must not be won by its wording unless somebody meant to test it. */
static void
check_consents(const struct reader_node *list, const struct place *place)
{
	const struct site_experiment *e = place->experiment;
	struct reader_node item = reader_element(list, place->index);
	struct reader_node tested = reader_member(&item, "tested");
	const struct site_variant *first = NULL;

	for (size_t i = 0; !e->tests_consent && e->weight &&
	    i < e->page->variants; i++) {
		const struct site_variant *v = &e->page->variant[i];

		if (!(e->weight[i] > 0))
			continue;
		if (!first)
			first = v;
		if (ask_alike(first->form, v->form))
			continue;
		reader_complain(&tested, "arms %.*s and %.*s ask for consents"
		    " in other words or another order: name \"consent\" here"
		    " if that is what is tested",
		    STR_ARG(reader_quote(list, first->key)),
		    STR_ARG(reader_quote(list, v->key)));
		return;
	}
}

void
sitecheck_experiments(const struct reader_node *list,
    const struct site_experiment *all, size_t count)
{
	struct place *place = arena_array(list->reader->arena, count,
	    sizeof *place);
	size_t running = 0, n;

	for (size_t i = 0; i < count; i++)
		if (all[i].page && all[i].is_running)
			place[running++] = (struct place){ &all[i], i };
	for (size_t i = 0; i < running; i++)
		check_consents(list, &place[i]);
	if (running)
		qsort(place, running, sizeof *place, compare_places);
	for (size_t i = 0; i < running; i += n) {
		for (n = 1; i + n < running && place[i + n].experiment->page ==
		    place[i].experiment->page; n++)
			;
		check_page(list, &place[i], n);
	}
}
