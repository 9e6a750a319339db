/* Implements dealcommand.h: reads words, calls lead/deal and lead/lead. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/currency.h"
#include "command.h"
#include "form/date.h"
#include "lead/deal.h"
#include "lead/lead.h"
#include "lead/person.h"
#include "optionwords.h"
#include "store/pg.h"

#include "dealcommand.h"

#define NAME "piste deal"
#define WHO STR("command")
#define ROLE STR("seller")
#define KEY_BYTES_MAX 64
#define DAY_BYTES_MAX 32
#define ARENA_BYTES 4096

/* Say why, and what it exits with. */
static int
end(struct pg *db, struct str lead, enum err e)
{
	if (e != ERR_ABSENT)
		return command_end("deal", db, e);
	fprintf(stderr, NAME ": there is no lead %.*s\n",
	    STR_ARG(lead));
	pg_free(db);
	return COMMAND_FAILED;
}

/* What is wrong with its figures, if anything. */
static const char *
complaint(const struct deal_wish *w)
{
	if (!deal_is_amount(w->amount))
		return "an amount is like 1200 or 1200.50, up to 12 digits";
	if (w->margin.n && !deal_is_margin(w->margin))
		return "a margin is like 300 or -20.50, up to 12 digits";
	if (!currency_is_code(w->currency))
		return CURRENCY_WANTED;
	return NULL;
}

static int
put(const struct conf *c, struct deal_wish *w)
{
	struct arena *a = arena_new(ARENA_BYTES);
	const char *wrong = complaint(w);
	struct str told;
	int64_t day;
	struct pg *db;
	enum err e;

	if (!wrong && w->day.n && date_parse(w->day, &day))
		wrong = "a day is like 2026-12-31";
	else if (!wrong && w->day.n)
		w->day = date_iso(a, day);
	if (wrong) {
		fprintf(stderr, NAME ": %s\n", wrong);
		arena_free(a);
		return COMMAND_FAILED;
	}
	db = command_database(c, "piste-deal");
	e = deal_put(db, w, &told);
	if (!e)
		printf("%.*s\n", STR_ARG(told));
	arena_free(a);
	return end(db, w->lead, e);
}

static int
say(const struct conf *c, int words, char **word, enum deal_kind kind)
{
	struct deal_wish w = { .kind = kind, .who = WHO,
		.currency = c->currency, .site_currency = c->currency };
	const struct optionword options[] = {
		{ kind == DEAL_WIN ? "--date" : "--expected", &w.day,
		    DAY_BYTES_MAX, false },
		{ "--margin", &w.margin, DEAL_AMOUNT_BYTES_MAX, false },
		{ "--currency", &w.currency, KEY_BYTES_MAX, false },
		{ "--why", &w.why, DEAL_WHY_BYTES_MAX, false },
		{ "--by", &w.who, DEAL_WHO_BYTES_MAX, false },
		{ "--order", &w.order, DEAL_REF_BYTES_MAX, true },
	};
	size_t count = sizeof options / sizeof *options;

	if (words < 2 || !person_is_id(str_of(word[0])) ||
	    !optionwords_read(words - 2, word + 2, options,
	    count - (kind != DEAL_WIN), NULL))
		return COMMAND_USAGE;
	w.lead = str_of(word[0]);
	w.amount = str_of(word[1]);
	return put(c, &w);
}

static int
open_deal(const struct conf *c, int words, char **word)
{
	return say(c, words, word, DEAL_OPPORTUNITY);
}

static int
win(const struct conf *c, int words, char **word)
{
	return say(c, words, word, DEAL_WIN);
}

/* What the two ends of a deal other than an order take. */
static bool
read_end(int words, char **word, struct deal_end *out)
{
	const struct optionword options[] = {
		{ "--reason", &out->reason, KEY_BYTES_MAX, true },
		{ "--note", &out->note, DEAL_WHY_BYTES_MAX, false },
		{ "--by", &out->who, DEAL_WHO_BYTES_MAX, false },
	};

	*out = (struct deal_end){ .who = WHO };
	if (words < 1 || !person_is_id(str_of(word[0])))
		return false;
	out->lead = str_of(word[0]);
	return optionwords_read(words - 1, word + 1, options,
	    sizeof options / sizeof *options, NULL);
}

static int
lost(const struct conf *c, int words, char **word)
{
	struct lead_voice v = { .out = stdout, .lang = command_lang(LANG_EN) };
	struct deal_end w;
	struct pg *db;

	if (!read_end(words, word, &w))
		return COMMAND_USAGE;
	db = command_database(c, "piste-deal");
	return end(db, w.lead, lead_move(db, &(struct lead_wish){ w.lead,
	    STR("lost"), w.who, ROLE, w.reason, w.note }, &v));
}

static int
cancel(const struct conf *c, int words, char **word)
{
	struct deal_end w;
	struct pg *db;
	enum err e;

	if (!read_end(words, word, &w))
		return COMMAND_USAGE;
	db = command_database(c, "piste-deal");
	e = deal_cancel(db, &w);
	if (!e)
		printf("cancelled\n");
	return end(db, w.lead, e);
}

static int
show(const struct conf *c, int words, char **word)
{
	bool is_json = false;
	struct pg *db;

	if (words < 1 || !person_is_id(str_of(word[0])) ||
	    !optionwords_read(words - 1, word + 1, NULL, 0, &is_json))
		return COMMAND_USAGE;
	db = command_database(c, "piste-deal");
	return end(db, str_of(word[0]), deal_show(db, str_of(word[0]),
	    is_json, stdout));
}

int
dealcommand_run(const struct conf *c, int words, char **word)
{
	static const struct verb {
		const char *name;
		int (*run)(const struct conf *c, int words, char **word);
	} verbs[] = {
		{ "open", open_deal }, { "win", win }, { "lost", lost },
		{ "cancel", cancel }, { "show", show },
	};

	for (size_t i = 0; words && i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(word[0], verbs[i].name))
			return verbs[i].run(c, words - 1, word + 1);
	return COMMAND_USAGE;
}
