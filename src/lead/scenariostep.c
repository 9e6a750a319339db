/* Implements scenariostep.h. */
#include <string.h>

#include "base/arena.h"
#include "form/email.h"
#include "lead/node.h"
#include "lead/scenario.h"

#include "lead/scenariostep.h"

#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)
#define MINUTE_MS INT64_C(60000)

const char *const scenariostep_stages[] = { "lead", "mql", "sql",
	"opportunity", "customer", "nurturing", "disqualified", "lost", NULL };
/* Kinds of piste.event. */
const char *const scenariostep_events[] = { "page_view", "page_meaningful",
	"document", "mail_link", "form_started", "webinar", NULL };
static const char *const grades[] = { "hot", "warm", "cold", NULL };
/* As in enum lang. */
static const char *const langs[LANG_COUNT + 1] = { "fr", "en", NULL };

static void
need(const struct node *n)
{
	if (!n->value)
		node_complain(n, "is needed");
}

void
scenariostep_words(const struct node *n, bool is_needed, size_t max,
    struct text *out)
{

	if (is_needed)
		need(n);
	if (!n->value || !node_check(n, langs))
		return;
	for (size_t i = 0; i < LANG_COUNT; i++) {
		struct node word = node_child(n, langs[i]);

		node_text(&word, max, &out->in[i]);
		if (str_has_control(out->in[i],
		    max > SCENARIO_LINE_BYTES_MAX))
			node_complain(&word, "must be without control"
			    " characters");
	}
	if (!json_object_size(n->value))
		node_complain(n, "needs a text in fr or en");
}

void
scenariostep_list(const struct node *n, const char *const *words,
    struct scenario_list *out)
{
	if (node_list(n, SCENARIO_LIST_MAX))
		node_texts(n, words, &out->word, &out->words);
}

static bool
has_key(const struct node *n, const char *section, struct str key)
{
	const struct scenariostep_site *s = n->r->context;
	const json_t *list = json_object_get(s->site, section);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *there = node_member(json_array_get(list, i),
		    "key");

		if (there && str_eq(str_of(there), key))
			return true;
	}
	return !s->site;
}

void
scenariostep_keys(const struct node *n, const char *section,
    struct scenario_list *out)
{
	scenariostep_list(n, NULL, out);
	for (size_t i = 0; i < out->words; i++) {
		struct node item = node_item(n, i);

		if (!has_key(n, section, out->word[i]))
			node_complain(&item, "there is no such one among the"
			    " site's %s", section);
	}
}

static void
read_wait(const struct node *n, struct scenario_step *out)
{
	struct node days = node_child(n, "days");
	struct node hours = node_child(n, "hours");
	struct node minutes = node_child(n, "minutes");
	int64_t d = 0, h = 0, m = 0;
	size_t errors = n->r->errors;

	node_number(&days, 0, SCENARIO_DAYS_MAX, &d);
	node_number(&hours, 0, SCENARIO_DAYS_MAX * 24, &h);
	node_number(&minutes, 0, SCENARIO_DAYS_MAX * 24 * 60, &m);
	out->wait_ms = d * DAY_MS + h * HOUR_MS + m * MINUTE_MS;
	if (n->r->errors > errors)
		return;
	if (!out->wait_ms)
		node_complain(n, "waits for no time: days, hours, minutes");
	else if (out->wait_ms > SCENARIO_DAYS_MAX * DAY_MS)
		node_complain(n, "waits for more than %d days",
		    SCENARIO_DAYS_MAX);
}

static bool
is_url(struct str s)
{
	return (str_has_prefix(s, STR("https://")) ||
	    str_has_prefix(s, STR("http://"))) && str_find(s, ' ') < 0 &&
	    !str_has_control(s, false);
}

static void
read_button(const struct node *n, struct scenario_button *out)
{
	static const char *const known[] = { "label", "page", "asset", "site",
		"url", NULL };
	struct node label = node_child(n, "label");

	if (!node_check(n, known))
		return;
	scenariostep_words(&label, true, SCENARIO_LINE_BYTES_MAX, &out->label);
	for (size_t i = 1; known[i]; i++) {
		struct node to = node_child(n, known[i]);

		if (!to.value)
			continue;
		if (out->kind)
			node_complain(n, "leads to two places");
		out->kind = known[i];
		if (!node_text(&to, SCENARIO_URL_BYTES_MAX, &out->to))
			continue;
		if (i <= 2 && !has_key(n, "pages", out->to))
			node_complain(&to, "there is no such page");
		if (i > 2 && !is_url(out->to))
			node_complain(&to, "is no address: https://…");
	}
	if (!out->kind)
		node_complain(n, "leads nowhere: page, asset, site or url");
}

static void
read_content(const struct node *n, struct scenario_content *out)
{
	static const char *const known[] = { "offers", "stages", "subject",
		"headline", "text", "buttons", NULL };
	struct node offers = node_child(n, "offers");
	struct node stages = node_child(n, "stages");
	struct node subject = node_child(n, "subject");
	struct node headline = node_child(n, "headline");
	struct node text = node_child(n, "text");
	struct node buttons = node_child(n, "buttons");

	if (!node_check(n, known))
		return;
	scenariostep_keys(&offers, "offers", &out->offers);
	scenariostep_list(&stages, scenariostep_stages, &out->stages);
	scenariostep_words(&subject, true, SCENARIO_LINE_BYTES_MAX,
	    &out->subject);
	scenariostep_words(&headline, false, SCENARIO_LINE_BYTES_MAX,
	    &out->headline);
	scenariostep_words(&text, true, SCENARIO_TEXT_BYTES_MAX, &out->text);
	out->buttons = node_list(&buttons, SCENARIO_BUTTONS_MAX);
	for (size_t i = 0; i < out->buttons; i++) {
		struct node item = node_item(&buttons, i);

		read_button(&item, &out->button[i]);
	}
}

static void
read_mail(const struct node *n, struct scenario_step *out)
{
	struct node list = node_child(n, "content");
	const struct scenario_content *last;

	need(&list);
	out->contents = node_list(&list, SCENARIO_CONTENTS_MAX);
	out->content = arena_array(n->r->arena, out->contents,
	    sizeof *out->content);
	for (size_t i = 0; i < out->contents; i++) {
		struct node item = node_item(&list, i);

		read_content(&item, &out->content[i]);
	}
	if (!out->contents) {
		if (list.value)
			node_complain(&list, "has nothing to send");
		return;
	}
	last = &out->content[out->contents - 1];
	if (last->offers.words || last->stages.words)
		node_complain(&list, "the last one must be for anybody:"
		    " without offers and stages");
}

/* Where a condition at place at leads: a later step, else the next one. */
static size_t
read_target(const struct node *n, const char *name, const struct scenario *s,
    size_t at)
{
	struct node to = node_child(n, name);
	struct str key = STR_EMPTY;
	size_t found;

	if (!node_text(&to, NODE_KEY_BYTES_MAX, &key))
		return at + 1;
	found = scenario_find(s, key);
	if (found == s->steps)
		node_complain(&to, "there is no such step");
	else if (found <= at)
		node_complain(&to, "leads back: people would go in a circle");
	return found;
}

static void
read_targets(const struct node *n, struct scenario *s, size_t at)
{
	struct scenario_step *step = &s->step[at];
	size_t errors = n->r->errors;

	step->then = step->otherwise = at + 1;
	if (step->what != SCENARIO_CONDITION)
		return;
	step->then = read_target(n, "then", s, at);
	step->otherwise = read_target(n, "else", s, at);
	if (n->r->errors == errors && step->then == step->otherwise)
		node_complain(n, "leads to the same step either way");
}

static void
read_if(const struct node *n, struct scenario_condition *out)
{
	static const char *const known[] = { "offers", "stages", "grades",
		"score", "event", "days", NULL };
	struct node offers = node_child(n, "offers");
	struct node stages = node_child(n, "stages");
	struct node among = node_child(n, "grades");
	struct node score = node_child(n, "score");
	struct node event = node_child(n, "event");
	struct node days = node_child(n, "days");
	int64_t within = 30;

	need(n);
	if (!n->value || !node_check(n, known))
		return;
	scenariostep_keys(&offers, "offers", &out->offers);
	scenariostep_list(&stages, scenariostep_stages, &out->stages);
	scenariostep_list(&among, grades, &out->grades);
	node_number(&score, 1, 100, &out->score);
	node_number(&days, 1, SCENARIO_DAYS_MAX, &within);
	if (node_word(&event, scenariostep_events) >= 0)
		node_text(&event, NODE_KEY_BYTES_MAX, &out->event);
	else if (days.value)
		node_complain(&days, "says how long ago an event may be:"
		    " there is none");
	out->within_ms = within * DAY_MS;
	if (!json_object_size(n->value))
		node_complain(n, "asks nothing");
}

static void
read_notify(const struct node *n, struct scenario_step *out)
{
	struct node to = node_child(n, "to");
	struct node lang = node_child(n, "lang");
	struct node subject = node_child(n, "subject");
	struct node text = node_child(n, "text");
	struct str address, key;
	int at = node_word(&lang, langs);

	need(&to);
	need(&subject);
	need(&text);
	out->lang = at > 0 ? (enum lang)at : LANG_FR;
	if (node_text(&to, EMAIL_BYTES_MAX, &out->to) &&
	    email_parse(n->r->arena, out->to, &address, &key))
		node_complain(&to, "is no e-mail address");
	node_text(&subject, SCENARIO_LINE_BYTES_MAX, &out->subject);
	if (str_has_control(out->subject, false))
		node_complain(&subject, "must be one line");
	node_text(&text, SCENARIO_TEXT_BYTES_MAX, &out->text);
}

static void
read_stage(const struct node *n, struct scenario_step *out)
{
	static const char *const ours[] = { "mql", "nurturing",
		"disqualified", NULL };
	struct node to = node_child(n, "to");
	struct node reason = node_child(n, "reason");

	need(&to);
	if (node_word(&to, ours) >= 0)
		node_text(&to, NODE_KEY_BYTES_MAX, &out->to);
	node_text(&reason, NODE_KEY_BYTES_MAX, &out->reason);
	/* Whether there is that reason the move itself asks. */
	if (out->to.n && !str_eq(out->to, STR("mql")))
		need(&reason);
}

static const char *const kinds[] = { [SCENARIO_WAIT] = "wait",
	[SCENARIO_MAIL] = "mail", [SCENARIO_CONDITION] = "condition",
	[SCENARIO_NOTIFY] = "notify", [SCENARIO_STAGE] = "stage",
	[SCENARIO_STOP] = "stop", NULL };
/* Members beside key and do. */
static const char *const members[][8] = {
	[SCENARIO_WAIT] = { "key", "do", "days", "hours", "minutes", NULL },
	[SCENARIO_MAIL] = { "key", "do", "content", NULL },
	[SCENARIO_CONDITION] = { "key", "do", "if", "then", "else", NULL },
	[SCENARIO_NOTIFY] = { "key", "do", "to", "lang", "subject", "text",
	    NULL },
	[SCENARIO_STAGE] = { "key", "do", "to", "reason", NULL },
	[SCENARIO_STOP] = { "key", "do", NULL },
};

static void
read_step(const struct node *n, struct scenario_step *out)
{
	struct node what = node_child(n, "do");
	struct node given = node_child(n, "if");
	int kind = node_word(&what, kinds);

	need(&what);
	if (kind < 0 || !node_check(n, members[kind]))
		return;
	out->what = (enum scenario_do)kind;
	if (out->what == SCENARIO_WAIT)
		read_wait(n, out);
	else if (out->what == SCENARIO_MAIL)
		read_mail(n, out);
	else if (out->what == SCENARIO_CONDITION)
		read_if(&given, &out->condition);
	else if (out->what == SCENARIO_NOTIFY)
		read_notify(n, out);
	else if (out->what == SCENARIO_STAGE)
		read_stage(n, out);
}

void
scenariostep_read(const struct node *scenario, struct scenario *out)
{
	struct node list = node_child(scenario, "steps");

	need(&list);
	out->steps = node_list(&list, SCENARIO_STEPS_MAX);
	out->step = arena_array(list.r->arena, out->steps, sizeof *out->step);
	if (list.value && !out->steps)
		node_complain(&list, "has no step");
	for (size_t i = 0; i < out->steps; i++) {
		struct node item = node_item(&list, i);

		if (!json_is_object(item.value)) {
			node_complain(&item, "must be an object");
			continue;
		}
		node_key(&list, i, &out->step[i].key);
		read_step(&item, &out->step[i]);
	}
	for (size_t i = 0; i < out->steps; i++) {
		struct node item = node_item(&list, i);

		read_targets(&item, out, i);
	}
}
