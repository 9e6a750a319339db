/*
 * Implements attachment.h.  A file's own name is a text of the visitor's: it
 * is shown to people and never used to find, open or serve anything.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/token.h"
#include "form/media.h"
#include "form/normal.h"

#include "form/attachment.h"

#define LIST_BYTES_MAX 300
#define SIZE_BYTES_MAX 40
#define JSON_BYTES_MAX (1000 + 6 * ATTACHMENT_NAME_BYTES_MAX)
#define KILO 1024u

/* Old browsers send the whole path, with either slash. */
static struct str
without_folders(struct str name)
{
	for (size_t i = name.n; i > 0; i--)
		if (name.p[i - 1] == '/' || name.p[i - 1] == '\\')
			return str_slice(name, i, name.n);
	return name;
}

static struct str
shown_name(struct arena *a, struct str name)
{
	struct str s = normal_text(a, normal_shown(a, without_folders(name),
	    false), true);
	size_t n = 0;

	for (size_t step; n < s.n; n += step) {
		step = str_utf8_step(str_slice(s, n, s.n));
		if (n + step > ATTACHMENT_NAME_BYTES_MAX)
			break;
	}
	return str_slice(s, 0, n);
}

enum field_error
attachment_check(struct arena *a, const struct field *f,
    const struct attachment_file *file, struct attachment *out)
{
	char *hash;
	enum media kind;

	*out = (struct attachment){ STR_EMPTY, STR_EMPTY, STR_EMPTY,
	    STR_EMPTY, STR_EMPTY };
	if (!file->name.n && !file->bytes.n)
		return f->is_required ? FIELD_MISSING : FIELD_FINE;
	if (file->bytes.n > f->bytes_max)
		return FIELD_TOO_BIG;
	if (media_of(file->bytes, &kind) || !(f->media & 1u << kind))
		return FIELD_NOT_MEDIA;
	hash = arena_take(a, TOKEN_HASH_TEXT);
	out->name = shown_name(a, file->name);
	out->bytes = file->bytes;
	out->type = str_of(media_traits(kind)->type);
	out->sha256 = token_hash(file->bytes, hash);
	return FIELD_FINE;
}

struct str
attachment_json(struct arena *a, const struct attachment *at)
{
	struct buf b;

	buf_init(&b, a, JSON_BYTES_MAX);
	buf_byte(&b, '{');
	if (at->id.n)
		buf_json_pair(&b, "file", at->id);
	buf_json_pair(&b, "name", at->name);
	buf_json_name(&b, "bytes");
	buf_u64(&b, at->bytes.n);
	buf_json_pair(&b, "type", at->type);
	buf_json_pair(&b, "sha256", at->sha256);
	buf_byte(&b, '}');
	return buf_str(&b);
}

struct str
attachment_titles(struct arena *a, const struct field *f)
{
	struct buf b;

	buf_init(&b, a, LIST_BYTES_MAX);
	for (int m = 0; m < MEDIA_KINDS; m++)
		if (f->media & 1u << m)
			buf_addf(&b, "%s%s", b.n ? ", " : "",
			    media_traits((enum media)m)->title);
	return buf_str(&b);
}

struct str
attachment_endings(struct arena *a, const struct field *f)
{
	struct buf b;

	buf_init(&b, a, LIST_BYTES_MAX);
	for (int m = 0; m < MEDIA_KINDS; m++)
		if (f->media & 1u << m)
			buf_addf(&b, "%s%s", b.n ? "," : "",
			    media_traits((enum media)m)->endings);
	return buf_str(&b);
}

struct str
attachment_limit(struct arena *a, const struct field *f, enum lang l)
{
	uint32_t kilos = f->bytes_max / KILO, megas = kilos / KILO;
	const char *unit = l == LANG_FR ? "o" : "B";

	if (megas && kilos % KILO == 0)
		return buf_fmt(a, SIZE_BYTES_MAX, "%u\u00a0M%s", megas, unit);
	if (kilos)
		return buf_fmt(a, SIZE_BYTES_MAX, "%u\u00a0k%s", kilos, unit);
	return buf_fmt(a, SIZE_BYTES_MAX, "%u\u00a0%s", f->bytes_max,
	    l == LANG_FR ? "octets" : "bytes");
}
