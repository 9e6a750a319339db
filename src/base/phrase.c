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
phrase_fill_all(struct arena *a, enum phrase p, enum lang l,
    const struct str *value, size_t count)
{
	struct str rest = phrase_in(p, l), before;
	struct buf b;

	buf_init(&b, a, PHRASE_BYTES_MAX);
	for (size_t i = 0; str_cut(rest, '{', &before, &rest); i++) {
		buf_add(&b, before);
		buf_add(&b, i < count ? value[i] : STR_EMPTY);
		rest = str_slice(rest, 1, rest.n);
	}
	buf_add(&b, before);
	return buf_str(&b);
}

struct str
phrase_fill(struct arena *a, enum phrase p, enum lang l, struct str value)
{
	return phrase_fill_all(a, p, l, &value, 1);
}
