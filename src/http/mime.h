/* Knows parameters of header values, as in multipart/form-data; boundary=x. */
#ifndef PISTE_HTTP_MIME_H
#define PISTE_HTTP_MIME_H

#include <stdbool.h>

#include "base/str.h"

/* A token of RFC 2045, and nothing else. */
bool mime_is_token(struct str s);
bool mime_is_utf8(struct str charset);

/* Cut value before its first parameter: *rest begins with its semicolon. */
void mime_cut(struct str value, struct str *kind, struct str *rest);

/*
 * Cut one ;name=value off *rest; false if that is not what it begins with.
 * A value is a token, or a quoted string without a backslash: parsers disagree
 * on what one would quote.
 */
bool mime_cut_parameter(struct str *rest, struct str *name,
    struct str *value);

#endif
