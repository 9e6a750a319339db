/*
 * Implements shown.h.  The payload is words with a blank between, of which
 * the last may hold blanks itself:
 *
 *	version, flags, bucket_version, epoch, issued_ms, language, page,
 *	experiment, variant, source.
 *
 * The visitor goes into the seal through its purpose, as what must be known to
 * open it.
 */
#include <assert.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/token.h"

#include "track/shown.h"

#define VERSION "1"
#define FLAG_PREFETCHED 1u
#define FLAG_FIRST 2u
#define NUMBERS_BYTES_MAX 80	/* five, their blanks, and a language */

static_assert(NUMBERS_BYTES_MAX + 3 * (SHOWN_KEY_BYTES_MAX + 1) +
    SHOWN_SOURCE_BYTES_MAX <= TOKEN_PAYLOAD_BYTES_MAX,
    "the longest token is a payload");

static const char *
purpose_for(struct arena *a, struct str visitor)
{
	return buf_join(a, STR("shown "), visitor).p;
}

static bool
is_key(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ' ')
			return false;
	return s.n > 0 && s.n <= SHOWN_KEY_BYTES_MAX;
}

static struct str
source_of(const struct shown *s)
{
	struct str source = str_slice(s->source, 0, SHOWN_SOURCE_BYTES_MAX);

	while (!str_is_utf8(source))
		source.n--;
	return source;
}

struct str
shown_seal(struct arena *a, const struct token_key *k, struct str visitor,
    const struct shown *s)
{
	const uint64_t number[] = {
		(s->is_prefetched ? FLAG_PREFETCHED : 0) |
		    (s->is_first ? FLAG_FIRST : 0),
		s->bucket_version, s->epoch, (uint64_t)s->issued_ms,
	};
	const struct str word[] = { lang_code(s->lang), s->page, s->experiment,
		s->variant, source_of(s) };
	struct buf b;

	assert(is_key(s->page) && is_key(s->experiment) && is_key(s->variant));
	buf_init(&b, a, TOKEN_PAYLOAD_BYTES_MAX);
	buf_add(&b, STR(VERSION));
	for (size_t i = 0; i < sizeof number / sizeof *number; i++) {
		buf_byte(&b, ' ');
		buf_u64(&b, number[i]);
	}
	for (size_t i = 0; i < sizeof word / sizeof *word; i++) {
		buf_byte(&b, ' ');
		buf_add(&b, word[i]);
	}
	return token_seal(a, k, purpose_for(a, visitor), buf_str(&b));
}

/* The next word of *rest, which loses it. */
static struct str
next(struct str *rest)
{
	struct str word;

	(void)str_cut(*rest, ' ', &word, rest);
	return word;
}

enum err
shown_parse(struct str payload, struct shown *out)
{
	struct shown s = { 0 };
	struct str rest = payload;
	uint32_t flags;

	if (!str_eq(next(&rest), STR(VERSION)) ||
	    !str_u32(next(&rest), 0, FLAG_PREFETCHED | FLAG_FIRST, &flags) ||
	    !str_u32(next(&rest), 0, UINT32_MAX, &s.bucket_version) ||
	    !str_u32(next(&rest), 0, INT32_MAX, &s.epoch) ||
	    !str_i64(next(&rest), 0, INT64_MAX, &s.issued_ms) ||
	    lang_parse(next(&rest), &s.lang))
		return ERR_INPUT;
	s.page = next(&rest);
	s.experiment = next(&rest);
	s.variant = next(&rest);
	s.source = rest;
	if (!is_key(s.page) || !is_key(s.experiment) || !is_key(s.variant) ||
	    s.source.n > SHOWN_SOURCE_BYTES_MAX || !str_is_utf8(payload) ||
	    str_has_control(payload, false))
		return ERR_INPUT;
	s.is_prefetched = flags & FLAG_PREFETCHED;
	s.is_first = flags & FLAG_FIRST;
	*out = s;
	return OK;
}

enum err
shown_open(struct arena *a, const struct token_key *k, struct str visitor,
    struct str text, struct shown *out)
{
	struct str payload;

	if (token_open(a, k, purpose_for(a, visitor), text, &payload) ||
	    shown_parse(payload, out))
		return ERR_DENIED;
	return OK;
}
