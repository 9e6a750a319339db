/* Knows the languages we speak, and how one is chosen. */
#ifndef PISTE_BASE_LANG_H
#define PISTE_BASE_LANG_H

#include <stddef.h>

#include "base/str.h"

enum lang { LANG_FR, LANG_EN };
#define LANG_COUNT 2

/* One sentence in every language; an empty entry is missing. */
struct text {
	struct str in[LANG_COUNT];
};

/* "fr" or "en". */
struct str lang_code(enum lang l);
MUST_USE enum err lang_parse(struct str code, enum lang *out);

/*
 * Choose among offered[0..count): what was asked for (?lang=) if offered, else
 * the best of Accept-Language (RFC 9110 section 12.5.4, weights respected,
 * region ignored), else offered[0].  count is at least 1.
 */
enum lang lang_choose(struct str asked, struct str accept_language,
    const enum lang *offered, size_t count);

/* In l, else in whatever language it has. */
struct str lang_text(const struct text *t, enum lang l);

#endif
