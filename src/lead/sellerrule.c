/*
 * Implements sellerrule.h.  What holds for a seller is said by the seller, by
 * the team, or by a team which that one is part of: what stands nearest counts.
 */
#include <string.h>

#include "base/arena.h"
#include "base/strictjson.h"
#include "form/country.h"
#include "form/email.h"
#include "lead/node.h"
#include "lead/zone.h"

#include "lead/sellerrule.h"

#define AMOUNT_MAX INT64_C(1000000000000)
#define DAYS 7

/* What is read into, and the teams as they stand in the file. */
struct reading {
	struct sellerrule *out;
	const json_t *teams;
};

static struct reading *
reading_of(const struct node_reader *r)
{
	return r->context;
}

static const char *const forces[] = { "internal", "external", NULL };
static const char *const stage_names[] = { "lead", "mql", "sql",
	"opportunity", NULL };
static const char *const day_names[] = { "mon", "tue", "wed", "thu", "fri",
	"sat", "sun", NULL };

/* "09:30": minutes of the day; 24:00 is its end. */
static bool
read_minute(const struct node *n, uint16_t *out)
{
	struct str hour, minute, said = { json_string_value(n->value),
		json_string_length(n->value) };
	uint32_t h, m;

	if (said.n == 5 && str_cut(said, ':', &hour, &minute) &&
	    hour.n == 2 && str_u32(hour, 0, 24, &h) &&
	    str_u32(minute, 0, h == 24 ? 0 : 59, &m)) {
		*out = (uint16_t)(h * 60 + m);
		return true;
	}
	node_complain(n, "must be a time like 09:30");
	return false;
}

static void
read_hours(const struct node *n, struct shift *s)
{
	static const char *const names[] = { "days", "from", "to", NULL };
	size_t size = node_some(n, NODE_LIST_MAX);

	if (!n->value)
		return;
	s->hours = arena_array(n->r->arena, size, sizeof *s->hours);
	s->hours_count = 0;
	for (size_t i = 0; i < size; i++) {
		struct node c = node_item(n, i), days, from, to;
		struct shift_hours h = { 0 };

		if (!node_check(&c, names))
			continue;
		days = node_child(&c, "days");
		from = node_child(&c, "from");
		to = node_child(&c, "to");
		for (size_t d = 0; d < node_list(&days, DAYS); d++) {
			struct node day = node_item(&days, d);
			int at = node_word(&day, day_names);

			h.days |= at < 0 ? 0 : (uint8_t)(1 << at);
		}
		if (!h.days)
			node_complain(&days, "must name days, like mon");
		if (!read_minute(&from, &h.from) || !read_minute(&to, &h.to))
			continue;
		if (h.from >= h.to)
			node_complain(&to, "must be after from; a night is two"
			    " rows");
		s->hours[s->hours_count++] = h;
	}
}

static void
add_codes(const struct node *n, struct str country,
    enum allocate_level level, struct allocate_seller *s)
{
	size_t size = node_some(n, NODE_LIST_MAX);

	for (size_t i = 0; i < size; i++) {
		struct node c = node_item(n, i);
		struct str code;
		bool is_french = str_eq_fold(country, STR("FR"));

		if (!node_text(&c, NODE_KEY_BYTES_MAX, &code))
			continue;
		if (level == ALLOCATE_REGION && !zone_has_region(country,
		    code))
			node_complain(&c, "is no region of %.*s",
			    STR_ARG(country));
		if (level == ALLOCATE_REGION)
			code = zone_region_code(country, code);
		if (level == ALLOCATE_DEPARTMENT && (!is_french ||
		    !zone_region(code).n))
			node_complain(&c, "is no département of France");
		s->territory[s->territories++] = (struct allocate_territory){
			country, level, code };
	}
}

/* At most so many territories are in the list's rows. */
static size_t
count_codes(const struct node *n, size_t size)
{
	static const char *const lists[] = { "regions", "departments",
		"postcodes" };
	size_t sum = size;

	for (size_t i = 0; i < size; i++)
		for (size_t k = 0; k < 3; k++)
			sum += json_array_size(json_object_get(
			    json_array_get(n->value, i), lists[k]));
	return sum;
}

static void
read_territories(const struct node *n, struct allocate_seller *s)
{
	static const char *const names[] = { "country", "regions",
		"departments", "postcodes", NULL };
	static const enum allocate_level levels[] = { ALLOCATE_COUNTRY,
		ALLOCATE_REGION, ALLOCATE_DEPARTMENT, ALLOCATE_POSTCODE };
	size_t size = node_list(n, NODE_LIST_MAX);

	if (!n->value)
		return;
	if (count_codes(n, size) > SELLERRULE_CODES_MAX) {
		node_complain(n, "has more than %d codes",
		    SELLERRULE_CODES_MAX);
		return;
	}
	s->territory = arena_array(n->r->arena, count_codes(n, size),
	    sizeof *s->territory);
	s->territories = 0;
	for (size_t i = 0; i < size; i++) {
		struct node c = node_item(n, i), country;
		struct str code = STR_EMPTY;
		bool is_whole = true;

		if (!node_check(&c, names))
			continue;
		country = node_child(&c, "country");
		if (!country_find(str_of(node_member(c.value, "country"))) ||
		    !node_text(&country, 2, &code))
			node_complain(&country, "must be a country of ISO 3166"
			    " like FR or GB");
		for (size_t k = 1; k < 4; k++) {
			struct node codes = node_child(&c, names[k]);

			is_whole &= !codes.value;
			add_codes(&codes, code, levels[k], s);
		}
		if (is_whole)
			s->territory[s->territories++] =
			    (struct allocate_territory){ code,
			    ALLOCATE_COUNTRY, STR_EMPTY };
	}
}

static void
read_bands_taken(const struct node *n, struct allocate_seller *s)
{
	const struct allocate_plan *p = &reading_of(n->r)->out->plan;
	size_t size = node_some(n, ALLOCATE_BANDS_MAX);

	if (n->value)
		s->bands = 0;
	for (size_t i = 0; i < size; i++) {
		struct node c = node_item(n, i);
		struct str key;
		size_t at = 0;

		if (!node_text(&c, NODE_KEY_BYTES_MAX, &key))
			continue;
		while (at < p->bands && !str_eq(p->band[at].key, key))
			at++;
		if (at == p->bands)
			node_complain(&c, "there is no band %.*s",
			    STR_ARG(key));
		else
			s->bands |= 1u << at;
	}
}

/* What teams and sellers may both say. */
static void
read_common(const struct node *n, struct allocate_seller *s)
{
	struct node c = node_child(n, "force");
	int force = node_word(&c, forces);

	if (force >= 0)
		s->is_external = force == 1;
	c = node_child(n, "general");
	node_bool(&c, &s->is_general);
	c = node_child(n, "open_max");
	node_u32(&c, 0, SELLERRULE_OPEN_MAX, &s->open_max);
	c = node_child(n, "hot_reserved");
	node_u32(&c, 0, SELLERRULE_OPEN_MAX, &s->hot_reserved);
	c = node_child(n, "needs");
	node_texts(&c, NULL, &s->need, &s->needs);
	c = node_child(n, "stages");
	node_texts(&c, stage_names, &s->stage, &s->stages);
	c = node_child(n, "bands");
	read_bands_taken(&c, s);
	c = node_child(n, "timezone");
	(void)node_text(&c, NODE_KEY_BYTES_MAX, &s->zone_name);
	c = node_child(n, "hours");
	read_hours(&c, &s->shift);
	c = node_child(n, "territories");
	read_territories(&c, s);
}

/* Where the team of that name stands; -1: nowhere. */
static ptrdiff_t
find_team(const struct node_reader *r, const char *key)
{
	const json_t *team;
	size_t i;

	json_array_foreach((json_t *)reading_of(r)->teams, i, team) {
		const char *name = node_member(team, "key");

		if (name && key && !strcmp(name, key))
			return (ptrdiff_t)i;
	}
	return -1;
}

/*
 * Read what holds for a seller: of each member what is said nearest, by the
 * seller, the team, or a team which that one is part of.  Mistakes were told
 * where they stand.
 */
static void
read_inherited(struct node_reader *r, const json_t *own, ptrdiff_t team,
    struct allocate_seller *s)
{
	struct node_reader quiet = { r->arena, NULL, 0, r->context };
	json_t *all = json_copy((json_t *)own);
	struct node n = { .r = &quiet, .value = all };

	while (team >= 0) {
		json_t *t = json_array_get(reading_of(r)->teams, (size_t)team);

		(void)json_object_update_missing(all, t);
		team = find_team(r, node_member(t, "parent"));
	}
	read_common(&n, s);
	json_decref(all);
}

static bool
is_cyclic(const struct node_reader *r, ptrdiff_t at)
{
	const json_t *teams = reading_of(r)->teams;
	size_t steps = 0;

	for (; at >= 0 && steps <= SELLERRULE_TEAMS_MAX; steps++)
		at = find_team(r, node_member(json_array_get(teams,
		    (size_t)at), "parent"));
	return at >= 0;
}

#define COMMON "force", "general", "open_max", "hot_reserved", "needs", \
	"stages", "bands", "timezone", "hours", "territories"

static void
read_teams(const struct node *list)
{
	static const char *const names[] = { "key", "parent", COMMON, NULL };
	size_t size = node_list(list, SELLERRULE_TEAMS_MAX);

	reading_of(list->r)->teams = list->value;
	for (size_t i = 0; i < size; i++) {
		struct allocate_seller unused = { 0 };
		struct node n = node_item(list, i), parent;
		struct str key;

		if (!node_check(&n, names))
			continue;
		(void)node_key(list, i, &key);
		parent = node_child(&n, "parent");
		if (parent.value && find_team(list->r, json_string_value(
		    parent.value)) < 0)
			node_complain(&parent, "there is no such team");
		else if (is_cyclic(list->r, (ptrdiff_t)i))
			node_complain(&parent,
			    "the team would be part of itself");
		read_common(&n, &unused);
	}
}

static void
read_seller(const struct node *list, size_t at, struct allocate_seller *s)
{
	static const char *const names[] = { "key", "name", "email", "team",
		"weight", COMMON, NULL };
	static struct str stages[] = { { "mql", 3 }, { "sql", 3 } };
	struct allocate_seller unused = { 0 };
	struct node n = node_item(list, at), c;
	struct str unread;
	ptrdiff_t team;

	*s = (struct allocate_seller){ .weight = 1, .stage = stages,
		.stages = 2, .zone_name = STR("UTC"),
		.open_max = SELLERRULE_OPEN_MAX, .tag = ALLOCATE_NEVER };
	if (!node_check(&n, names))
		return;
	(void)node_key(list, at, &s->key);
	c = node_child(&n, "name");
	if (!node_text(&c, NODE_TEXT_BYTES_MAX, &s->name))
		s->name = s->key;
	c = node_child(&n, "email");
	if (node_text(&c, NODE_TEXT_BYTES_MAX, &s->email) &&
	    email_parse(list->r->arena, s->email, &s->email, &unread))
		node_complain(&c, "must be an e-mail address");
	c = node_child(&n, "weight");
	node_u32(&c, 1, ALLOCATE_WEIGHT_MAX, &s->weight);
	c = node_child(&n, "team");
	team = find_team(list->r, json_string_value(c.value));
	if (c.value && team < 0)
		node_complain(&c, "there is no such team");
	else if (c.value && !is_cyclic(list->r, team)) {
		(void)node_text(&c, NODE_KEY_BYTES_MAX, &s->team);
	} else {
		team = -1;
	}
	read_common(&n, &unused);
	read_inherited(list->r, n.value, team, s);
	if (!s->territories && !s->is_general)
		node_complain(&n, "has no territory, and is not of the general"
		    " pool");
	if (s->hot_reserved > s->open_max)
		node_complain(&n, "reserves more places than there are");
}

static void
read_bands(const struct node *list, struct allocate_plan *p)
{
	static const char *const names[] = { "key", "from", "to", "force",
		NULL };
	size_t size = node_list(list, ALLOCATE_BANDS_MAX);

	p->band = arena_array(list->r->arena, size, sizeof *p->band);
	for (size_t i = 0; i < size; i++) {
		struct node n = node_item(list, i), c;
		struct allocate_band *b = &p->band[i];

		p->bands = i + 1;
		*b = (struct allocate_band){ .to = AMOUNT_MAX };
		if (!node_check(&n, names))
			continue;
		(void)node_key(list, i, &b->key);
		c = node_child(&n, "from");
		node_number(&c, 0, AMOUNT_MAX, &b->from);
		c = node_child(&n, "to");
		node_number(&c, 1, AMOUNT_MAX, &b->to);
		if (b->from >= b->to)
			node_complain(&c, "must be more than from");
		c = node_child(&n, "force");
		/* One further on than in the table of words. */
		b->force = (enum allocate_force)(node_word(&c, forces) + 1);
		for (size_t k = 0; k < i; k++)
			if (b->from < p->band[k].to &&
			    p->band[k].from < b->to)
				node_complain(&n, "overlaps $.bands[%zu]", k);
	}
}

static void
read_bant(const struct node *list, struct sellerrule *out)
{
	static const char *const names[] = { "offer", "budget_min",
		"timing_days_max", "good_min", NULL };
	size_t size = node_list(list, SELLERRULE_OFFERS_MAX);

	out->bant = arena_array(list->r->arena, size, sizeof *out->bant);
	for (size_t i = 0; i < size; i++) {
		struct node n = node_item(list, i), c;
		struct bant_rule *b = &out->bant[i];

		out->bants = i + 1;
		*b = bant_rule_default();
		if (!node_check(&n, names))
			continue;
		c = node_child(&n, "offer");
		if (!c.value)
			node_complain(&c, "is needed");
		(void)node_text(&c, NODE_KEY_BYTES_MAX, &b->offer);
		for (size_t k = 0; k < i; k++)
			if (str_eq(b->offer, out->bant[k].offer))
				node_complain(&c, "is there twice");
		c = node_child(&n, "budget_min");
		node_number(&c, 0, AMOUNT_MAX, &b->budget_min);
		c = node_child(&n, "timing_days_max");
		node_u32(&c, 0, BANT_TIMING_DAYS_MAX, &b->timing_days_max);
		c = node_child(&n, "good_min");
		node_u32(&c, 1, BANT_TOPICS, &b->good_min);
	}
}

static void
read_root(const struct node *root, struct sellerrule *out)
{
	static const char *const names[] = { "confidence_km",
		"accept_minutes", "need_field", "potential_field", "bands",
		"teams", "sellers", "bant", NULL };
	uint32_t km = SELLERRULE_CONFIDENCE_KM;
	struct node c;

	out->plan.accept_minutes = SELLERRULE_ACCEPT_MINUTES;
	if (!node_check(root, names))
		return;
	c = node_child(root, "confidence_km");
	node_u32(&c, 0, 20000, &km);
	out->plan.confidence_km = (int32_t)km;
	c = node_child(root, "accept_minutes");
	node_u32(&c, 1, SELLERRULE_ACCEPT_MINUTES_MAX,
	    &out->plan.accept_minutes);
	c = node_child(root, "need_field");
	(void)node_text(&c, NODE_KEY_BYTES_MAX, &out->need_field);
	c = node_child(root, "potential_field");
	(void)node_text(&c, NODE_KEY_BYTES_MAX, &out->potential_field);
	c = node_child(root, "bands");
	read_bands(&c, &out->plan);
	c = node_child(root, "teams");
	read_teams(&c);
	c = node_child(root, "bant");
	read_bant(&c, out);
	c = node_child(root, "sellers");
	if (!c.value)
		node_complain(&c, "is needed; [] takes everybody out");
	out->plan.sellers = node_list(&c, ALLOCATE_SELLERS_MAX);
	out->plan.seller = arena_array(root->r->arena, out->plan.sellers,
	    sizeof *out->plan.seller);
	for (size_t i = 0; i < out->plan.sellers; i++)
		read_seller(&c, i, &out->plan.seller[i]);
}

enum err
sellerrule_read(struct arena *a, struct str json, FILE *complaints,
    struct sellerrule *out)
{
	struct reading reading = { .out = out };
	struct node_reader r = { .arena = a, .complaints = complaints,
		.context = &reading };
	struct node root = { .r = &r, .path = "$" };
	json_error_t why;
	json_t *document = strictjson_read(json, &why);

	*out = (struct sellerrule){ 0 };
	if (!document) {
		fprintf(complaints, "line %d, column %d: %s\n", why.line,
		    why.column, why.text);
		return ERR_INPUT;
	}
	root.value = document;
	read_root(&root, out);
	json_decref(document);
	return r.errors ? ERR_INPUT : OK;
}

const char *
sellerrule_stage(size_t at)
{
	return at < sizeof stage_names / sizeof *stage_names ?
	    stage_names[at] : NULL;
}

struct bant_rule
sellerrule_bant(const struct sellerrule *r, struct str offer)
{
	for (size_t i = 0; i < r->bants; i++)
		if (str_eq(r->bant[i].offer, offer))
			return r->bant[i];
	return bant_rule_default();
}
