/* Knows the screens of experiments: which there are, and one's results. */
#ifndef PISTE_CONSOLE_LAB_H
#define PISTE_CONSOLE_LAB_H

#include "http/route.h"

struct arena;
struct desk;

enum turn lab_list(struct request *rq);	/* GET /console/experiments */
enum turn lab_show(struct request *rq);	/* GET /console/experiments/:key */

/* A screen of the experiment in the address, with room for its results. */
enum turn lab_within(struct desk *d,
    enum turn (*show)(struct desk *d, struct arena *a));

#endif
