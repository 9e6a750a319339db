/* Knows how the listening socket is come by. */
#ifndef PISTE_HTTP_LISTEN_H
#define PISTE_HTTP_LISTEN_H

#include "base/str.h"

/* See gateway_listen. */
MUST_USE enum err listen_open(struct str spec, unsigned mode, int *fd);

#endif
