/*
 * Knows who is a robot: our own lines (src/track/robots.txt says how they are
 * written) and the patterns of npm's crawler-user-agents.
 */
#ifndef PISTE_OPS_EMBED_ROBOTS_ROBOTS_H
#define PISTE_OPS_EMBED_ROBOTS_ROBOTS_H

#include <stdio.h>

#include "base/str.h"
#include "dfa.h"

struct arena;

#define ROBOTS_PACKAGE "crawler-user-agents"
#define ROBOTS_FILE_BYTES_MAX ((size_t)8 << 20)
#define ROBOTS_TABLE_BYTES_MAX ((size_t)2 << 20)
#define ROBOTS_LINES_MAX 1000	/* of each kind */

struct robots {
	struct dfa dfa;
	struct str list;	/* what it was made of, in a few words */
};

/*
 * Make the automaton of own's text and of the package in directory dir, which
 * may be an empty list.  ERR_INPUT when a line or a pattern is not understood,
 * when an example of the package is not recognised, or when a line about the
 * package has nothing to do there; ERR_AWAY when a file can't be read.  Each
 * is told to say.  Release with robots_clear; r->list lives in a.
 */
MUST_USE enum err robots_init(struct robots *r, struct arena *a,
    struct str own, const char *dir, FILE *say);
void robots_clear(struct robots *r);

/* A file's bytes in a, with a NUL behind; ERR_AWAY is told to say. */
MUST_USE enum err robots_file(struct arena *a, const char *path,
    struct str *out, FILE *say);

/* Print it as C, for track/bot_table.h. */
void robots_print(const struct robots *r, FILE *out);

#endif
