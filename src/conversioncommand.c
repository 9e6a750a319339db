/* Implements conversioncommand.h over track/conversion. */
#include <inttypes.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/currency.h"
#include "command.h"
#include "form/date.h"
#include "lead/deal.h"
#include "optionwords.h"
#include "store/pg.h"
#include "track/conversion.h"

#include "conversioncommand.h"

#define NAME "piste conversions"
#define DAY_BYTES_MAX 32
#define WORD_BYTES_MAX 32
#define ARENA_BYTES ((size_t)4 * CONVERSION_BYTES_MAX)

/* What is wrong with the wish, if anything; its day becomes a date's. */
static const char *
complaint(struct arena *a, struct conversion_wish *w)
{
	bool is_lead = str_eq(w->goal, STR("lead"));
	int64_t day;

	if (!w->purpose.n)
		return "the setting conversion_purpose names no consent";
	if (!is_lead && !str_eq(w->goal, STR("customer")))
		return "--of is lead or customer";
	if (date_parse(w->since, &day))
		return "a day is like 2026-12-31";
	w->since = date_iso(a, day);
	if (str_chars(w->name) > CONVERSION_NAME_CHARS_MAX ||
	    str_has_control(w->name, false))
		return "a conversion's name has up to 100 characters";
	if (w->value.n && (!is_lead || !deal_is_amount(w->value)))
		return "a lead's value is like 12.50; an order has its own";
	if (!currency_is_code(w->currency))
		return CURRENCY_WANTED;
	return NULL;
}

static int
print(struct pg *db, const struct conversion_file *f, enum err e)
{
	if (e == ERR_ABSENT) {
		fprintf(stderr, NAME ": there is no such file\n");
		pg_free(db);
		return COMMAND_FAILED;
	}
	if (e == ERR_LIMIT)
		fprintf(stderr, NAME ": too many for one file: ask for later"
		    " ones first\n");
	if (e)
		return command_end("conversions", db, e);
	pg_free(db);
	if (fwrite(f->csv.p, 1, f->csv.n, stdout) != f->csv.n ||
	    fflush(stdout)) {
		perror(NAME);
		fprintf(stderr, NAME ": --again %" PRId64 " writes it again\n",
		    f->number);
		return COMMAND_FAILED;
	}
	if (f->number)
		fprintf(stderr, "file %" PRId64 ": %" PRId64 " conversions\n",
		    f->number, f->count);
	else
		fprintf(stderr, "%" PRId64 " conversions, no file kept\n",
		    f->count);
	return COMMAND_OK;
}

static int
write_file(const struct conf *c, struct conversion_wish *w, int64_t number)
{
	struct arena *a = arena_new(ARENA_BYTES);
	const char *wrong = number ? NULL : complaint(a, w);
	struct conversion_file f;
	int status = COMMAND_FAILED;
	struct pg *db;
	enum err e;

	if (wrong) {
		fprintf(stderr, NAME ": %s\n", wrong);
	} else {
		db = command_database(c, "piste-conversions");
		e = number ? conversion_again(db, a, w, number, &f) :
		    conversion_write(db, a, w, &f);
		status = print(db, &f, e);
	}
	arena_free(a);
	return status;
}

int
conversioncommand_run(const struct conf *c, int words, char **word)
{
	struct conversion_wish w = { .goal = STR("customer"),
		.purpose = c->conversion_purpose, .zone = c->time_zone,
		.currency = c->currency };
	struct str again = STR_EMPTY;
	const struct optionword options[] = {
		{ "--since", &w.since, DAY_BYTES_MAX, false },
		{ "--of", &w.goal, WORD_BYTES_MAX, false },
		{ "--name", &w.name, 4 * CONVERSION_NAME_CHARS_MAX, false },
		{ "--value", &w.value, WORD_BYTES_MAX, false },
		{ "--currency", &w.currency, WORD_BYTES_MAX, false },
		{ "--again", &again, WORD_BYTES_MAX, false },
	};
	int64_t number = 0;

	w.is_test = optionwords_flag(&words, word, "--test");
	if (!words || conversion_platform(str_of(word[0]), &w.platform) ||
	    !optionwords_read(words - 1, word + 1, options,
	    sizeof options / sizeof *options, NULL) ||
	    (again.n > 0) == (w.since.n > 0) ||
	    (again.n && !str_i64(again, 1, INT64_MAX, &number)))
		return COMMAND_USAGE;
	if (!w.name.n)
		w.name = str_eq(w.goal, STR("lead")) ? STR("Piste lead") :
		    STR("Piste order");
	return write_file(c, &w, number);
}
