/* Implements siteorigin.h. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "page/reader.h"
#include "page/site.h"
#include "page/sitekey.h"
#include "page/siteobserve.h"
#include "page/siteorigin.h"

#define SERIAL_MAX 1e9

/*
 * As browsers write it (RFC 6454, 6.2): scheme, host, a port that is not the
 * scheme's, in lower case, no path.  It stands in a Content-Security-Policy,
 * where a blank or a semicolon would be another source or directive.
 */
static bool
is_origin(struct str s)
{
	struct str scheme, host, port;
	bool is_https, has_port;
	uint32_t number;

	if (!str_cut(s, ':', &scheme, &host) ||
	    !str_has_prefix(host, STR("//")))
		return false;
	is_https = str_eq(scheme, STR("https"));
	if (!is_https && !str_eq(scheme, STR("http")))
		return false;
	has_port = str_cut(str_slice(host, 2, host.n), ':', &host, &port);
	if (has_port && (!str_u32(port, 1, 65535, &number) ||
	    port.p[0] == '0' || number == (is_https ? 443 : 80)))
		return false;
	return host.n && host.p[0] != '-' && host.p[0] != '.' &&
	    strspn(host.p, "abcdefghijklmnopqrstuvwxyz0123456789.-") >= host.n;
}

static struct str
read_address(const struct reader_node *n, enum reader_need need)
{
	struct str s = reader_string(n, need, SITE_ORIGIN_BYTES_MAX);

	if (!s.n || is_origin(s))
		return s;
	reader_complain(n, "%.*s is no origin: https://www.example.com, in"
	    " small letters, with a port if it is not the usual one, without"
	    " a path", STR_ARG(reader_quote(n, s)));
	return STR_EMPTY;
}

static void
read_pages(const struct reader_node *n, const struct site *site,
    struct site_origin *out)
{
	/* Who only observes shows no form. */
	size_t count = reader_list(n, out->observe ? READER_MAY : READER_MUST,
	    SITE_OBJECTS_MAX);
	const struct site_page **page = arena_array(n->reader->arena, count,
	    sizeof *page);

	if (json_is_array(n->json) && !json_array_size(n->json))
		reader_complain(n, "an origin needs a page");
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(n, i);
		struct str key = reader_key(&item, READER_MUST);

		page[out->pages] = site_find(site, key);
		if (page[out->pages])
			out->pages++;
		else if (key.n)
			reader_complain(&item, "there is no page %.*s",
			    STR_ARG(reader_quote(n, key)));
	}
	reader_unique(n, NULL);
	out->page = page;
}

static void
read_origin(const struct reader_node *root, const struct reader_node *n,
    const struct site *site, struct site_origin *out)
{
	static const char *const known[] = { "key", "origin", "pages",
		"server", "serial", "revoked", "observe", NULL };
	static const struct reader_range serials = { READER_MAY, 1,
		SERIAL_MAX, 1 };
	struct reader_node key = reader_member(n, "key");
	struct reader_node address = reader_member(n, "origin");
	struct reader_node pages = reader_member(n, "pages");
	struct reader_node server = reader_member(n, "server");
	struct reader_node serial = reader_member(n, "serial");
	struct reader_node revoked = reader_member(n, "revoked");
	struct reader_node observe = reader_member(n, "observe");

	if (!reader_object(n, READER_MUST, known))
		return;
	out->key = reader_key(&key, READER_MUST);
	out->is_server = reader_flag(&server);
	out->is_revoked = reader_flag(&revoked);
	out->serial = (uint32_t)reader_whole(&serial, &serials);
	out->observe = siteobserve_read(root, &observe);
	/* A program on a server sends none, unless pages of it do. */
	out->address = read_address(&address, out->is_server &&
	    !out->observe ? READER_MAY : READER_MUST);
	read_pages(&pages, site, out);
}

bool
siteorigin_has(const struct site_origin *o, const struct site_page *pg)
{
	for (size_t i = 0; i < o->pages; i++)
		if (o->page[i] == pg)
			return true;
	return false;
}

static bool
shows(const struct site_origin *o, const struct site_page *pg)
{
	return !o->is_revoked && o->address.n && (!pg || siteorigin_has(o, pg));
}

/* Their addresses stand in one header. */
static void
check_pages(const struct reader_node *list, const struct site *site,
    const struct site_origin *all, size_t count)
{
	for (size_t i = 0; i < site->pages; i++) {
		size_t found = 0;

		for (size_t k = 0; k < count; k++)
			found += shows(&all[k], &site->page[i]);
		if (found > SITE_PAGE_ORIGINS_MAX)
			reader_complain(list, "%zu may show page %.*s, at most"
			    " %d are allowed", found,
			    STR_ARG(reader_quote(list, site->page[i].key)),
			    SITE_PAGE_ORIGINS_MAX);
	}
}

size_t
siteorigin_read(const struct reader_node *root, const struct site *site,
    struct site_origin **out)
{
	struct reader_node list = reader_member(root, "origins");
	size_t count = reader_list(&list, READER_MAY, SITE_ORIGINS_MAX);

	*out = arena_array(root->reader->arena, count, sizeof **out);
	for (size_t i = 0; i < count; i++) {
		struct reader_node item = reader_element(&list, i);

		read_origin(root, &item, site, &(*out)[i]);
	}
	reader_unique(&list, "key");
	siteobserve_check(&list, *out, count);
	if (count > SITE_PAGE_ORIGINS_MAX)
		check_pages(&list, site, *out, count);
	sitekey_sort(*out, count, sizeof **out);
	return count;
}

const struct site_origin *
siteorigin_find(const struct site *s, struct str key)
{
	return sitekey_find(s->origin, s->origins, sizeof *s->origin, key);
}

bool
siteorigin_allows(const struct site *s, const struct site_page *pg,
    struct str address)
{
	for (size_t i = 0; i < s->origins; i++)
		if (shows(&s->origin[i], pg) &&
		    str_eq(s->origin[i].address, address))
			return true;
	return false;
}

struct str
siteorigin_list(struct arena *a, const struct site *s,
    const struct site_page *pg)
{
	struct buf b;

	buf_init(&b, a, (size_t)SITE_PAGE_ORIGINS_MAX *
	    (SITE_ORIGIN_BYTES_MAX + 1));
	for (size_t i = 0; i < s->origins; i++) {
		if (!shows(&s->origin[i], pg))
			continue;
		if (b.n)
			buf_byte(&b, ' ');
		buf_add(&b, s->origin[i].address);
	}
	return buf_str(&b);
}
