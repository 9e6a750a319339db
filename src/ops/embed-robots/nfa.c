/*
 * Implements nfa.h by recursive descent.  A fragment is a part of the
 * automaton with one way in and one way out, a fork whose target is open.
 */
#include <stdlib.h>
#include <string.h>

#include "nfa.h"

#define NODES_STEP 4096
#define STARTS_STEP 512

/* Where a fragment matches without reading anything, by what must hold. */
#define ANYWHERE (1 << 0)
#define AT_BEGIN (1 << 1)
#define AT_END (1 << 2)

struct fragment {
	uint32_t in, out;
	bool is_anchor;		/* ^ or $: nothing to repeat */
	unsigned empty;		/* bit 3: at both ends at once */
};

struct reader {
	struct nfa *nfa;
	struct str pattern;
	size_t at;
	int depth;
	bool fold;
	const char *why;	/* the first thing wrong, else NULL */
};

static struct fragment alternatives(struct reader *r);

struct nfa *
nfa_new(void)
{
	struct nfa *n = calloc(1, sizeof *n);

	if (!n)
		abort();
	return n;
}

void
nfa_free(struct nfa *n)
{
	if (!n)
		return;
	free(n->node);
	free(n->start);
	free(n);
}

bool
nfa_has(const struct nfa_node *node, unsigned c)
{
	return node->bytes[c / 64] >> c % 64 & 1;
}

static void
put(struct nfa_node *node, unsigned c)
{
	node->bytes[c / 64] |= UINT64_C(1) << c % 64;
}

/* Room for one more at count, in steps. */
static void *
grown(void *array, uint32_t count, uint32_t step, size_t size)
{
	if (count % step)
		return array;
	array = reallocarray(array, (size_t)count + step, size);
	if (!array)
		abort();
	return array;
}

static uint32_t
add_node(struct nfa *n, enum nfa_kind kind)
{
	n->node = grown(n->node, n->nodes, NODES_STEP, sizeof *n->node);
	n->node[n->nodes] = (struct nfa_node){ .kind = kind,
		.next = { NFA_NONE, NFA_NONE } };
	return n->nodes++;
}

static struct fragment
fail(struct reader *r, const char *why)
{
	if (!r->why)
		r->why = why;
	return (struct fragment){ 0 };
}

static bool
is_at_end(const struct reader *r)
{
	return r->why || r->at == r->pattern.n;
}

static char
peek(const struct reader *r)
{
	return is_at_end(r) ? '\0' : r->pattern.p[r->at];
}

/* Step over c if it comes next. */
static bool
take(struct reader *r, char c)
{
	if (is_at_end(r) || peek(r) != c)
		return false;
	r->at++;
	return true;
}

static bool
is_letter(unsigned c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool
is_word(unsigned c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

static bool
is_blank(unsigned c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_digit(unsigned c)
{
	return c >= '0' && c <= '9';
}

static bool
is_printed(char c)
{
	return c >= ' ' && c <= '~';
}

static void
put_range(struct reader *r, struct nfa_node *set, unsigned from, unsigned to)
{
	for (unsigned c = from; c <= to; c++) {
		put(set, c);
		if (r->fold && is_letter(c))
			put(set, c ^ 0x20);
	}
}

/* What follows a backslash: a class, or punctuation for itself. */
static bool
put_escape(struct reader *r, struct nfa_node *set)
{
	static const struct {
		char name, inverse;
		bool (*has)(unsigned c);
	} classes[] = {
		{ 'd', 'D', is_digit }, { 's', 'S', is_blank },
		{ 'w', 'W', is_word },
	};
	char name = peek(r);

	if (is_at_end(r) || (is_word((unsigned char)name) &&
	    !strchr("dDsSwW", name))) {
		fail(r, "an escape that is not known");
		return false;
	}
	r->at++;
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		for (unsigned c = 0; c < NFA_BYTES; c++)
			if ((name == classes[i].name && classes[i].has(c)) ||
			    (name == classes[i].inverse && !classes[i].has(c)))
				put(set, c);
	if (is_word((unsigned char)name))
		return false;
	put(set, (unsigned char)name);
	return true;
}

/* One member of a set; *c is its byte if it is one, so may begin a range. */
static bool
put_member(struct reader *r, struct nfa_node *set, unsigned *c)
{
	*c = (unsigned char)peek(r);
	if (!is_printed(peek(r)))
		fail(r, "a byte that is not ASCII, or a control");
	if (take(r, '\\')) {
		*c = (unsigned char)peek(r);
		return put_escape(r, set);
	}
	r->at++;
	put_range(r, set, *c, *c);
	return true;
}

/* From behind the [ to behind the ]. */
static void
put_set(struct reader *r, struct nfa_node *set)
{
	bool is_inverse = take(r, '^');
	size_t members = 0;

	for (; !is_at_end(r) && peek(r) != ']'; members++) {
		unsigned from, to;
		bool is_byte = put_member(r, set, &from);

		if (peek(r) != '-' || r->at + 1 == r->pattern.n ||
		    r->pattern.p[r->at + 1] == ']')
			continue;
		r->at++;
		if (!is_byte || !put_member(r, set, &to) || to < from)
			fail(r, "a range that is none");
		else
			put_range(r, set, from, to);
	}
	if (!take(r, ']') || !members)
		fail(r, "a set without end or members");
	for (unsigned c = 0; is_inverse && c < NFA_BYTES; c++)
		set->bytes[c / 64] ^= UINT64_C(1) << c % 64;
}

static struct fragment
group(struct reader *r)
{
	struct fragment f;

	if (++r->depth > NFA_NESTING_MAX)
		return fail(r, "groups nested too deeply");
	if (take(r, '?') && !take(r, ':'))
		return fail(r, "a group of a kind that is not known");
	f = alternatives(r);
	if (!take(r, ')'))
		return fail(r, "a group without end");
	r->depth--;
	return f;
}

static struct fragment
anchor(struct reader *r, char c)
{
	struct fragment f = { .is_anchor = true,
		.empty = c == '^' ? AT_BEGIN : AT_END };

	f.in = add_node(r->nfa, c == '^' ? NFA_BEGIN : NFA_END);
	f.out = add_node(r->nfa, NFA_FORK);
	r->nfa->node[f.in].next[0] = f.out;
	return f;
}

static struct fragment
atom(struct reader *r)
{
	char c = peek(r);
	struct nfa_node set = { .kind = NFA_SET };
	struct fragment f = { 0 };

	if (!is_printed(c))
		return fail(r, "a byte that is not ASCII, or a control");
	if (strchr("*+?{}]", c))
		return fail(r, "a quantifier or bracket that opens nothing");
	r->at++;
	if (c == '(')
		return group(r);
	if (c == '^' || c == '$')
		return anchor(r, c);
	if (c == '[') {
		put_set(r, &set);
	} else if (c == '\\') {
		put_escape(r, &set);
	} else if (c == '.') {
		for (unsigned b = 0; b < NFA_BYTES; b++)
			if (b != '\n' && b != '\r')
				put(&set, b);
	} else {
		put_range(r, &set, (unsigned char)c, (unsigned char)c);
	}
	f.in = add_node(r->nfa, NFA_SET);
	f.out = add_node(r->nfa, NFA_FORK);
	memcpy(r->nfa->node[f.in].bytes, set.bytes, sizeof set.bytes);
	r->nfa->node[f.in].next[0] = f.out;
	return f;
}

static struct fragment
repeated(struct reader *r)
{
	struct fragment f = atom(r), g;
	char c = peek(r);
	struct nfa_node *node;

	if (is_at_end(r) || !strchr("*+?", c))
		return f;
	r->at++;
	if (f.is_anchor || strchr("*+?{", peek(r) ? peek(r) : '|'))
		return fail(r, "a quantifier of a kind that is not known");
	g.in = c == '+' ? f.in : add_node(r->nfa, NFA_FORK);
	g.out = add_node(r->nfa, NFA_FORK);
	g.is_anchor = false;
	g.empty = f.empty | (c == '+' ? 0 : ANYWHERE);
	node = r->nfa->node;
	node[f.out].next[0] = g.out;
	if (c != '?')
		node[f.out].next[1] = f.in;
	if (c != '+') {
		node[g.in].next[0] = f.in;
		node[g.in].next[1] = g.out;
	}
	return g;
}

/* Two in a row read nothing where each does: what must hold adds up. */
static unsigned
both_empty(unsigned x, unsigned y)
{
	unsigned empty = 0;

	for (unsigned i = 0; i <= 3; i++)
		for (unsigned j = 0; j <= 3; j++)
			if (x >> i & 1 && y >> j & 1)
				empty |= 1U << (i | j);
	return empty;
}

static struct fragment
sequence(struct reader *r)
{
	struct fragment f;

	f.in = f.out = add_node(r->nfa, NFA_FORK);
	f.is_anchor = false;
	f.empty = ANYWHERE;
	while (!is_at_end(r) && peek(r) != '|' && peek(r) != ')') {
		struct fragment g = repeated(r);

		if (r->why)
			break;
		r->nfa->node[f.out].next[0] = g.in;
		f.out = g.out;
		f.empty = both_empty(f.empty, g.empty);
	}
	return f;
}

static struct fragment
alternatives(struct reader *r)
{
	struct fragment f = sequence(r);

	while (take(r, '|')) {
		struct fragment g = sequence(r), both;

		if (r->why)
			break;
		both.in = add_node(r->nfa, NFA_FORK);
		both.out = add_node(r->nfa, NFA_FORK);
		both.is_anchor = false;
		both.empty = f.empty | g.empty;
		r->nfa->node[both.in].next[0] = f.in;
		r->nfa->node[both.in].next[1] = g.in;
		r->nfa->node[f.out].next[0] = both.out;
		r->nfa->node[g.out].next[0] = both.out;
		f = both;
	}
	return f;
}

enum err
nfa_add(struct nfa *n, struct str pattern, bool fold, const char **why)
{
	struct reader r = { .nfa = n, .pattern = pattern, .fold = fold };
	uint32_t nodes = n->nodes, match;
	struct fragment f = { 0 };

	if (pattern.n > NFA_PATTERN_BYTES_MAX)
		fail(&r, "too long");
	else
		f = alternatives(&r);
	if (!is_at_end(&r))
		fail(&r, "a ) that closes nothing");
	if (f.empty & (ANYWHERE | AT_BEGIN | AT_END))
		fail(&r, "it matches every text");
	if (r.why) {
		*why = r.why;
		n->nodes = nodes;
		return ERR_INPUT;
	}
	match = add_node(n, NFA_MATCH);
	n->node[f.out].next[0] = match;
	n->start = grown(n->start, n->starts, STARTS_STEP, sizeof *n->start);
	n->start[n->starts++] = f.in;
	return OK;
}
