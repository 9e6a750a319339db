/* Implements mailcommand.h over deliver/. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "command.h"
#include "deliver/bounce.h"
#include "deliver/mail.h"
#include "deliver/optin.h"
#include "store/pg.h"

#include "mailcommand.h"

#define BOUNCE "piste bounce: "
#define DELIVERY "piste delivery: "
#define ARENA_BYTES ((size_t)16 << 20)
#define LINE_BYTES_MAX 1000

/* What went wrong with the database, or what is not there. */
static int
failed(const struct pg *db, const char *name, const char *why)
{
	fprintf(stderr, "%s%s\n", name, pg_message(db)[0] ? pg_message(db) :
	    why);
	return COMMAND_FAILED;
}

static int
allow(const struct conf *c, const char *address)
{
	struct pg *db = command_database(c, "piste-bounce");
	enum err e = optin_allow(db, str_of(address));
	int status = COMMAND_OK;

	if (e)
		status = failed(db, BOUNCE, e == ERR_ABSENT ?
		    "no mail to that address has bounced" : err_name(e));
	pg_free(db);
	return status;
}

/* The report on standard input. */
static const char *
read_report(struct arena *a, struct bounce *out, struct mail_id *id)
{
	char *text = arena_take(a, BOUNCE_BYTES_MAX + 1);
	size_t n = fread(text, 1, BOUNCE_BYTES_MAX + 1, stdin);

	if (ferror(stdin))
		return "standard input can't be read";
	switch (bounce_parse((struct str){ text, n }, out)) {
	case OK:
		return mail_id_parse(out->message_id, id) ?
		    "it names no mail of ours" : NULL;
	case ERR_ABSENT:
		return "it tells of nobody who can't be reached for good";
	default:
		return "it is no delivery report";
	}
}

/* Each address, marked or not one we wrote to. */
static int
mark(const struct conf *c, const struct bounce *b, const struct mail_id *id)
{
	struct pg *db = command_database(c, "piste-bounce");
	int status = COMMAND_OK;

	for (size_t i = 0; i < b->failures; i++) {
		enum err e = optin_bounce(db, id, &b->failure[i]);

		if (e)
			status = failed(db, BOUNCE, e == ERR_ABSENT ? "no such"
			    " mail of ours went to that address" :
			    err_name(e));
		else
			printf("{\"row\":%lld,\"status\":\"%.*s\","
			    "\"marked\":true}\n", (long long)id->row,
			    STR_ARG(b->failure[i].status));
	}
	pg_free(db);
	return status;
}

int
mailcommand_bounce(const struct conf *c, int words, char **word)
{
	struct arena *a;
	struct bounce b;
	struct mail_id id;
	const char *why;
	int status = COMMAND_FAILED;

	if (words == 2 && !strcmp(word[0], "--allow"))
		return allow(c, word[1]);
	if (words)
		return COMMAND_USAGE;
	a = arena_new(ARENA_BYTES);
	why = read_report(a, &b, &id);
	if (why)
		fprintf(stderr, BOUNCE "%s\n", why);
	else
		status = mark(c, &b, &id);
	arena_free(a);
	return status;
}

static void
print_line(struct arena *a, const struct optin_steps *s)
{
	struct buf b;

	buf_init(&b, a, LINE_BYTES_MAX);
	buf_byte(&b, '{');
	buf_json_pair(&b, "page", s->page);
	for (size_t i = 0; i < OPTIN_STEPS; i++) {
		buf_json_name(&b, optin_step_name(i));
		buf_addf(&b, "%lld", (long long)s->count[i]);
	}
	buf_byte(&b, '}');
	printf("%.*s\n", STR_ARG(buf_str(&b)));
}

/* Steps as rows, each with its share of what was submitted. */
static void
print_table(const struct optin_steps *s)
{
	printf("%.*s\n", STR_ARG(s->page));
	for (size_t i = 0; i < OPTIN_STEPS; i++)
		printf("  %-13s%10lld  %5.1f %%\n", optin_step_name(i),
		    (long long)s->count[i], s->count[0] ?
		    100.0 * (double)s->count[i] / (double)s->count[0] : 0.0);
}

int
mailcommand_delivery(const struct conf *c, int words, char **word)
{
	bool is_json = words && !strcmp(word[words - 1], "--json");
	struct optin_steps *steps = NULL;
	struct arena *a;
	struct pg *db;
	size_t pages = 0;
	int status = COMMAND_OK;
	enum err e;

	words -= is_json;
	if (words > 1 || (words && *word[0] == '-'))
		return COMMAND_USAGE;
	a = arena_new(ARENA_BYTES);
	db = command_database(c, "piste-delivery");
	e = optin_count(db, a, str_of(words ? word[0] : NULL), &steps, &pages);
	if (e)
		status = failed(db, DELIVERY, err_name(e));
	else if (!pages && !is_json)
		printf("nothing was to be mailed yet\n");
	for (size_t i = 0; !e && i < pages; i++) {
		if (is_json)
			print_line(a, &steps[i]);
		else
			print_table(&steps[i]);
	}
	pg_free(db);
	arena_free(a);
	return status;
}
