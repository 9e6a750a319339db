/* Implements scoreread.h over jansson's tree. */
#include <stdarg.h>
#include <string.h>

#include "base/arena.h"

#include "lead/scoreread.h"

void
scoreread_complain(const struct scoreread_spot *s, const char *format, ...)
{
	va_list args;

	s->reading->is_wrong = true;
	fprintf(s->reading->complaints, "%s: ", s->path);
	va_start(args, format);
	vfprintf(s->reading->complaints, format, args);
	va_end(args);
	fputc('\n', s->reading->complaints);
}

/* A member's place; its json is NULL when there is none. */
struct scoreread_spot
scoreread_member(const struct scoreread_spot *s, const char *name)
{
	struct scoreread_spot m = { s->reading, json_object_get(s->json,
	    name), "" };

	snprintf(m.path, sizeof m.path, "%.150s.%s", s->path, name);
	return m;
}

struct scoreread_spot
scoreread_element(const struct scoreread_spot *s, size_t i)
{
	struct scoreread_spot m = { s->reading, json_array_get(s->json, i),
	    "" };

	snprintf(m.path, sizeof m.path, "%.150s[%zu]", s->path, i);
	return m;
}

/* An object with no other members than these, NULL behind the last. */
bool
scoreread_is_object(const struct scoreread_spot *s, const char *const *known)
{
	const char *name;
	json_t *value;

	if (!json_is_object(s->json)) {
		scoreread_complain(s, "must be an object");
		return false;
	}
	json_object_foreach(s->json, name, value) {
		size_t i = 0;

		while (known[i] && strcmp(name, known[i]))
			i++;
		if (!known[i])
			scoreread_complain(s, "unknown member \"%.64s\"", name);
	}
	return true;
}

/* A list of 1 to max elements. */
size_t
scoreread_list_of(const struct scoreread_spot *s, size_t max)
{
	size_t n = json_array_size(s->json);

	if (json_is_array(s->json) && n && n <= max)
		return n;
	scoreread_complain(s, "must be a list of 1 to %zu", max);
	return 0;
}

/* fallback where there is none; SCOREREAD_NEEDED for one that must be there. */
int64_t
scoreread_integer(const struct scoreread_spot *s, int64_t min, int64_t max,
    int64_t fallback)
{
	int64_t v = json_integer_value(s->json);

	if (!s->json && fallback != SCOREREAD_NEEDED)
		return fallback;
	if (json_is_integer(s->json) && v >= min && v <= max)
		return v;
	scoreread_complain(s, "must be a whole number from %lld to %lld",
	    (long long)min, (long long)max);
	return min;
}

struct str
scoreread_text(const struct scoreread_spot *s)
{
	struct str v = { json_string_value(s->json),
		json_string_length(s->json) };

	if (v.p && v.n && v.n <= SCOREREAD_TEXT_BYTES_MAX)
		return arena_copy(s->reading->arena, v);
	scoreread_complain(s, "must be a text of 1 to %d bytes",
	    SCOREREAD_TEXT_BYTES_MAX);
	return STR_EMPTY;
}
