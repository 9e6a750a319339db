/* Implements optionwords.h. */
#include <string.h>

#include "optionwords.h"

static const struct optionword *
find(const char *word, const struct optionword *option, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(word, option[i].name))
			return &option[i];
	return NULL;
}

bool
optionwords_read(int words, char **word, const struct optionword *option,
    size_t count, bool *is_json)
{
	unsigned given = 0;

	for (int i = 0; i < words; i++) {
		const struct optionword *o = find(word[i], option, count);
		struct str value;

		if (!o && is_json && !strcmp(word[i], "--json")) {
			*is_json = true;
			continue;
		}
		if (!o || ++i == words || (given >> (o - option) & 1))
			return false;
		value = str_of(word[i]);
		if (!value.n || value.n > o->bytes_max || !str_is_utf8(value))
			return false;
		*o->into = value;
		given |= 1u << (o - option);
	}
	for (size_t i = 0; i < count; i++)
		if (option[i].is_needed && !(given >> i & 1))
			return false;
	return true;
}

bool
optionwords_flag(int *words, char **word, const char *name)
{
	int kept = 0, all = *words;

	for (int i = 0; i < all; i++)
		if (strcmp(word[i], name) != 0)
			word[kept++] = word[i];
	*words = kept;
	return kept < all;
}

bool
optionwords_among(struct str word, bool *is_synthetic)
{
	*is_synthetic = str_eq(word, STR("synthetic"));
	return *is_synthetic || str_eq(word, STR("real"));
}
