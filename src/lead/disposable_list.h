/* The throw-away domains compiled in, made by src/ops/embed-domains. */
#ifndef PISTE_LEAD_DISPOSABLE_LIST_H
#define PISTE_LEAD_DISPOSABLE_LIST_H

#include <stddef.h>

/* A name a line, in byte order. */
extern const char disposable_list[];
extern const size_t disposable_list_bytes;

#endif
