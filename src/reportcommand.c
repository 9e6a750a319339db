/* Implements reportcommand.h: reads words, calls report/. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/token.h"
#include "command.h"
#include "deliver/link.h"
#include "optionwords.h"
#include "report/alarmturn.h"
#include "report/bulletinword.h"
#include "report/calendar.h"
#include "report/reportturn.h"
#include "store/pg.h"

#include "reportcommand.h"

#define DAY_BYTES_MAX 10

enum output { OUTPUT_TEXT, OUTPUT_CSV, OUTPUT_JSON, OUTPUT_LINK };
static const char *const outputs[] = {
	[OUTPUT_CSV] = "--csv", [OUTPUT_JSON] = "--json",
	[OUTPUT_LINK] = "--link",
};

struct wish {
	enum bulletin_period period;
	struct str day;
	enum output output;
};

static bool
read_wish(int words, char **word, struct wish *w)
{
	const struct optionword options[] = {
		{ "--day", &w->day, DAY_BYTES_MAX, false },
	};
	int64_t day;

	if (!words || (strcmp(word[0], "week") && strcmp(word[0], "month")))
		return false;
	w->period = strcmp(word[0], "week") ? BULLETIN_MONTH : BULLETIN_WEEK;
	for (enum output o = OUTPUT_CSV; o <= OUTPUT_LINK; o++) {
		if (!optionwords_flag(&words, word, outputs[o]))
			continue;
		if (w->output) {
			fprintf(stderr, "piste report: %s and %s: one of them"
			    "\n", outputs[w->output], outputs[o]);
			return false;
		}
		w->output = o;
	}
	return optionwords_read(words - 1, word + 1, options, 1, NULL) &&
	    (!w->day.n || !calendar_parse(w->day, &day));
}

/* Whoever has it reads the page, for as long as one sent by mail. */
static enum err
print_link(const struct conf *c, struct arena *a,
    const struct reportturn_kept *k)
{
	char id[STR_I64_BYTES];
	struct token_key key;
	struct str url;

	if (token_key_read(c->state, &key)) {
		fprintf(stderr, "piste report: no key in %.*s: see state\n",
		    STR_ARG(c->state));
		return ERR_AWAY;
	}
	url = link_url(a, &key, c->url, &(struct link){ .kind = LINK_REPORT,
	    .until_ms = clock_now_ms() + c->report_max_age_ms,
	    .lang = command_lang(LANG_FR), .page = str_from_i64(id, k->id) });
	explicit_bzero(&key, sizeof key);
	printf("%.*s\n", STR_ARG(url));
	return OK;
}

static enum err
print(const struct conf *c, struct arena *a, enum output output,
    const struct reportturn_kept *k)
{
	enum lang l = command_lang(LANG_FR);

	switch (output) {
	case OUTPUT_LINK:
		return print_link(c, a, k);
	case OUTPUT_CSV:
		printf("%.*s", STR_ARG(bulletin_csv(a, &k->bulletin)));
		return OK;
	case OUTPUT_JSON:
		printf("%.*s\n", STR_ARG(k->json));
		return OK;
	case OUTPUT_TEXT:
		printf("%.*s\n\n%.*s\n", STR_ARG(bulletinword_title(a,
		    &k->bulletin, l)), STR_ARG(bulletinword_text(a,
		    &k->bulletin, l)));
		break;
	}
	return OK;
}

int
reportcommand_run(const struct conf *c, int words, char **word)
{
	struct wish w = { .day = STR_EMPTY };
	struct reportturn_kept k;
	struct arena *a;
	struct pg *db;
	enum err e;
	int status;

	if (!read_wish(words, word, &w))
		return COMMAND_USAGE;
	a = arena_new(GATHER_ARENA_BYTES_MAX);
	db = command_database(c, "piste-report");
	e = reportturn_keep(db, a, &(struct gather_wish){
	    .currency = c->currency, .zone = c->time_zone }, w.period, w.day,
	    &k);
	if (e == ERR_INPUT && !pg_message(db)[0])
		fprintf(stderr, "piste report: that %s is not over\n",
		    bulletin_period_name(w.period));
	if (e == ERR_AWAY && !pg_message(db)[0])
		fprintf(stderr, "piste report: its days are being counted; try"
		    " again in a minute\n");
	if (!e)
		e = print(c, a, w.output, &k);
	status = command_end("report", db, e);
	arena_free(a);
	return status;
}

int
reportcommand_alarms(const struct conf *c, int words, char **word)
{
	bool has_ended = optionwords_flag(&words, word, "--all");
	bool is_json = false;
	struct pg *db;
	enum err e;

	if (!optionwords_read(words, word, NULL, 0, &is_json))
		return COMMAND_USAGE;
	db = command_database(c, "piste-alarms");
	e = alarmturn_list(db, has_ended, is_json, stdout);
	return command_end("alarms", db, e);
}
