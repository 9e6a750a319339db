/* Implements automaton.h.  The tables are made by src/ops/embed-robots. */
#include "track/automaton.h"

bool
automaton_accepts(const struct automaton *m, struct str text)
{
	uint32_t state = AUTOMATON_START;

	/*
	 * Columns, not rows: where a symbol's column begins is known before
	 * the state is, so that a step waits for one read only.
	 */
	for (size_t i = 0; i < text.n; i++) {
		state = m->next[m->column[(unsigned char)text.p[i]] + state];
		if (state == AUTOMATON_FOUND)
			return true;
	}
	return m->next[m->column[AUTOMATON_END] + state] == AUTOMATON_FOUND;
}
