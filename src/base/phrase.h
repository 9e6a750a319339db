/* Knows our own sentences, in every language. */
#ifndef PISTE_BASE_PHRASE_H
#define PISTE_BASE_PHRASE_H

#include "base/lang.h"
#include "base/str.h"

/* Every sentence a visitor reads that no marketer wrote: phrase.def. */
enum phrase {
#define PHRASE(name, fr, en) PHRASE_##name,
#include "base/phrase.def"
#undef PHRASE
	PHRASE_COUNT
};
struct str phrase_in(enum phrase p, enum lang l);
/* The same with its {} replaced by value, in the arena. */
struct arena;
struct str phrase_fill(struct arena *a, enum phrase p, enum lang l,
    struct str value);
/* Likewise each {} by the next of count values. */
struct str phrase_fill_all(struct arena *a, enum phrase p, enum lang l,
    const struct str *value, size_t count);

#endif
