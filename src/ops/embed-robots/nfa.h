/*
 * Knows regular expressions as one nondeterministic automaton over bytes
 * (Thompson's construction: Aho, Sethi, Ullman, Compilers, section 3.7).
 *
 * Understood: bytes, escaped punctuation, \d \D \s \S \w \W, ., [sets] with
 * ranges and ^, groups ( ) and (?: ), |, *, +, ?, ^ and $.  They mean what they
 * mean in JavaScript without flags, a text being ASCII.
 */
#ifndef PISTE_OPS_EMBED_ROBOTS_NFA_H
#define PISTE_OPS_EMBED_ROBOTS_NFA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define NFA_PATTERN_BYTES_MAX 400
#define NFA_NESTING_MAX 20	/* of groups */
#define NFA_NONE UINT32_MAX
#define NFA_BYTES 256

enum nfa_kind {
	NFA_SET,	/* one of bytes, then next[0] */
	NFA_FORK,	/* next[0] or next[1] */
	NFA_BEGIN,	/* next[0], at the beginning of a text */
	NFA_END,	/* next[0], at the end of a text */
	NFA_MATCH,
};

struct nfa_node {
	enum nfa_kind kind;
	uint32_t next[2];	/* NFA_NONE leads nowhere */
	uint64_t bytes[NFA_BYTES / 64];
};

struct nfa {
	struct nfa_node *node;
	uint32_t nodes;
	uint32_t *start;	/* a node for each pattern */
	uint32_t starts;
};

/* Empty; release with nfa_free. */
struct nfa *nfa_new(void);
void nfa_free(struct nfa *n);	/* NULL is accepted */

/*
 * Add what pattern matches somewhere in a text, without regard to the case of
 * letters when fold.  ERR_INPUT for what is not understood, and for what
 * matches every text; *why then says what is wrong, and n is as before.
 */
MUST_USE enum err nfa_add(struct nfa *n, struct str pattern, bool fold,
    const char **why);

/* Is c one of a node's bytes? */
bool nfa_has(const struct nfa_node *node, unsigned c);

#endif
