/*
 * Knows what the site's own definitions add to what a visitor's address tells
 * of how they came: the link of a code, a campaign's channel.
 */
#ifndef PISTE_CAMEBY_H
#define PISTE_CAMEBY_H

struct site;
struct touch;

/*
 * Complete t, whose code may be anything somebody wrote: a link's texts go
 * before what is there, an unknown code and click kind are left out, and the
 * channel is set.  What is added is borrowed from site.
 */
void cameby_complete(const struct site *site, struct touch *t);

#endif
