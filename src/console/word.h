/* Knows the console's own words, in every language: word.def. */
#ifndef PISTE_CONSOLE_WORD_H
#define PISTE_CONSOLE_WORD_H

#include "base/lang.h"
#include "base/str.h"

struct arena;
struct view;

enum word {
#define WORD(name, fr, en) WORD_##name,
#include "console/word.def"
#undef WORD
	WORD_COUNT
};
struct str word_in(enum word w, enum lang l);
/* The same with each {} replaced by the next of count values, in the arena. */
struct str word_fill(struct arena *a, enum word w, enum lang l,
    const struct str *value, size_t count);
/* Likewise for one number. */
struct str word_number(struct arena *a, enum word w, enum lang l, int64_t n);
/* Set every word as the marker W_NAME. */
void word_set_all(struct view *v, enum lang l);

#endif
