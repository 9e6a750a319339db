/* Knows a lead's screen at the console. */
#ifndef PISTE_CONSOLE_LEADPAGE_H
#define PISTE_CONSOLE_LEADPAGE_H

#include "http/route.h"

struct request;

enum turn leadpage_show(struct request *rq);

#endif
