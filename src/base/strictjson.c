/* Implements strictjson.h; JSON is read by jansson. */
#include <string.h>

#include "base/strictjson.h"

/* jansson keeps the code in the text's last byte: json_error_code(). */
static void
tell_nul(struct str before, json_error_t *why)
{
	struct str line;

	*why = (json_error_t){ .line = 1, .position = (int)before.n + 1,
		.source = "<buffer>", .text = "a NUL" };
	why->text[JSON_ERROR_TEXT_LENGTH - 1] =
	    (char)json_error_null_character;
	while (str_cut(before, '\n', &line, &before))
		why->line++;
	why->column = (int)str_chars(line) + 1;
}

json_t *
strictjson_read(struct str s, json_error_t *why)
{
	ptrdiff_t nul = str_find(s, '\0');

	/* jansson passes over one behind a number. */
	if (nul >= 0) {
		tell_nul(str_slice(s, 0, (size_t)nul), why);
		return NULL;
	}
	return json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, why);
}
