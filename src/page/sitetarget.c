/*
 * Implements sitetarget.h.  Layers and holdouts are filters with seeds of
 * their own (statistics 2.1); who passes them is experiment/assign's to say.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "form/country.h"
#include "page/reader.h"
#include "page/site.h"
#include "page/sitedate.h"
#include "page/sitetarget.h"

/* A filter's seed is hashed byte by byte, so it is printable ASCII. */
static struct str
read_seed(const struct reader_node *n)
{
	struct str s = reader_string(n, READER_MUST,
	    SITETARGET_SEED_BYTES_MAX);

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~') {
			reader_complain(n, "must be printable ASCII without"
			    " blanks");
			return STR_EMPTY;
		}
	return s;
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
read_ranges(const struct reader_node *n, struct site_filter *out)
{
	out->ranges = reader_list(n, READER_MUST, SITETARGET_RANGES_MAX);
	out->range = arena_array(n->reader->arena, out->ranges,
	    sizeof *out->range);
	for (size_t i = 0; i < out->ranges; i++) {
		struct reader_node item = reader_element(n, i);

		read_range(&item, out->range[i]);
	}
}

static void
read_filter(const struct reader_node *n, struct site_filter *out)
{
	static const char *const known[] = { "seed", "ranges", NULL };
	struct reader_node seed = reader_member(n, "seed");
	struct reader_node ranges = reader_member(n, "ranges");

	if (!reader_object(n, READER_MUST, known))
		return;
	out->seed = read_seed(&seed);
	read_ranges(&ranges, out);
}

/* "layer:NAME", from the member name; empty when that is wrong. */
static struct str
named_seed(const struct reader_node *n, const char *kind)
{
	struct reader_node name = reader_member(n, "name");
	struct str key = reader_key(&name, READER_MUST);

	return key.n ? buf_join(n->reader->arena, str_of(kind), key) :
	    STR_EMPTY;
}

static void
read_layer(const struct reader_node *n, struct site_experiment *out)
{
	static const char *const known[] = { "name", "ranges", NULL };
	struct reader_node ranges = reader_member(n, "ranges");
	struct site_filter *f = &out->filter[out->filters];

	if (!reader_object(n, READER_MAY, known))
		return;
	out->layer = f->seed = named_seed(n, "layer:");
	read_ranges(&ranges, f);
	if (json_is_array(ranges.json) && !json_array_size(ranges.json))
		reader_complain(&ranges, "a layer's part needs a range");
	out->filters++;
}

static void
read_holdout(const struct reader_node *n, struct site_experiment *out)
{
	static const char *const known[] = { "name", "share", NULL };
	static const struct reader_range shares = { READER_MUST, 0, .99, 0 };
	struct reader_node share = reader_member(n, "share");
	struct site_filter *f = &out->filter[out->filters];

	if (!reader_object(n, READER_MAY, known))
		return;
	out->holdout = f->seed = named_seed(n, "holdout:");
	f->ranges = 1;
	f->range = arena_array(n->reader->arena, 1, sizeof *f->range);
	f->range[0][0] = reader_number(&share, &shares);
	f->range[0][1] = 1;
	out->filters++;
}

static void
read_filters(const struct reader_node *n, struct site_experiment *out)
{
	struct reader_node list = reader_member(n, "filters");
	struct reader_node layer = reader_member(n, "layer");
	struct reader_node holdout = reader_member(n, "holdout");
	size_t count = reader_list(&list, READER_MAY, SITE_FILTERS_MAX);

	out->filter = arena_array(n->reader->arena, count + 2,
	    sizeof *out->filter);
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(&list, i);

		read_filter(&item, &out->filter[i]);
	}
	out->filters = count;
	read_layer(&layer, out);
	read_holdout(&holdout, out);
}

/* May this word stand in the list?  Tells why not. */
typedef bool word_fn(const struct reader_node *n, struct str word);

static bool
is_country(const struct reader_node *n, struct str word)
{
	const struct country *c = country_find(word);

	if (c && str_eq(word, str_of(c->code)))
		return true;
	reader_complain(n, "%.*s is no country: two capitals of ISO 3166",
	    STR_ARG(reader_quote(n, word)));
	return false;
}

static bool
is_device(const struct reader_node *n, struct str word)
{
	static const char *const devices[] = { "desktop", "mobile", "tablet",
		"other", NULL };
	size_t before = n->reader->errors;

	(void)word;
	reader_choice(n, READER_MUST, devices);
	return n->reader->errors == before;
}

/* A list that names nobody would be for nobody: a mistake. */
static void
refuse_empty(const struct reader_node *n)
{
	if (json_is_array(n->json) && !json_array_size(n->json))
		reader_complain(n, "names nobody: leave it out to mean"
		    " anybody");
}

/* is_word may be NULL: any word. */
static void
read_words(const struct reader_node *n, size_t max, word_fn *is_word,
    struct site_words *out)
{
	size_t count = reader_list(n, READER_MAY, max);
	struct str *word = arena_array(n->reader->arena, count, sizeof *word);

	refuse_empty(n);
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);

		word[i] = reader_string(&item, READER_MUST,
		    SITE_KEY_BYTES_MAX);
		if (is_word && word[i].n && !is_word(&item, word[i]))
			word[i] = STR_EMPTY;
	}
	reader_unique(n, NULL);
	*out = (struct site_words){ word, count };
}

static unsigned
read_langs(const struct reader_node *n, const struct site_page *pg)
{
	size_t count = reader_list(n, READER_MAY, LANG_COUNT);
	unsigned spoken = 0, langs = 0;

	refuse_empty(n);
	for (size_t i = 0; pg && i < pg->langs; i++)
		spoken |= 1u << pg->lang[i];
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);
		struct str code = reader_string(&item, READER_MUST,
		    SITE_KEY_BYTES_MAX);
		enum lang l;

		if (!code.n)
			continue;
		if (lang_parse(code, &l) || (pg && !(spoken & 1u << l)))
			reader_complain(&item, "%.*s is no language of the"
			    " page", STR_ARG(reader_quote(&item, code)));
		else
			langs |= 1u << l;
	}
	reader_unique(n, NULL);
	return langs;
}

static void
read_targeting(const struct reader_node *n, const struct site_page *pg,
    struct site_targeting *out)
{
	static const char *const known[] = { "countries", "devices", "sources",
		"languages", "returning", NULL };
	struct reader_node countries = reader_member(n, "countries");
	struct reader_node devices = reader_member(n, "devices");
	struct reader_node sources = reader_member(n, "sources");
	struct reader_node languages = reader_member(n, "languages");
	struct reader_node returning = reader_member(n, "returning");

	if (!reader_object(n, READER_MAY, known))
		return;
	read_words(&countries, SITE_COUNTRIES_MAX, is_country,
	    &out->countries);
	read_words(&devices, SITE_DEVICES_MAX, is_device, &out->devices);
	read_words(&sources, SITE_SOURCES_MAX, NULL, &out->sources);
	out->langs = read_langs(&languages, pg);
	if (returning.json)
		out->returning = reader_flag(&returning) ? SITE_RETURNING :
		    SITE_FIRST_TIME;
}

void
sitetarget_read(const struct reader_node *n, struct site_experiment *out)
{
	struct reader_node targeting = reader_member(n, "targeting");
	struct reader_node starts = reader_member(n, "starts");
	struct reader_node ends = reader_member(n, "ends");

	read_filters(n, out);
	read_targeting(&targeting, out->page, &out->targeting);
	out->starts_ms = sitedate_read_ms(&starts, 0);
	out->ends_ms = sitedate_read_ms(&ends, INT64_MAX);
	if (out->ends_ms <= out->starts_ms)
		reader_complain(&ends, "is not after the start");
}
