/* Implements phrase.h: our sentences. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/phrase.h"

#define PHRASE_BYTES_MAX 2000

static const struct {
	const char *in[LANG_COUNT];
} phrases[PHRASE_COUNT] = {
#define PHRASE(name, fr, en) [PHRASE_##name] = { { fr, en } },
#include "base/phrase.def"
#undef PHRASE
};

struct str
phrase_in(enum phrase p, enum lang l)
{
	return str_of(phrases[p].in[l]);
}

struct str
phrase_fill(struct arena *a, enum phrase p, enum lang l, struct str value)
{
	struct str rest = phrase_in(p, l), before;
	struct buf b;

	buf_init(&b, a, PHRASE_BYTES_MAX);
	if (str_cut(rest, '{', &before, &rest)) {
		buf_add(&b, before);
		buf_add(&b, value);
		rest = str_slice(rest, 1, rest.n);
		buf_add(&b, rest);
	} else {
		buf_add(&b, before);
	}
	return buf_str(&b);
}
