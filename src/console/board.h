/* Knows the sellers' board: a seller's leads by stage, late ones first. */
#ifndef PISTE_CONSOLE_BOARD_H
#define PISTE_CONSOLE_BOARD_H

#include "http/route.h"

struct request;

enum turn board_show(struct request *rq);

#endif
