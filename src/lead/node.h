/*
 * Knows a value of a file of rules and where it stands, so that whatever is
 * wrong is told with its path.  Pure.
 */
#ifndef PISTE_LEAD_NODE_H
#define PISTE_LEAD_NODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

struct arena;

#define NODE_PATH_BYTES 200
#define NODE_KEY_BYTES_MAX 64
#define NODE_TEXT_BYTES_MAX 200
#define NODE_LIST_MAX 1000

struct node_reader {
	struct arena *arena;
	FILE *complaints;	/* NULL: they were made already */
	size_t errors;
	void *context;		/* whoever reads */
};

struct node {
	struct node_reader *r;
	const json_t *value;	/* NULL: absent */
	char path[NODE_PATH_BYTES];	/* "$.sellers[0].weight" */
};

void node_complain(const struct node *n, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct node node_child(const struct node *n, const char *name);
struct node node_item(const struct node *n, size_t at);

/*
 * Each reads what is there, complains of what is wrong, and leaves *out as it
 * is then and when it is absent.
 */
/* An object without members but those of names, which NULL ends? */
bool node_check(const struct node *n, const char *const *names);
/* How many a list holds; 0 for what is absent or wrong. */
size_t node_list(const struct node *n, size_t max);
/* The same of one that says nothing when it is empty: that is wrong. */
size_t node_some(const struct node *n, size_t max);
void node_number(const struct node *n, int64_t min, int64_t max,
    int64_t *out);
void node_u32(const struct node *n, int64_t min, int64_t max, uint32_t *out);
void node_bool(const struct node *n, bool *out);
/* One of 1 to max bytes, copied; was it? */
bool node_text(const struct node *n, size_t max, struct str *out);
/* The word's place in a table, which NULL ends; else -1. */
int node_word(const struct node *n, const char *const *words);
/* A list of texts, or of words; not an empty one. */
void node_texts(const struct node *n, const char *const *words,
    struct str **out, size_t *count);
/* Member "key" of a list's row, [a-z0-9][a-z0-9._-]*, which no earlier has. */
bool node_key(const struct node *list, size_t at, struct str *out);
/* A member as text, borrowed; NULL when it is none. */
const char *node_member(const json_t *object, const char *name);

#endif
