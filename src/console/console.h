/* Knows what there is at the console: which handler answers what. */
#ifndef PISTE_CONSOLE_CONSOLE_H
#define PISTE_CONSOLE_CONSOLE_H

#include <stddef.h>

struct route;

size_t console_routes(const struct route **out);

#endif
