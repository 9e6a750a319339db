/* Implements journalrow.h. */
#include "account/journal.h"
#include "base/buf.h"

#include "account/journalrow.h"

void
journalrow_json(struct buf *b, const struct journal_row *row)
{
	const struct journal_entry *e = &row->entry;

	buf_addf(b, "{\"id\":%lld", (long long)row->id);
	buf_json_pair(b, "at", row->at);
	buf_json_pair(b, "who", row->who);
	buf_json_pair(b, "role", row->role);
	buf_json_pair(b, "what", e->what);
	buf_json_pair(b, "of", e->of);
	/* They are JSON as they come. */
	buf_json_name(b, "was");
	buf_add(b, e->was.n ? e->was : STR("null"));
	buf_json_name(b, "is");
	buf_add(b, e->is.n ? e->is : STR("null"));
	buf_byte(b, '}');
}

void
journalrow_csv(struct buf *b, const struct journal_row *row)
{
	const struct journal_entry *e = &row->entry;
	const struct str cells[] = { row->at, row->who, row->role, e->what,
		e->of, e->was };

	buf_addf(b, "%lld,", (long long)row->id);
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
		buf_csv(b, cells[i]);
		buf_byte(b, ',');
	}
	buf_csv(b, e->is);
	buf_add(b, STR("\r\n"));
}
