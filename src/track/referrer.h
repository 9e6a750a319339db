/*
 * Knows the sites that links are followed from: search engines, social
 * networks, webmails; the list that is kept up.  Pure.
 */
#ifndef PISTE_TRACK_REFERRER_H
#define PISTE_TRACK_REFERRER_H

#include "base/str.h"

/*
 * The channel of a host ("www.google.fr"), of an Android program that calls
 * itself one, or of a name as marketers write it ("google"): "seo", "social",
 * "email", "video" or "display"; empty for any other.  Case makes no
 * difference.
 */
struct str referrer_channel(struct str name);

#endif
