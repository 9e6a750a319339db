/* Knows what is done about a lead at the console, and what is told of it. */
#ifndef PISTE_CONSOLE_LEADDEEDS_H
#define PISTE_CONSOLE_LEADDEEDS_H

#include "http/route.h"

struct desk;
struct request;
struct view;

enum turn leaddeeds_do(struct request *rq);
/* A notice of what the request before did, by told= in the address. */
void leaddeeds_tell(struct desk *d, struct view *v);

#endif
