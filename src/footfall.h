/*
 * Knows how a visit is added to the audience: whether it is a visitor's first
 * of the day, and under what it is counted.
 */
#ifndef PISTE_FOOTFALL_H
#define PISTE_FOOTFALL_H

struct place;
struct request;
struct ticket;
struct traffic_key;
struct visit;

/*
 * A page was shown, which is counted as view too: to a person a view, and a
 * visitor where it is the day's first; to a robot a view, of the page's own
 * campaign.  What counts as neither is no audience.  Where somebody is, is
 * told of visitors and of the engaged alone.
 */
void footfall_view(struct request *rq, struct visit *v,
    const struct traffic_key *view);
/* The same of a page fetched ahead: its script told that it is shown now. */
void footfall_activation(struct request *rq, const struct ticket *t,
    const struct place *place, const struct traffic_key *view);
/*
 * The form shown with t, or a step of it, was sent: a visitor is engaged.
 * Whose first sign of the day this is, is a visitor by it.
 */
void footfall_post(struct request *rq, struct visit *v, const struct ticket *t);

#endif
