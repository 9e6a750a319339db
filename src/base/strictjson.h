/* Knows what of JSON is taken from others: RFC 8259, each name once. */
#ifndef PISTE_BASE_STRICTJSON_H
#define PISTE_BASE_STRICTJSON_H

#include <jansson.h>

#include "base/str.h"

/*
 * An object or a list, a new reference; NULL when s is none, and *why tells.
 * A NUL anywhere is refused with json_error_null_character and its place.
 */
json_t *strictjson_read(struct str s, json_error_t *why);

#endif
