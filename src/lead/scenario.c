/* Implements scenario.h; steps are scenariostep's. */
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/strictjson.h"
#include "lead/node.h"
#include "lead/scenariostep.h"

#include "lead/scenario.h"

#define BUTTONS_BYTES_MAX ((size_t)64 << 10)
#define AGAIN_DAYS_MAX 3650

size_t
scenario_find(const struct scenario *s, struct str key)
{
	size_t i = 0;

	while (key.n && i < s->steps && !str_eq(s->step[i].key, key))
		i++;
	return i;
}

bool
scenario_fits(const struct scenario_list *list, struct str word)
{
	for (size_t i = 0; i < list->words; i++)
		if (str_eq(list->word[i], word))
			return true;
	return !list->words;
}

struct str
scenario_buttons(struct arena *a, const struct scenario_content *c,
    enum lang l)
{
	struct buf b;

	buf_init(&b, a, BUTTONS_BYTES_MAX);
	buf_byte(&b, '[');
	for (size_t i = 0; i < c->buttons; i++) {
		const struct scenario_button *t = &c->button[i];
		bool is_page = strcmp(t->kind, "url") &&
		    strcmp(t->kind, "site");

		buf_add(&b, i ? STR(",{") : STR("{"));
		buf_json_pair(&b, "label", lang_text(&t->label, l));
		buf_json_name(&b, "link");
		buf_byte(&b, '{');
		buf_json_pair(&b, "kind", str_of(t->kind));
		buf_json_pair(&b, is_page ? "page" : "url", t->to);
		buf_add(&b, STR("}}"));
	}
	buf_byte(&b, ']');
	return buf_str(&b);
}

static void
read_enter(const struct node *n)
{
	static const char *const ways[] = { "submission", "stage", "event",
		NULL };
	static const char *const known[][5] = {
		{ "when", "offers", "pages", NULL },
		{ "when", "offers", "stages", NULL },
		{ "when", "offers", "event", "names", NULL },
	};
	/* A lead in any other is over, and ends every scenario. */
	static const char *const live[] = { "lead", "mql", "sql",
		"opportunity", "customer", "nurturing", NULL };
	struct node when = node_child(n, "when");
	struct node offers = node_child(n, "offers");
	struct node pages = node_child(n, "pages");
	struct node stages = node_child(n, "stages");
	struct node event = node_child(n, "event");
	struct node names = node_child(n, "names");
	struct scenario_list list = { .words = 0 };
	int way = node_word(&when, ways);

	if (!when.value)
		node_complain(&when, "is needed");
	if (way < 0 || !node_check(n, known[way]))
		return;
	scenariostep_keys(&offers, "offers", &list);
	if (way == 0)
		scenariostep_keys(&pages, "pages", &list);
	if (way == 1)
		scenariostep_list(&stages, live, &list);
	if (way == 1 && !json_array_size(stages.value))
		node_complain(&stages, "is needed");
	if (way == 2 && node_word(&event, scenariostep_events) < 0 &&
	    !event.value)
		node_complain(&event, "is needed");
	if (way == 2)
		scenariostep_list(&names, NULL, &list);
}

/* Somebody must be able to agree to it by e-mail, or it reaches nobody. */
static void
check_purpose(const struct node *n, struct str purpose)
{
	const struct scenariostep_site *s = n->r->context;
	const json_t *list = json_object_get(s->site, "consents");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *c = json_array_get(list, i);
		const char *what = node_member(c, "purpose");
		const char *way = node_member(c, "channel");
		const char *whom = node_member(c, "recipient");

		if (what && way && whom && str_eq(str_of(what), purpose) &&
		    !strcmp(way, "email") && !strcmp(whom, "us"))
			return;
	}
	if (s->site)
		node_complain(n, "no consent asks for it, by email, for us");
}

static void
read_ends(const struct node *n, struct scenario *out)
{
	static const char *const words[] = { "answered", "converted",
		"submission", NULL };
	size_t count = node_list(n, sizeof words / sizeof *words - 1);

	for (size_t i = 0; i < count; i++) {
		struct node item = node_item(n, i);
		int at = node_word(&item, words);

		if (at < 0 && !json_is_string(item.value))
			node_complain(&item, "must be a text");
		out->ends |= at < 0 ? 0 : 1u << at;
	}
}

static void
read_one(const struct node *n, struct scenario *out)
{
	static const char *const known[] = { "key", "name", "state", "purpose",
		"brand", "enter", "again_days", "stop", "steps", NULL };
	static const char *const states[] = { "running", "paused", "archived",
		NULL };
	struct node name = node_child(n, "name");
	struct node state = node_child(n, "state");
	struct node purpose = node_child(n, "purpose");
	struct node brand = node_child(n, "brand");
	struct node enter = node_child(n, "enter");
	struct node again = node_child(n, "again_days");
	struct node stop = node_child(n, "stop");
	int64_t days = 0;
	int at = node_word(&state, states);

	if (!node_check(n, known))
		return;
	out->state = str_of(states[at < 0 ? 0 : at]);
	out->channel = STR("email");
	scenariostep_words(&name, true, SCENARIO_NAME_BYTES_MAX, &out->name);
	scenariostep_words(&brand, false, SCENARIO_NAME_BYTES_MAX,
	    &out->brand);
	if (!purpose.value)
		node_complain(&purpose, "is needed");
	if (node_text(&purpose, NODE_KEY_BYTES_MAX, &out->purpose))
		check_purpose(&purpose, out->purpose);
	if (!enter.value)
		node_complain(&enter, "is needed");
	else
		read_enter(&enter);
	node_number(&again, 0, AGAIN_DAYS_MAX, &days);
	read_ends(&stop, out);
	scenariostep_read(n, out);
}

enum err
scenario_check(struct arena *a, struct str site, FILE *complaints)
{
	struct scenariostep_site whole;
	struct node_reader r = { .arena = a, .complaints = complaints,
		.context = &whole };
	struct node root = { .r = &r, .path = "$" };
	struct node list;
	json_error_t why;
	json_t *document = strictjson_read(site, &why);
	size_t count;

	if (!document)
		return ERR_INPUT;
	root.value = whole.site = document;
	list = node_child(&root, "scenarios");
	count = node_list(&list, SCENARIO_MAX);
	for (size_t i = 0; i < count; i++) {
		struct node item = node_item(&list, i);
		struct scenario s = { .steps = 0 };

		read_one(&item, &s);
	}
	json_decref(document);
	return r.errors ? ERR_INPUT : OK;
}

enum err
scenario_read(struct arena *a, struct str json, struct scenario *out)
{
	struct scenariostep_site none = { .site = NULL };
	FILE *quiet = fopen("/dev/null", "we");
	struct node_reader r = { .arena = a, .complaints = quiet,
		.context = &none };
	struct node root = { .r = &r };
	struct node key;
	json_error_t why;
	json_t *document = strictjson_read(json, &why);

	*out = (struct scenario){ .steps = 0 };
	root.value = document;
	key = node_child(&root, "key");
	if (quiet && document && node_text(&key, NODE_KEY_BYTES_MAX,
	    &out->key))
		read_one(&root, out);
	json_decref(document);
	if (quiet)
		fclose(quiet);
	return out->steps && !r.errors ? OK : ERR_INPUT;
}
