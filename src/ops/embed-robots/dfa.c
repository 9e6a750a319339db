/*
 * Implements dfa.h.  A state of the automaton is the set of nodes a text may
 * have led to.  The nodes that any place of a text leads to, the beginnings of
 * the patterns, belong to every state and are left out of it.
 */
#include <stdlib.h>
#include <string.h>

#include "dfa.h"
#include "nfa.h"

#define SLOTS (4 * DFA_SUBSETS_MAX)	/* a power of two */
#define SYMBOLS_MAX AUTOMATON_SYMBOLS
#define FNV_OFFSET UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

enum place { BEGIN, MIDST, END };	/* of a text */

struct subset {
	uint32_t *node;		/* ascending */
	uint32_t nodes;
};

struct builder {
	const struct nfa *nfa;
	uint32_t *mark;		/* of each node: the last round it was in */
	uint32_t round;
	bool *is_root;		/* of each node: it is in every state */
	uint32_t *picked;	/* the nodes of this round */
	uint32_t count;
	bool is_found;		/* a pattern has matched in this round */
	unsigned char kind[NFA_BYTES];	/* bytes no node tells apart */
	unsigned char sample[NFA_BYTES];	/* a byte of each kind */
	uint32_t kinds;
	struct subset root[NFA_BYTES];	/* by kind: where the roots lead */
	bool is_root_found[NFA_BYTES];
	struct subset *subset;	/* by state */
	uint32_t states;
	uint32_t *slot;		/* states by hash; 0 is free */
	uint32_t *row;		/* by state and kind, the text's end last */
};

static void *
zeroed(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	if (!p)
		abort();
	return p;
}

/* Bytes that each node has both or neither of are of one kind. */
static void
tell_kinds(struct builder *b)
{
	b->kinds = 1;
	for (uint32_t i = 0; i < b->nfa->nodes; i++) {
		const struct nfa_node *node = &b->nfa->node[i];
		uint32_t apart[NFA_BYTES] = { 0 };	/* 0: not yet */
		bool seen[NFA_BYTES] = { false };
		bool first[NFA_BYTES];

		if (node->kind != NFA_SET)
			continue;
		for (unsigned c = 0; c < NFA_BYTES; c++) {
			uint32_t k = b->kind[c];

			if (!seen[k]) {
				seen[k] = true;
				first[k] = nfa_has(node, c);
			} else if (nfa_has(node, c) != first[k]) {
				if (!apart[k])
					apart[k] = b->kinds++;
				b->kind[c] = (unsigned char)apart[k];
			}
		}
	}
	for (unsigned c = 0; c < NFA_BYTES; c++)
		b->sample[b->kind[c]] = (unsigned char)c;
}

static void
begin_round(struct builder *b)
{
	b->round++;
	b->count = 0;
	b->is_found = false;
}

/* Pick at and what can be reached from it without reading a byte. */
static void
pick(struct builder *b, uint32_t at, enum place place)
{
	const struct nfa_node *node;

	if (at == NFA_NONE || b->mark[at] == b->round)
		return;
	b->mark[at] = b->round;
	node = &b->nfa->node[at];
	if (node->kind == NFA_MATCH)
		b->is_found = true;
	else if (node->kind == NFA_FORK ||
	    (node->kind == NFA_BEGIN && place == BEGIN) ||
	    (node->kind == NFA_END && place == END)) {
		pick(b, node->next[0], place);
		pick(b, node->next[1], place);
	} else if (node->kind != NFA_BEGIN && !b->is_root[at]) {
		b->picked[b->count++] = at;
	}
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static struct subset
keep(struct builder *b)
{
	struct subset s = { zeroed(b->count, sizeof *s.node), b->count };

	qsort(b->picked, b->count, sizeof *b->picked, by_number);
	memcpy(s.node, b->picked, b->count * sizeof *s.node);
	return s;
}

static uint64_t
hash(const uint32_t *word, uint32_t words)
{
	uint64_t h = FNV_OFFSET;

	for (uint32_t i = 0; i < words; i++)
		h = (h ^ word[i]) * FNV_PRIME;
	return h ^ h >> 32;
}

/* The state of what was picked; DFA_SUBSETS_MAX when there are too many. */
static uint32_t
state_of(struct builder *b)
{
	struct subset s;
	uint32_t at;

	if (b->is_found)
		return AUTOMATON_FOUND;
	s = keep(b);
	at = (uint32_t)hash(s.node, s.nodes) & (SLOTS - 1);
	for (; b->slot[at]; at = (at + 1) & (SLOTS - 1)) {
		const struct subset *other = &b->subset[b->slot[at]];

		if (other->nodes == s.nodes && !memcmp(other->node, s.node,
		    s.nodes * sizeof *s.node)) {
			free(s.node);
			return b->slot[at];
		}
	}
	if (b->states == DFA_SUBSETS_MAX) {
		free(s.node);
		return DFA_SUBSETS_MAX;
	}
	b->subset[b->states] = s;
	b->slot[at] = b->states;
	return b->states++;
}

/* The roots, where each byte leads from them, and the state of a start. */
static void
find_roots(struct builder *b)
{
	uint32_t *root, roots;

	begin_round(b);
	for (uint32_t i = 0; i < b->nfa->starts; i++)
		pick(b, b->nfa->start[i], MIDST);
	roots = b->count;
	root = keep(b).node;
	for (uint32_t i = 0; i < roots; i++)
		b->is_root[root[i]] = true;
	for (uint32_t k = 0; k < b->kinds; k++) {
		begin_round(b);
		for (uint32_t i = 0; i < roots; i++)
			if (nfa_has(&b->nfa->node[root[i]], b->sample[k]))
				pick(b, b->nfa->node[root[i]].next[0], MIDST);
		b->is_root_found[k] = b->is_found;
		b->root[k] = keep(b);
	}
	free(root);
	begin_round(b);
	for (uint32_t i = 0; i < b->nfa->starts; i++)
		pick(b, b->nfa->start[i], BEGIN);
	b->states = AUTOMATON_START;
	state_of(b);
}

static uint32_t
after(struct builder *b, uint32_t state, uint32_t kind)
{
	const struct subset *s = &b->subset[state], *root = &b->root[kind];
	const struct nfa_node *node = b->nfa->node;

	begin_round(b);
	b->is_found = b->is_root_found[kind];
	for (uint32_t i = 0; i < s->nodes && !b->is_found; i++)
		if (nfa_has(&node[s->node[i]], b->sample[kind]))
			pick(b, node[s->node[i]].next[0], MIDST);
	for (uint32_t i = 0; i < root->nodes && !b->is_found; i++)
		pick(b, root->node[i], MIDST);
	return state_of(b);
}

/* A text ends in state: nothing is read any more, so any other one will do. */
static uint32_t
at_end(struct builder *b, uint32_t state)
{
	begin_round(b);
	for (uint32_t i = 0; i < b->subset[state].nodes; i++)
		pick(b, b->subset[state].node[i], END);
	return b->is_found ? AUTOMATON_FOUND : AUTOMATON_START;
}

static enum err
build(struct builder *b)
{
	uint32_t width = b->kinds + 1;

	for (uint32_t s = AUTOMATON_START; s < b->states; s++) {
		uint32_t *row;

		b->row = reallocarray(b->row, (size_t)(s + 1) * width,
		    sizeof *b->row);
		if (!b->row)
			abort();
		row = &b->row[(size_t)s * width];
		for (uint32_t k = 0; k < b->kinds; k++) {
			row[k] = after(b, s, k);
			if (row[k] == DFA_SUBSETS_MAX)
				return ERR_LIMIT;
		}
		row[b->kinds] = at_end(b, s);
	}
	memset(b->row, 0, width * sizeof *b->row);
	return OK;
}

static bool
are_alike(const struct builder *b, const uint32_t *block, uint32_t s,
    uint32_t t)
{
	const uint32_t *x = &b->row[(size_t)s * (b->kinds + 1)];
	const uint32_t *y = &b->row[(size_t)t * (b->kinds + 1)];

	if (block[s] != block[t])
		return false;
	for (uint32_t k = 0; k <= b->kinds; k++)
		if (block[x[k]] != block[y[k]])
			return false;
	return true;
}

/*
 * States of one block that lead to different blocks part; the blocks are
 * numbered by their first states, which go to first.  Returns how many.
 */
static uint32_t
refine(struct builder *b, const uint32_t *block, uint32_t *finer,
    uint32_t *first)
{
	uint32_t blocks = 0, word[SYMBOLS_MAX + 1];

	memset(b->slot, 0xff, SLOTS * sizeof *b->slot);
	for (uint32_t s = 0; s < b->states; s++) {
		const uint32_t *row = &b->row[(size_t)s * (b->kinds + 1)];
		uint32_t at;

		for (uint32_t k = 0; k <= b->kinds; k++)
			word[k] = block[row[k]];
		word[b->kinds + 1] = block[s];
		at = (uint32_t)hash(word, b->kinds + 2) & (SLOTS - 1);
		while (b->slot[at] != UINT32_MAX &&
		    !are_alike(b, block, s, first[b->slot[at]]))
			at = (at + 1) & (SLOTS - 1);
		if (b->slot[at] == UINT32_MAX) {
			b->slot[at] = blocks;
			first[blocks++] = s;
		}
		finer[s] = b->slot[at];
	}
	return blocks;
}

static bool
is_same_column(const struct dfa *d, uint32_t x, uint32_t y)
{
	return !memcmp(&d->next[(size_t)x * d->states],
	    &d->next[(size_t)y * d->states], d->states * sizeof *d->next);
}

/* The table by columns, each but once. */
static void
lay_out(const struct builder *b, const uint32_t *block, const uint32_t *first,
    struct dfa *d)
{
	uint32_t column[SYMBOLS_MAX];

	d->next = zeroed((size_t)d->states * (b->kinds + 1),
	    sizeof *d->next);
	for (uint32_t k = 0; k <= b->kinds; k++) {
		uint16_t *to = &d->next[(size_t)d->columns * d->states];

		for (uint32_t s = 0; s < d->states; s++)
			to[s] = (uint16_t)block[b->row[(size_t)first[s] *
			    (b->kinds + 1) + k]];
		column[k] = 0;
		while (!is_same_column(d, column[k], d->columns))
			column[k]++;
		d->columns += column[k] == d->columns;
	}
	for (unsigned c = 0; c < NFA_BYTES; c++)
		d->automaton.column[c] = column[b->kind[c]] * d->states;
	d->automaton.column[AUTOMATON_END] = column[b->kinds] * d->states;
	d->automaton.next = d->next;
}

static void
join(struct builder *b, struct dfa *d)
{
	uint32_t *block = zeroed(b->states, sizeof *block), blocks = 0;
	uint32_t *finer = zeroed(b->states, sizeof *finer);
	uint32_t *first = zeroed(b->states, sizeof *first);

	for (uint32_t s = AUTOMATON_START; s < b->states; s++)
		block[s] = 1;
	do {
		uint32_t *swap = block;

		d->states = blocks;
		blocks = refine(b, block, finer, first);
		block = finer;
		finer = swap;
	} while (blocks != d->states);
	lay_out(b, block, first, d);
	free(first);
	free(finer);
	free(block);
}

enum err
dfa_init(struct dfa *d, const struct nfa *n, size_t bytes_max)
{
	struct builder b = { .nfa = n };
	enum err e;

	memset(d, 0, sizeof *d);
	b.mark = zeroed(n->nodes, sizeof *b.mark);
	b.is_root = zeroed(n->nodes, sizeof *b.is_root);
	b.picked = zeroed(n->nodes, sizeof *b.picked);
	b.subset = zeroed(DFA_SUBSETS_MAX, sizeof *b.subset);
	b.slot = zeroed(SLOTS, sizeof *b.slot);
	tell_kinds(&b);
	find_roots(&b);
	e = build(&b);
	if (!e)
		join(&b, d);
	if ((size_t)d->states * d->columns * sizeof *d->next > bytes_max)
		e = ERR_LIMIT;
	if (e)
		dfa_clear(d);
	for (uint32_t s = AUTOMATON_START; s < b.states; s++)
		free(b.subset[s].node);
	for (uint32_t k = 0; k < b.kinds; k++)
		free(b.root[k].node);
	free(b.row);
	free(b.slot);
	free(b.subset);
	free(b.picked);
	free(b.is_root);
	free(b.mark);
	return e;
}

void
dfa_clear(struct dfa *d)
{
	free(d->next);
	*d = (struct dfa){ 0 };
}
