/*
 * Implements ticket.h.  The payload is binary to keep the token short:
 *
 *	version u8, id 16 bytes, revision u32, lang u8, flags u8,
 *	bucket_version u32, issued_ms u64, epoch u32, visitor_tag u64,
 *	present u16, then page, variant, experiment, consent_hash, source,
 *	medium, campaign, click_id, arm, content, keyword, product,
 *	affiliate, channel, click_kind, code: each that is not empty, the
 *	first by the lowest bit of present, as its length u8 and its bytes.
 *
 * Numbers have their most significant byte first.  A ticket has exactly one
 * payload, so a seal can be compared.  Earlier versions, which visitors still
 * hold, had all parts in place of present, empty ones too: version 2 those up
 * to arm, version 1 those up to click_id, and neither epoch nor tag.
 */
#include <assert.h>
#include <endian.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "form/normal.h"

#include "form/ticket.h"

#define PURPOSE "form"
#define HEX_BYTES (2 * TOKEN_HASH_BYTES)
#define PARTS_OF_1 8
#define PARTS_OF_2 9
#define PARTS 16
#define FLAGS 6

static_assert(TICKET_TOUCH_BYTES_MAX <= 255 && TICKET_KEY_BYTES_MAX <= 255,
    "a length is one byte");
static_assert(49 + PARTS + 7 * TICKET_KEY_BYTES_MAX + HEX_BYTES +
    8 * TICKET_TOUCH_BYTES_MAX <= TOKEN_PAYLOAD_BYTES_MAX,
    "the longest ticket is a payload");

/* The text parts in their order on the wire. */
static const struct part {
	size_t offset;
	uint8_t bytes_max;
	bool is_foreign;	/* from an address anybody may write */
} parts[PARTS] = {
	{ offsetof(struct ticket, page), TICKET_KEY_BYTES_MAX, false },
	{ offsetof(struct ticket, variant), TICKET_KEY_BYTES_MAX, false },
	{ offsetof(struct ticket, experiment), TICKET_KEY_BYTES_MAX, false },
	{ offsetof(struct ticket, consent_hash), HEX_BYTES, false },
	{ offsetof(struct ticket, touch.source), TICKET_TOUCH_BYTES_MAX, true },
	{ offsetof(struct ticket, touch.medium), TICKET_TOUCH_BYTES_MAX, true },
	{ offsetof(struct ticket, touch.campaign), TICKET_TOUCH_BYTES_MAX,
	    true },
	{ offsetof(struct ticket, touch.click_id), TICKET_TOUCH_BYTES_MAX,
	    true },
	{ offsetof(struct ticket, arm), TICKET_KEY_BYTES_MAX, false },
	{ offsetof(struct ticket, touch.content), TICKET_TOUCH_BYTES_MAX,
	    true },
	{ offsetof(struct ticket, touch.keyword), TICKET_TOUCH_BYTES_MAX,
	    true },
	{ offsetof(struct ticket, touch.product), TICKET_TOUCH_BYTES_MAX,
	    true },
	{ offsetof(struct ticket, touch.affiliate), TICKET_TOUCH_BYTES_MAX,
	    true },
	{ offsetof(struct ticket, touch.channel), TICKET_KEY_BYTES_MAX, false },
	{ offsetof(struct ticket, touch.click_kind), TICKET_KEY_BYTES_MAX,
	    false },
	{ offsetof(struct ticket, touch.code), TICKET_KEY_BYTES_MAX, false },
};

/* By their bits, from the lowest. */
static const size_t flags[FLAGS] = {
	offsetof(struct ticket, is_again),
	offsetof(struct ticket, is_synthetic),
	offsetof(struct ticket, is_prefetched),
	offsetof(struct ticket, is_preview),
	offsetof(struct ticket, needs_work),
	offsetof(struct ticket, is_first),
};

static bool *
flag_of(struct ticket *t, size_t flag)
{
	return (bool *)((char *)t + flags[flag]);
}

static struct str *
part_of(struct ticket *t, const struct part *part)
{
	return (struct str *)((char *)t + part->offset);
}

static void
put_number(struct buf *b, uint64_t v, size_t bytes)
{
	char digit[sizeof v];

	v = htobe64(v);
	memcpy(digit, &v, sizeof v);
	buf_add(b, (struct str){ digit + sizeof v - bytes, bytes });
}

/* Does an @ stand between a character and a name with a dot? */
static bool
holds_address(struct str s)
{
	bool is_domain = false;

	for (size_t i = 1; i < s.n; i++)
		if (s.p[i] == '@')
			is_domain = s.p[i - 1] != '@' && s.p[i - 1] != ' ';
		else if (s.p[i] == ' ')
			is_domain = false;
		else if (s.p[i] == '.' && is_domain)
			return true;
	return false;
}

static bool
is_clean(struct str s)
{
	return str_is_utf8(s) && !normal_has_control(s, false) &&
	    !holds_address(s);
}

struct str
ticket_clean(struct str s)
{
	if (!is_clean(s))
		return STR_EMPTY;
	if (s.n <= TICKET_TOUCH_BYTES_MAX)
		return s;
	s.n = TICKET_TOUCH_BYTES_MAX;
	while (s.n && !str_is_utf8(s))
		s.n--;
	return s;
}

struct str
ticket_seal(struct arena *a, const struct token_key *k,
    const struct ticket *t)
{
	struct ticket whole = *t;
	unsigned bits = 0, present = 0;
	struct str part[PARTS];
	struct buf b;

	for (size_t i = 0; i < PARTS; i++) {
		part[i] = *part_of(&whole, &parts[i]);
		if (part[i].n && parts[i].is_foreign)
			part[i] = ticket_clean(part[i]);
		present |= (unsigned)(part[i].n > 0) << i;
	}
	buf_init(&b, a, TOKEN_PAYLOAD_BYTES_MAX);
	put_number(&b, TICKET_VERSION, 1);
	buf_add(&b, (struct str){ (const char *)t->id.bytes,
	    sizeof t->id.bytes });
	put_number(&b, t->revision, 4);
	put_number(&b, t->lang, 1);
	for (size_t i = 0; i < FLAGS; i++)
		bits |= (unsigned)*flag_of(&whole, i) << i;
	put_number(&b, bits, 1);
	put_number(&b, t->bucket_version, 4);
	put_number(&b, (uint64_t)t->issued_ms, 8);
	put_number(&b, t->epoch, 4);
	put_number(&b, t->visitor_tag, 8);
	put_number(&b, present, 2);
	for (size_t i = 0; i < PARTS; i++) {
		if (!part[i].n)
			continue;
		assert(part[i].n <= parts[i].bytes_max);
		put_number(&b, part[i].n, 1);
		buf_add(&b, part[i]);
	}
	return token_seal(a, k, PURPOSE, buf_str(&b));
}

/* Take n bytes from the head of *rest. */
static bool
take(struct str *rest, size_t n, struct str *out)
{
	if (rest->n < n)
		return false;
	*out = str_slice(*rest, 0, n);
	*rest = str_slice(*rest, n, rest->n);
	return true;
}

static bool
take_number(struct str *rest, size_t bytes, uint64_t *out)
{
	struct str s;

	if (!take(rest, bytes, &s))
		return false;
	*out = 0;
	for (size_t i = 0; i < s.n; i++)
		*out = *out << 8 | (unsigned char)s.p[i];
	return true;
}

static bool
take_head(struct str *rest, struct ticket *out, uint64_t *version)
{
	uint64_t revision, lang, bits, bucket, issued, epoch = 0;
	struct str id;

	if (!take_number(rest, 1, version) || !*version ||
	    *version > TICKET_VERSION ||
	    !take(rest, sizeof out->id.bytes, &id) ||
	    !take_number(rest, 4, &revision) ||
	    !take_number(rest, 1, &lang) || lang >= LANG_COUNT ||
	    !take_number(rest, 1, &bits) || bits >> FLAGS ||
	    !take_number(rest, 4, &bucket) ||
	    !take_number(rest, 8, &issued) || issued > INT64_MAX)
		return false;
	if (*version > 1 && (!take_number(rest, 4, &epoch) ||
	    !take_number(rest, 8, &out->visitor_tag)))
		return false;
	memcpy(out->id.bytes, id.p, id.n);
	out->revision = (uint32_t)revision;
	out->lang = (enum lang)lang;
	for (size_t i = 0; i < FLAGS; i++)
		*flag_of(out, i) = bits >> i & 1;
	out->bucket_version = (uint32_t)bucket;
	out->epoch = (uint32_t)epoch;
	out->issued_ms = (int64_t)issued;
	return true;
}

static bool
take_parts(struct str *rest, struct ticket *out, uint64_t version)
{
	bool is_sparse = version == TICKET_VERSION;
	uint64_t present = (1 << (version == 1 ? PARTS_OF_1 : PARTS_OF_2)) - 1;
	uint64_t n;

	if (is_sparse && !take_number(rest, 2, &present))
		return false;
	for (size_t i = 0; i < PARTS; i++) {
		struct str *s = part_of(out, &parts[i]);

		if (!(present >> i & 1))
			continue;
		if (!take_number(rest, 1, &n) || n > parts[i].bytes_max ||
		    (is_sparse && !n) || !take(rest, n, s) || !is_clean(*s))
			return false;
	}
	return rest->n == 0;
}

static bool
is_hash(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') &&
		    !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return s.n == 0 || s.n == HEX_BYTES;
}

enum err
ticket_parse(struct str payload, struct ticket *out)
{
	struct ticket t = { 0 };
	uint64_t version;

	if (!take_head(&payload, &t, &version) ||
	    !take_parts(&payload, &t, version) ||
	    !t.page.n || !is_hash(t.consent_hash))
		return ERR_INPUT;
	*out = t;
	return OK;
}

enum err
ticket_open(struct arena *a, const struct token_key *k, struct str text,
    struct ticket *out)
{
	struct str payload;

	if (token_open(a, k, PURPOSE, text, &payload) ||
	    ticket_parse(payload, out))
		return ERR_DENIED;
	return OK;
}
