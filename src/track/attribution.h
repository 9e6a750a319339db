/*
 * Knows what brought a visitor, by the page's address and the site that
 * linked to it: which parameters are whose, and which channel of the table
 * piste.channel that makes.  The touch itself is form/ticket.h's.  Pure.
 */
#ifndef PISTE_TRACK_ATTRIBUTION_H
#define PISTE_TRACK_ATTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct touch;

/*
 * Fill *out from an address's parameters, decoded or as they came where they
 * can't be, and the host of another site that linked here (or empty).  Texts
 * are as attribution_clean makes them.  Everything is set but the channel,
 * which a campaign or a link may have a say in.  Of a parameter that is there
 * twice the first counts; of several click ids the first in the list, and one
 * that would have to be cut is left out: its kind is not.
 */
void attribution_read(struct arena *a, const struct str_pair *parameter,
    size_t count, struct str referrer, struct touch *out);

/*
 * The channel of a touch: by its affiliate, its click id, its medium, its
 * campaign's channel (or empty), its source; then by who linked here (in
 * source, when the address named none); "other" when it says something we
 * don't know, "direct" when it says nothing.  Lives as long as the program,
 * or as campaign_channel.
 */
struct str attribution_channel(const struct touch *t,
    struct str campaign_channel);

/* Is it the name of a click id that we know? */
bool attribution_is_click(struct str kind);

/*
 * A text as a touch can hold it: what is no UTF-8 is taken for Windows-1252;
 * then as ticket_clean.
 */
struct str attribution_clean(struct arena *a, struct str s);

#endif
