/*
 * Knows by which words a seller is told of a lead: its grade, the step that it
 * waits for, a line of their morning.
 */
#ifndef PISTE_LEAD_SELLERWORD_H
#define PISTE_LEAD_SELLERWORD_H

#include "base/lang.h"
#include "base/phrase.h"
#include "base/str.h"

/* Of hot, warm or cold; anything else is not scored yet. */
struct str sellerword_grade(struct str grade, enum lang l);
/* Of scored, allocated or contacted. */
struct str sellerword_step(struct str step, enum lang l);
/* Of a part of piste.seller_digest(): {}: lead, {}: grade, {}: moment. */
enum phrase sellerword_part(struct str part);

struct allocate_seller;
struct arena;
/*
 * By whose clock s is told times: their own, or, as that of nobody, that of
 * site, the process's (base/localday; empty: UTC).
 */
struct str sellerword_zone(const struct allocate_seller *s, struct str site);
/* "2026-11-22 18:00 (Europe/Paris)" by that clock. */
struct str sellerword_moment(struct arena *a, const struct allocate_seller *s,
    struct str site, int64_t at_ms);

#endif
