/* Implements word.h. */
#include "base/arena.h"
#include "base/buf.h"
#include "page/view.h"

#include "console/word.h"

#define WORD_BYTES_MAX 4000

static const struct {
	const char *marker;
	const char *in[LANG_COUNT];
} entries[WORD_COUNT] = {
#define WORD(name, fr, en) [WORD_##name] = { "W_" #name, { fr, en } },
#include "console/word.def"
#undef WORD
};

struct str
word_in(enum word w, enum lang l)
{
	return str_of(entries[w].in[l]);
}

struct str
word_fill(struct arena *a, enum word w, enum lang l, const struct str *value,
    size_t count)
{
	struct str rest = word_in(w, l), before;
	struct buf b;

	buf_init(&b, a, WORD_BYTES_MAX);
	for (size_t i = 0; str_cut(rest, '{', &before, &rest); i++) {
		buf_add(&b, before);
		buf_add(&b, i < count ? value[i] : STR_EMPTY);
		rest = str_slice(rest, 1, rest.n);
	}
	buf_add(&b, before);
	return buf_str(&b);
}

struct str
word_number(struct arena *a, enum word w, enum lang l, int64_t n)
{
	char digits[STR_I64_BYTES];
	struct str text = str_from_i64(digits, n);

	return word_fill(a, w, l, &text, 1);
}

void
word_set_all(struct view *v, enum lang l)
{
	for (size_t i = 0; i < WORD_COUNT; i++)
		view_set(v, entries[i].marker, word_in((enum word)i, l));
}
