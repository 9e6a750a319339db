/*
 * Knows how a nondeterministic automaton becomes the smallest deterministic
 * one: subset construction, then Moore's refinement (Aho, Sethi, Ullman,
 * Compilers, sections 3.6 and 3.9).
 */
#ifndef PISTE_OPS_EMBED_ROBOTS_DFA_H
#define PISTE_OPS_EMBED_ROBOTS_DFA_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "track/automaton.h"

struct nfa;

#define DFA_SUBSETS_MAX 65536	/* states, before what is alike is joined */

struct dfa {
	struct automaton automaton;	/* its next is the array below */
	uint16_t *next;			/* columns of states entries each */
	uint32_t states, columns;
};

/*
 * Make the automaton of all texts in which a pattern of n is found; release
 * with dfa_clear.  ERR_LIMIT when its table would take more than bytes_max, or
 * making it more than DFA_SUBSETS_MAX.
 */
MUST_USE enum err dfa_init(struct dfa *d, const struct nfa *n,
    size_t bytes_max);
void dfa_clear(struct dfa *d);

#endif
