/*
 * Knows a set of texts as a table of states, walked a byte at a time: a
 * deterministic automaton whose one final state is never left again.  Pure.
 */
#ifndef PISTE_TRACK_AUTOMATON_H
#define PISTE_TRACK_AUTOMATON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define AUTOMATON_END 256	/* the symbol behind a text's last byte */
#define AUTOMATON_SYMBOLS 257

enum { AUTOMATON_FOUND, AUTOMATON_START };	/* the first two states */

/*
 * The state after s, when symbol c is read, is next[column[c] + s].  Symbols
 * that no state tells apart share a column.
 */
struct automaton {
	uint32_t column[AUTOMATON_SYMBOLS];
	const uint16_t *next;
};

/* Is text in the set? */
bool automaton_accepts(const struct automaton *m, struct str text);

#endif
