/*
 * Knows the filters of the inbox as they stand in an address and in a form,
 * and how a lead is called in a list.
 */
#ifndef PISTE_CONSOLE_LEADLIST_H
#define PISTE_CONSOLE_LEADLIST_H

#include "lead/inbox.h"

struct arena;
struct desk;
struct view;

#define LEADLIST_HOME "/console/leads"

/* What the request's address, or such a query, asks for; in the arena. */
struct inbox_wish leadlist_wish(struct desk *d);
struct inbox_wish leadlist_wish_of(struct desk *d, struct str query);
/* The same as a query without its ?, empty for no filter; and behind path. */
struct str leadlist_query(struct arena *a, const struct inbox_wish *w);
struct str leadlist_url(struct arena *a, const char *path,
    const struct inbox_wish *w);
/* How many filters there are in it, the text among them. */
size_t leadlist_count(const struct inbox_wish *w);

/* The form, with what was chosen; wrong: INBOX_FILTERS for none.  As pg_run. */
MUST_USE enum err leadlist_fill(struct desk *d, struct view *v,
    const struct inbox_wish *w, enum inbox_filter wrong);

/* What somebody typed, as far as a list has room: so many characters and … */
#define LEADLIST_BRIEF_CHARS 100
struct str leadlist_brief(struct arena *a, struct str text);
/* First name and surname, each in brief, else the address, else "Lead 12". */
struct str leadlist_name(struct desk *d, struct str first, struct str last,
    struct str email, struct str id);

#endif
