/*
 * Knows what of a request is somebody's behaviour, and what is a robot's, a
 * scanner's or our own; and the token by which a browser tells who it is.
 */
#ifndef PISTE_OBSERVE_H
#define PISTE_OBSERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct body;
struct form;
struct form_result;
struct link;
struct request;
struct site;
struct ticket;
struct uuid;
struct visit;

#define OBSERVE_QUERY "o"	/* of a thank-you page's address */
/* Behind the address of an observed site; behaviour.js takes it away again. */
#define OBSERVE_HASH "#piste="
#define OBSERVE_PAGE "*"	/* no page's key: recipient tokens name one */
/* A token of thanks: no longer than a tab is one visit. */
#define OBSERVE_AGE_MS INT64_C(86400000)

/*
 * way, the address of thanks, with a token for the page's script if the sender
 * of the form has just agreed to be observed; else as it is.
 */
struct str observe_thanks(struct request *rq, const struct visit *v,
    struct str way, const struct ticket *t, const struct form_result *r);
/*
 * That token, on the thank-you page, and whose it is; empty when there is none
 * of ours.
 */
struct str observe_token(struct request *rq, struct uuid *submission);
/*
 * way with that token, as a document's link has it on that page: what is in
 * the link itself is a mail's, and says that one was read.
 */
struct str observe_along(struct arena *a, struct str way, struct str token);
/* The origins it may be handed to, a blank between them. */
struct str observe_origins(struct request *rq, const struct site *s);

/* A page of an origin that is observed tells of a view: beacon_take's. */
int observe_view(struct request *rq, const struct body *b);
/* An asset's link was followed: counts when a page of ours led there. */
void observe_fetched(struct request *rq, const struct link *l);
/* The button behind a mail's link was pressed. */
void observe_pressed(struct request *rq, const struct link *l);

#endif
