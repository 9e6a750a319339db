/* Knows how text is built: appended, bounded, escaped for JSON. */
#ifndef PISTE_BASE_BUF_H
#define PISTE_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;

/* Grows inside its arena up to max; once an append does not fit, it is full. */
struct buf {
	struct arena *arena;
	char *p;
	size_t n;
	size_t capacity;
	size_t max;
	bool full;	/* stays set: one check at the end is enough */
};

void buf_init(struct buf *b, struct arena *a, size_t max);
void buf_add(struct buf *b, struct str s);
void buf_byte(struct buf *b, char c);
void buf_u64(struct buf *b, uint64_t v);
void buf_addf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * s as a JSON string with its quotes.  Bytes that are no UTF-8 become U+FFFD,
 * so what leaves is always valid JSON.
 */
void buf_json(struct buf *b, struct str s);
/* ,"name":"value" (the comma unless { or [ or nothing precedes). */
void buf_json_pair(struct buf *b, const char *name, struct str value);
/* ,"name": with the same comma rule; the caller appends the value. */
void buf_json_name(struct buf *b, const char *name);

/*
 * s as a cell of RFC 4180 with its quotes.  One that a spreadsheet would
 * reckon with (= + - @ tab, an end of line) gets an apostrophe before it.
 */
void buf_csv(struct buf *b, struct str s);

/*
 * What was built, borrowed from the buffer; empty if it is full, which is
 * logged: who expects that looks at full before.
 */
struct str buf_str(const struct buf *b);

/* head and tail as one, with a NUL behind them. */
struct str buf_join(struct arena *a, struct str head, struct str tail);

/* Format into the arena; at most max bytes, the empty str if it is longer. */
struct str buf_fmt(struct arena *a, size_t max, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
