/*
 * Implements stock.h.  Apart from site_parse, which is pure, and from the
 * database's part of an apply: another machine may hold other templates.
 */
#include <jansson.h>

#include "page/site.h"
#include "page/template.h"

#include "page/stock.h"

#define NAME_BYTES_MAX (SITE_KEY_BYTES_MAX + sizeof "landing/")

static bool
is_there(const struct template_set *set, const char *name)
{
	char path[NAME_BYTES_MAX];
	int n = snprintf(path, sizeof path, "landing/%s", name);

	return n >= (int)sizeof path || template_find(set, str_of(path));
}

enum err
stock_check(struct str json, const struct template_set *set,
    FILE *complaints)
{
	json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL);
	json_t *page, *variant;
	size_t i, k;
	enum err e = OK;

	json_array_foreach(json_object_get(root, "pages"), i, page) {
		/* Nobody is shown it: its template may be gone. */
		if (json_is_true(json_object_get(page, "archived")))
			continue;
		json_array_foreach(json_object_get(page, "variants"), k,
		    variant) {
			const char *name = json_string_value(
			    json_object_get(variant, "template"));

			if (!name || is_there(set, name))
				continue;
			fprintf(complaints, "$.pages[%zu].variants[%zu]"
			    ".template: there is no landing/%s.tpl\n", i, k,
			    name);
			e = ERR_INPUT;
		}
	}
	json_decref(root);
	return e;
}
