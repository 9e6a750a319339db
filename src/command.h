/*
 * Knows the commands that are neither the server nor the worker.  Each gets
 * the words after its name, and gives the exit status: 0; 1 failed, with a
 * reason on standard error; 2 wrong usage.
 */
#ifndef PISTE_COMMAND_H
#define PISTE_COMMAND_H

#include "base/lang.h"
#include "page/site.h"

struct arena;
struct conf;
struct pg;

#define COMMAND_OK 0
#define COMMAND_FAILED 1
#define COMMAND_USAGE 2

/*
 * The site as the database has it, in an arena of COMMAND_SITE_BYTES, for the
 * command of that name; else standard error has the reason.
 */
#define COMMAND_SITE_BYTES (SITE_ARENA_BYTES_MAX + SITE_JSON_BYTES_MAX)
int command_site(const struct conf *c, struct arena *a, const char *command,
    const struct site **out);

/*
 * All of a file, or for "-" of standard input, of at most max bytes, in a; else
 * standard error has the reason.
 */
int command_file(struct arena *a, const char *command, const char *name,
    size_t max, struct str *out);

/*
 * A connection of that name for a command that tells what is refused, as
 * pg_tells has it.  Release with pg_free.
 */
struct pg *command_database(const struct conf *c, const char *application);
/* Say why, if e, let db go; what "piste COMMAND" exits with. */
int command_end(const char *command, struct pg *db, enum err e);

/* Whoever asks: $LANG's language, or fallback when it is none of ours. */
enum lang command_lang(enum lang fallback);

int command_migrate(const struct conf *c, int words, char **word);
int command_apply(const struct conf *c, int words, char **word);
int command_export(const struct conf *c, int words, char **word);
int command_validate(const struct conf *c, int words, char **word);
int command_assign(const struct conf *c, int words, char **word);
int command_events(const struct conf *c, int words, char **word);
int command_stats(const struct conf *c, int words, char **word);
int command_preview(const struct conf *c, int words, char **word);
int command_origin(const struct conf *c, int words, char **word);

#endif
