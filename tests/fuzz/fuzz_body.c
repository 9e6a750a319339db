/*
 * Form bodies: the first line is the content type, the rest the body.  What
 * is understood must be text within its limits, whatever was sent.
 */
#include <assert.h>

#include "base/arena.h"
#include "http/body.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void
judge(enum err e, const struct body *whole)
{
	const struct body body = *whole;

	assert(!e == !body.fault);
	assert(body.text_bytes <= BODY_TEXT_BYTES_MAX || body.fault);
	assert(body.files <= BODY_FILES_MAX);
	for (size_t i = 0; i < body.files; i++) {
		assert(body.file[i].field.n <= BODY_NAME_BYTES_MAX);
		assert(str_is_utf8(body.file[i].field));
		assert(str_is_utf8(body.file[i].name));
	}
	assert(body.count <= BODY_FIELDS_MAX);
	for (size_t i = 0; i < body.count; i++) {
		assert(body.field[i].name.n <= BODY_NAME_BYTES_MAX);
		assert(body.damage[i] ||
		    body.field[i].value.n <= BODY_VALUE_BYTES_MAX);
		assert(!body.damage[i] || body.fault);
		assert(str_is_utf8(body.field[i].name));
		assert(str_is_utf8(body.field[i].value));
		assert(str_find(body.field[i].name, '\0') < 0);
		assert(str_find(body.field[i].value, '\0') < 0);
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct arena *a;
	struct str type, bytes = { (const char *)data, size };
	struct body body;
	enum err e;

	if (!a)
		a = arena_new(ARENA_REQUEST_BYTES_MAX);
	arena_reset(a);
	if (!str_cut(bytes, '\n', &type, &bytes))
		return 0;
	e = body_parse(a, type, bytes, &body);
	judge(e, &body);
	assert(!body.files);
	e = body_parse_files(a, type, bytes, &body);
	judge(e, &body);
	return 0;
}
