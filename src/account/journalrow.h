/* Knows how a row of the journal is written down: JSON, CSV.  Pure. */
#ifndef PISTE_ACCOUNT_JOURNALROW_H
#define PISTE_ACCOUNT_JOURNALROW_H

struct buf;
struct journal_row;

/* An object, without a line end. */
void journalrow_json(struct buf *b, const struct journal_row *row);

/* CR LF at the end; cells as buf_csv has them. */
#define JOURNALROW_CSV_HEAD "id,at,who,role,what,of,was,is\r\n"
void journalrow_csv(struct buf *b, const struct journal_row *row);

#endif
