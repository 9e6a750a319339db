/*
 * Implements scorerule.h: from jansson's tree into fixed tables.  Reading
 * goes on after a mistake, so that all are told at once.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/strictjson.h"
#include "lead/score.h"
#include "lead/scorefact.h"
#include "lead/scoreread.h"

#include "lead/scorerule.h"

/*
 * What a form alone can earn is fit: without a word of engagement nobody comes
 * up as MQL, however complete.  Who does not want to be observed shows it by
 * asking for something else.
 */
static const char builtin[] =
    "{\"mql\": {\"score\": 60, \"engagement\": 10},\n"
    " \"grades\": {\"hot\": 70, \"warm\": 40, \"recent_days\": 14,"
    " \"timing_days\": 90},\n"
    " \"groups\": [\n"
    "  {\"key\": \"fit\", \"part\": \"fit\", \"cap\": 100},\n"
    "  {\"key\": \"behaviour\", \"part\": \"engagement\", \"cap\": 40},\n"
    "  {\"key\": \"views\", \"part\": \"engagement\", \"cap\": 5,"
    " \"within\": \"behaviour\"}],\n"
    " \"rules\": [\n"
#define GIVEN(fact, points) \
    "  {\"key\": \"" fact "\", \"group\": \"fit\", \"fact\": \"" fact \
    "\", \"given\": true, \"points\": " #points "},\n"
#define IN(key, fact, values, points) \
    "  {\"key\": \"" key "\", \"group\": \"fit\", \"fact\": \"" fact \
    "\", \"in\": [" values "], \"points\": " #points "},\n"
#define EVENT(kind, group, points, days, comma) \
    "  {\"key\": \"" kind "\", \"group\": \"" group "\", \"event\": \"" kind \
    "\", \"half_life_days\": " #days ", \"points\": " #points "}" comma "\n"
    GIVEN("email", 20)
    GIVEN("phone", 15)
    GIVEN("name", 10)
    GIVEN("company", 10)
    GIVEN("postcode", 5)
    IN("free-mail", "domain", "\"free\"", 5)
    IN("disposable-domain", "domain", "\"disposable\"", -40)
    IN("company-domain", "domain", "\"company\"", 25)
    IN("role-address", "role", "\"yes\"", -5)
    IN("takes-mail", "mail", "\"exchanger\", \"address\"", 0)
    IN("takes-no-mail", "mail", "\"refused\", \"absent\"", -40)
    IN("country-unknown", "place", "\"unknown\"", 0)
    IN("country-match", "place", "\"match\"", 15)
    IN("country-differs", "place", "\"differs\"", -10)
    EVENT("page_view", "views", 1, 7, ",")
    EVENT("page_meaningful", "behaviour", 8, 14, ",")
    EVENT("document", "behaviour", 10, 30, ",")
    EVENT("mail_link", "behaviour", 5, 14, ",")
    EVENT("form_started", "behaviour", 3, 7, ",")
    EVENT("other_submission", "behaviour", 10, 30, ",")
    EVENT("webinar", "behaviour", 15, 30, "]}");

static void
read_thresholds(const struct scoreread_spot *top)
{
	static const char *const mql_known[] = { "score", "fit", "engagement",
		NULL };
	static const char *const grades_known[] = { "hot", "warm",
		"recent_days", "timing_days", NULL };
	struct score_rules *r = top->reading->rules;
	struct scoreread_spot mql = scoreread_member(top, "mql");
	struct scoreread_spot grades = scoreread_member(top, "grades");
	struct scoreread_spot at;

	if (scoreread_is_object(&mql, mql_known)) {
		at = scoreread_member(&mql, "score");
		r->mql.score = (int32_t)scoreread_integer(&at, 1,
		    SCORE_MAX, SCOREREAD_NEEDED);
		at = scoreread_member(&mql, "fit");
		r->mql.fit = (int32_t)scoreread_integer(&at, 0, SCORE_MAX,
		    INT32_MIN);
		at = scoreread_member(&mql, "engagement");
		r->mql.engagement = (int32_t)scoreread_integer(&at, 0,
		    SCORE_MAX, INT32_MIN);
	}
	if (!scoreread_is_object(&grades, grades_known))
		return;
	at = scoreread_member(&grades, "warm");
	r->warm = (int32_t)scoreread_integer(&at, 1,
	    SCORE_MAX, SCOREREAD_NEEDED);
	at = scoreread_member(&grades, "hot");
	r->hot = (int32_t)scoreread_integer(&at, 1,
	    SCORE_MAX, SCOREREAD_NEEDED);
	if (r->hot <= r->warm)
		scoreread_complain(&at, "must be above warm (%d)", r->warm);
	at = scoreread_member(&grades, "recent_days");
	r->recent_ms = SCORE_DAY_MS * scoreread_integer(&at, 1,
	    SCORERULE_DAYS_MAX, SCOREREAD_NEEDED);
	at = scoreread_member(&grades, "timing_days");
	r->timing_ms = SCORE_DAY_MS * scoreread_integer(&at, 1,
	    SCORERULE_DAYS_MAX, 90);
}

static int
find_group(const struct score_rules *r, struct str key)
{
	for (size_t i = 0; i < r->groups; i++)
		if (str_eq(r->group[i].key, key))
			return (int)i;
	return -1;
}

static void
read_group(const struct scoreread_spot *s)
{
	static const char *const known[] = { "key", "part", "cap", "floor",
		"within", NULL };
	struct score_rules *r = s->reading->rules;
	struct score_group *g = &r->group[r->groups];
	struct scoreread_spot key = scoreread_member(s, "key");
	struct scoreread_spot part = scoreread_member(s, "part");
	struct scoreread_spot cap = scoreread_member(s, "cap");
	struct scoreread_spot floor = scoreread_member(s, "floor");
	const char *name = json_string_value(part.json);

	g->within = -1;
	if (scoreread_is_object(s, known)) {
		g->key = scoreread_text(&key);
		if (g->key.n && find_group(r, g->key) >= 0)
			scoreread_complain(&key, "is there twice");
		if (!name || (strcmp(name, "fit") &&
		    strcmp(name, "engagement")))
			scoreread_complain(&part, "must be fit or engagement");
		else if (*name == 'e')
			g->part = SCORE_ENGAGEMENT;
		g->cap = (int32_t)scoreread_integer(&cap, 0, SCORERULE_CAP_MAX,
		    SCOREREAD_NEEDED);
		g->floor = (int32_t)scoreread_integer(&floor,
		    -SCORERULE_CAP_MAX, 0, -SCORERULE_CAP_MAX);
	}
	r->groups++;
}

/* Once all are known: which counts in which; nothing within itself. */
static void
nest_group(const struct scoreread_spot *s, size_t at)
{
	struct score_rules *r = s->reading->rules;
	struct scoreread_spot within = scoreread_member(s, "within");
	struct str key = STR_EMPTY;
	int outer;

	if (!within.json)
		return;
	key = scoreread_text(&within);
	outer = find_group(r, key);
	if (key.n && outer < 0)
		scoreread_complain(&within, "there is no group %.*s",
		    STR_ARG(key));
	if (outer < 0)
		return;
	if (r->group[outer].part != r->group[at].part)
		scoreread_complain(&within, "%.*s is of the other part",
		    STR_ARG(key));
	for (int up = outer; up >= 0; up = r->group[up].within)
		if (up == (int)at) {
			scoreread_complain(&within, "a cycle: %.*s is within"
			    " %.*s", STR_ARG(key), STR_ARG(r->group[at].key));
			return;
		}
	r->group[at].within = outer;
}

/* A known one, or a form's field, which gets a place. */
static size_t
read_fact(const struct scoreread_spot *s)
{
	struct score_rules *r = s->reading->rules;
	struct str name = scoreread_text(s);
	size_t i;

	for (i = 0; i < SCORE_FACTS; i++)
		if (str_eq(name, str_of(score_fact_name(i))))
			return i;
	for (i = 0; i < r->owns; i++)
		if (str_eq(name, r->own[i]))
			return SCORE_FACTS + i;
	if (i == SCORE_OWN_FACTS_MAX) {
		scoreread_complain(s, "more than %d fields are asked",
		    SCORE_OWN_FACTS_MAX);
		return 0;
	}
	r->own[r->owns++] = name;
	return SCORE_FACTS + i;
}

static void
read_words(const struct scoreread_spot *s, struct score_rule *rule)
{
	size_t n = scoreread_list_of(s, SCORERULE_WORDS_MAX);
	struct arena *a = s->reading->arena;
	struct str *word = arena_array(a, n ? n : 1, sizeof *word);

	for (size_t i = 0; i < n; i++) {
		struct scoreread_spot at = scoreread_element(s, i);

		word[i] = scoreread_text(&at);
		scorefact_judge(&at, rule->fact, rule->test, word[i]);
		if (rule->test == SCORE_WORDS && word[i].n) {
			word[i] = score_words(a, word[i]);
			if (!word[i].n)
				scoreread_complain(&at, "has neither letter"
				    " nor digit");
		}
	}
	rule->word = word;
	rule->words = n;
}

static void
read_band(const struct scoreread_spot *s, const struct score_band *before,
    struct score_band *out)
{
	static const char *const known[] = { "from", "below", "points", NULL };
	struct scoreread_spot from = scoreread_member(s, "from");
	struct scoreread_spot below = scoreread_member(s, "below");
	struct scoreread_spot points = scoreread_member(s, "points");

	if (!scoreread_is_object(s, known))
		return;
	out->from = scoreread_integer(&from, INT64_MIN + 1, INT64_MAX - 1,
	    INT64_MIN + 1);
	out->below = scoreread_integer(&below, INT64_MIN + 1, INT64_MAX - 1,
	    INT64_MAX);
	out->points = (int32_t)scoreread_integer(&points, -SCORERULE_POINTS_MAX,
	    SCORERULE_POINTS_MAX, SCOREREAD_NEEDED);
	if (out->from >= out->below)
		scoreread_complain(s, "from must be less than below");
	else if (before && out->from < before->below)
		scoreread_complain(s, "overlaps the band before it, or comes"
		    " out of order");
}

static void
read_bands(const struct scoreread_spot *s, struct score_rule *rule)
{
	size_t n = scoreread_list_of(s, SCORERULE_BANDS_MAX);
	struct score_band *band = arena_array(s->reading->arena, n ? n : 1,
	    sizeof *band);

	for (size_t i = 0; i < n; i++) {
		struct scoreread_spot at = scoreread_element(s, i);

		read_band(&at, i ? &band[i - 1] : NULL, &band[i]);
	}
	rule->band = band;
	rule->bands = n;
}

/* Which of the ways to ask a fact is there: exactly one. */
static void
read_test(const struct scoreread_spot *s, struct score_rule *rule)
{
	static const char *const tests[] = { [SCORE_GIVEN] = "given",
		[SCORE_IN] = "in", [SCORE_WORDS] = "words",
		[SCORE_BANDS] = "bands" };
	struct scoreread_spot at;
	int found = 0;

	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		if (json_object_get(s->json, tests[i])) {
			rule->test = (enum score_test)i;
			found++;
		}
	if (found != 1) {
		scoreread_complain(s, "asks its fact by one of given, in,"
		    " words and bands");
		return;
	}
	at = scoreread_member(s, tests[rule->test]);
	if (rule->test == SCORE_BANDS) {
		scorefact_judge_number(&at, rule->fact);
		read_bands(&at, rule);
	} else if (rule->test != SCORE_GIVEN) {
		read_words(&at, rule);
	} else if (!json_is_true(at.json)) {
		scoreread_complain(&at, "must be true");
	}
}

static void
read_event(const struct scoreread_spot *s, struct score_rule *rule)
{
	struct scoreread_spot kind = scoreread_member(s, "event");
	struct scoreread_spot name = scoreread_member(s, "name");
	struct scoreread_spot days = scoreread_member(s, "half_life_days");

	rule->test = SCORE_EVENT;
	rule->kind = scoreread_text(&kind);
	if (rule->kind.n && !scorefact_is_event(rule->kind))
		scoreread_complain(&kind, "there is no event %.*s",
		    STR_ARG(rule->kind));
	if (name.json)
		rule->name = scoreread_text(&name);
	rule->half_life_ms = (double)(SCORE_DAY_MS * scoreread_integer(&days, 1,
	    SCORERULE_DAYS_MAX, SCOREREAD_NEEDED));
}

static bool
is_key_taken(const struct score_rules *r, struct str key)
{
	for (size_t i = 0; i < r->rules; i++)
		if (str_eq(r->rule[i].key, key))
			return true;
	return false;
}

static void
read_asked(const struct scoreread_spot *s, struct score_rule *rule)
{
	struct scoreread_spot fact = scoreread_member(s, "fact");

	rule->fact = read_fact(&fact);
	read_test(s, rule);
}

static void
read_rule(const struct scoreread_spot *s)
{
	static const char *const of_fact[] = { "key", "group", "points",
		"fact", "given", "in", "words", "bands", NULL };
	static const char *const of_event[] = { "key", "group", "points",
		"event", "name", "half_life_days", NULL };
	struct score_rules *r = s->reading->rules;
	struct score_rule *rule = &r->rule[r->rules];
	bool is_event = json_object_get(s->json, "event");
	struct scoreread_spot key = scoreread_member(s, "key");
	struct scoreread_spot group = scoreread_member(s, "group");
	struct scoreread_spot points = scoreread_member(s, "points");
	struct str of;
	int found;

	if (!scoreread_is_object(s, is_event ? of_event : of_fact))
		return;
	rule->key = scoreread_text(&key);
	if (rule->key.n && is_key_taken(r, rule->key))
		scoreread_complain(&key, "is there twice");
	if (is_event)
		read_event(s, rule);
	else
		read_asked(s, rule);
	of = scoreread_text(&group);
	found = find_group(r, of);
	if (of.n && found < 0)
		scoreread_complain(&group, "there is no group %.*s",
		    STR_ARG(of));
	rule->group = found < 0 ? 0 : (size_t)found;
	if (found >= 0 && is_event != (r->group[found].part ==
	    SCORE_ENGAGEMENT))
		scoreread_complain(&group, is_event ? "events are engagement,"
		    " and this group is fit" : "facts are fit, and this group"
		    " is engagement");
	if (rule->test != SCORE_BANDS)
		rule->points = (int32_t)scoreread_integer(&points,
		    -SCORERULE_POINTS_MAX, SCORERULE_POINTS_MAX,
		    SCOREREAD_NEEDED);
	else if (points.json)
		scoreread_complain(&points, "its bands have points of their"
		    " own");
	r->rules++;
}

/* The most a group may give; of a rule asked by events, any number of them. */
static int64_t
reach_group(const struct score_rules *r, size_t at)
{
	int64_t sum = 0;

	for (size_t i = 0; i < r->rules; i++) {
		const struct score_rule *rule = &r->rule[i];
		int64_t most = rule->points;

		for (size_t b = 0; b < rule->bands; b++)
			if (rule->band[b].points > most)
				most = rule->band[b].points;
		if (rule->group == at && most > 0)
			sum += rule->test == SCORE_EVENT ? SCORERULE_CAP_MAX :
			    most;
	}
	for (size_t i = 0; i < r->groups; i++)
		if (r->group[i].within == (int)at)
			sum += reach_group(r, i);
	return sum < r->group[at].cap ? sum : r->group[at].cap;
}

static void
judge_thresholds(const struct scoreread_spot *top)
{
	const struct score_rules *r = top->reading->rules;
	int64_t part[2] = { 0 };

	for (size_t i = 0; i < r->groups; i++)
		if (r->group[i].within < 0)
			part[r->group[i].part] += reach_group(r, i);
	const struct {
		const char *path;
		int32_t wanted;
		int64_t most;
	} t[] = {
		{ "$.mql.score", r->mql.score, part[0] + part[1] },
		{ "$.mql.fit", r->mql.fit, part[SCORE_FIT] },
		{ "$.mql.engagement", r->mql.engagement,
		    part[SCORE_ENGAGEMENT] },
		{ "$.grades.hot", r->hot, part[0] + part[1] },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		if (t[i].wanted > t[i].most) {
			struct scoreread_spot at = *top;

			snprintf(at.path, sizeof at.path, "%s", t[i].path);
			scoreread_complain(&at, "%d can't be reached: the"
			    " rules give %lld at most", t[i].wanted,
			    (long long)t[i].most);
		}
}

static void
read_set(const struct scoreread_spot *top)
{
	static const char *const known[] = { "mql", "grades", "groups",
		"rules", NULL };
	struct scoreread_spot groups = scoreread_member(top, "groups");
	struct scoreread_spot rules = scoreread_member(top, "rules"), at;
	size_t n;

	if (!scoreread_is_object(top, known))
		return;
	read_thresholds(top);
	n = scoreread_list_of(&groups, SCORE_GROUPS_MAX);
	for (size_t i = 0; i < n; i++) {
		at = scoreread_element(&groups, i);
		read_group(&at);
	}
	for (size_t i = 0; i < n; i++) {
		at = scoreread_element(&groups, i);
		nest_group(&at, i);
	}
	n = scoreread_list_of(&rules, SCORE_RULES_MAX);
	for (size_t i = 0; i < n; i++) {
		at = scoreread_element(&rules, i);
		read_rule(&at);
	}
	if (!top->reading->is_wrong)
		judge_thresholds(top);
}

enum err
scorerule_read(struct arena *a, struct str json, FILE *complaints,
    const struct score_rules **out)
{
	struct scoreread reading = { a, ARENA_NEW(a, struct score_rules),
		complaints, false };
	struct scoreread_spot top = { &reading, NULL, "$" };
	json_error_t why;

	if (json.n > SCORERULE_BYTES_MAX) {
		scoreread_complain(&top, "longer than %zu bytes",
		    SCORERULE_BYTES_MAX);
		return ERR_INPUT;
	}
	top.json = strictjson_read(json, &why);
	if (!top.json)
		scoreread_complain(&top, "line %d: %s", why.line, why.text);
	else
		read_set(&top);
	json_decref(top.json);
	*out = reading.rules;
	return reading.is_wrong ? ERR_INPUT : OK;
}

struct str
scorerule_builtin_text(void)
{
	return str_of(builtin);
}

const struct score_rules *
scorerule_builtin(struct arena *a)
{
	const struct score_rules *rules;
	enum err e = scorerule_read(a, str_of(builtin), stderr, &rules);

	assert(!e);
	return rules;
}
