/* Implements journalcommand.h over account/journal, page by page. */
#include <stdio.h>

#include "account/journal.h"
#include "account/journalrow.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "command.h"
#include "optionwords.h"
#include "store/pg.h"

#include "journalcommand.h"

#define ARENA_BYTES ((size_t)64 << 20)
#define PAGE_BYTES_MAX (16 << 20)
#define WORD_BYTES_MAX 400

enum shape { SHAPE_TEXT, SHAPE_JSON, SHAPE_CSV };

static void
add_row(struct buf *b, const struct journal_row *row, enum shape shape)
{
	const struct journal_entry *e = &row->entry;

	if (shape == SHAPE_CSV) {
		journalrow_csv(b, row);
		return;
	}
	if (shape == SHAPE_JSON) {
		journalrow_json(b, row);
		buf_byte(b, '\n');
		return;
	}
	buf_addf(b, "%.*s\t%.*s\t%.*s\t%.*s", STR_ARG(row->at),
	    STR_ARG(row->who), STR_ARG(e->what), STR_ARG(e->of));
	if (e->was.n)
		buf_addf(b, "\twas %.*s", STR_ARG(e->was));
	if (e->is.n)
		buf_addf(b, "\tis %.*s", STR_ARG(e->is));
	buf_byte(b, '\n');
}

static enum err
print_all(struct pg *db, struct arena *a, struct journal_wish *w,
    enum shape shape)
{
	size_t count = JOURNAL_PAGE_MAX;
	struct journal_row *rows;
	enum err e = OK;
	struct buf b;

	if (shape == SHAPE_CSV)
		printf("%s", JOURNALROW_CSV_HEAD);
	while (!e && count == JOURNAL_PAGE_MAX) {
		arena_reset(a);
		e = journal_read(db, a, w, &rows, &count);
		buf_init(&b, a, PAGE_BYTES_MAX);
		for (size_t i = 0; i < count; i++)
			add_row(&b, &rows[i], shape);
		if (!e && count) {
			w->before = rows[count - 1].id;
			printf("%.*s", STR_ARG(buf_str(&b)));
		}
	}
	return e;
}

int
journalcommand_run(const struct conf *c, int words, char **word)
{
	struct journal_wish w = { .by = PG_NULL };
	const struct optionword options[] = {
		{ "--from", &w.from, WORD_BYTES_MAX, false },
		{ "--to", &w.to, WORD_BYTES_MAX, false },
		{ "--who", &w.who, WORD_BYTES_MAX, false },
		{ "--of", &w.of, WORD_BYTES_MAX, false },
	};
	bool is_csv = optionwords_flag(&words, word, "--csv");
	bool is_json = false;
	struct arena *a;
	struct pg *db;
	enum err e;

	if (!optionwords_read(words, word, options,
	    sizeof options / sizeof *options, &is_json) ||
	    (is_csv && is_json))
		return COMMAND_USAGE;
	a = arena_new(ARENA_BYTES);
	db = command_database(c, "piste-journal");
	e = print_all(db, a, &w, is_csv ? SHAPE_CSV : is_json ? SHAPE_JSON :
	    SHAPE_TEXT);
	arena_free(a);
	return command_end("journal", db, e);
}
