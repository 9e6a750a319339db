/* Addresses get the place a file gives them, whatever the file is like. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "geo/geo.h"
#include "support/suite.h"

#define FILE_BYTES_MAX 8192
#define PATH_BYTES_MAX 300
#define THREADS 4
#define SWAPS 200

static struct str directory;

/* Every test file, made once for all the tests of this suite. */
static void
files_make(void)
{
	int status;
	pid_t child;

	directory = suite_directory();
	child = fork();
	if (!child) {
		execl("tests/support/make-mmdb", "make-mmdb", directory.p,
		    (char *)NULL);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(!status, "tests/support/make-mmdb did not run");
}

static struct str
path_of(const char *name)
{
	if (!*name)
		return STR_EMPTY;
	return buf_fmt(suite_arena(), PATH_BYTES_MAX, "%.*s/%s",
	    STR_ARG(directory), name);
}

static const char *
path_z(const char *name)
{
	return arena_copy(suite_arena(), path_of(name)).p;
}

static size_t
file_read(const char *name, unsigned char bytes[FILE_BYTES_MAX])
{
	FILE *f = fopen(path_z(name), "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(bytes, 1, FILE_BYTES_MAX, f);
	fclose(f);
	ck_assert_uint_gt(n, 0);
	ck_assert_uint_lt(n, FILE_BYTES_MAX);
	return n;
}

/* Put bytes where name is, as a replacement should be: by rename. */
static void
file_write(const char *name, const void *bytes, size_t n)
{
	const char *next = path_z("next");
	FILE *f = fopen(next, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(rename(next, path_z(name)), 0);
}

static void
file_copy(const char *from, const char *to)
{
	unsigned char bytes[FILE_BYTES_MAX];

	file_write(to, bytes, file_read(from, bytes));
}

static const char june[] = "2026-06-05";

static const struct {
	const char *file4, *file6;
	const char *address;
	const char *country, *region, *city;
	int32_t radius_km;
	const char *build;
} places[] = {
	/* MaxMind's schema, both families in one file */
	{ "city.mmdb", "", "192.0.2.0", "FR", "ARA", "Lyon", 5, june },
	{ "city.mmdb", "", "192.0.2.255", "FR", "ARA", "Lyon", 5, june },
	{ "city.mmdb", "", "192.0.3.0", "", "", "", -1, june },
	{ "city.mmdb", "", "198.51.100.7", "BE", "BRU", "Bruxelles", 10, june },
	{ "city.mmdb", "", "203.0.113.1", "DE", "", "Berlin", -1, june },
	{ "city.mmdb", "", "127.0.0.2", "FR", "IDF", "Paris", 20, june },
	{ "city.mmdb", "", "127.0.0.1", "", "", "", -1, june },
	{ "city.mmdb", "", "2001:db8::1", "CH", "GE", "Genève", 50, june },
	{ "city.mmdb", "", "::ffff:192.0.2.1", "FR", "ARA", "Lyon", 5, june },
	{ "city.mmdb", "", "::", "", "", "", -1, june },
	/* the flat schema, a file for each family */
	{ "flat4.mmdb", "flat6.mmdb", "192.0.2.9", "FR",
	    "Auvergne-Rhône-Alpes", "Lyon", -1, june },
	{ "flat4.mmdb", "flat6.mmdb", "203.0.113.1", "DE", "", "", -1, june },
	{ "flat4.mmdb", "flat6.mmdb", "2001:db8:ffff::", "CH", "Genève",
	    "Genève", -1, june },
	{ "flat4.mmdb", "flat6.mmdb", "::ffff:127.0.0.2", "FR",
	    "Île-de-France", "Paris", -1, june },
	/* one family only */
	{ "flat4.mmdb", "", "2001:db8::1", "", "", "", -1, "" },
	{ "", "flat6.mmdb", "192.0.2.1", "", "", "", -1, "" },
	{ "", "flat6.mmdb", "2001:db8::1", "CH", "Genève", "Genève", -1, june },
	{ "", "", "192.0.2.1", "", "", "", -1, "" },
	{ "absent.mmdb", "", "192.0.2.1", "", "", "", -1, "" },
	{ "city.mmdb", "absent.mmdb", "2001:db8::1", "", "", "", -1, "" },
	{ "city.mmdb", "absent.mmdb", "192.0.2.1", "FR", "ARA", "Lyon", 5,
	    june },
	/* what is no address */
	{ "city.mmdb", "", "", "", "", "", -1, "" },
	{ "city.mmdb", "", "unix:", "", "", "", -1, "" },
	{ "city.mmdb", "", "192.0.2", "", "", "", -1, "" },
	{ "city.mmdb", "", "192.0.2.1 ", "", "", "", -1, "" },
	{ "city.mmdb", "", "0300.0.2.1", "", "", "", -1, "" },
	{ "city.mmdb", "", "fe80::1%eth0", "", "", "", -1, "" },
	{ "city.mmdb", "",
	    "2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0001",
	    "", "", "", -1, "" },
	/* values that are not believed */
	{ "odd.mmdb", "", "192.0.2.2", "", "", "", -1, june },
	{ "odd.mmdb", "", "192.0.2.3", "", "", "", -1, june },
	{ "odd.mmdb", "", "192.0.2.4", "", "", "", -1, june },
};

START_TEST(address_has_its_place)
{
	struct geo *g = geo_new(path_of(places[_i].file4),
	    path_of(places[_i].file6));
	struct place got;

	geo_find(g, suite_arena(), str_of(places[_i].address), &got);
	ck_assert_str_same(got.country, str_of(places[_i].country));
	ck_assert_str_same(got.region, str_of(places[_i].region));
	ck_assert_str_same(got.city, str_of(places[_i].city));
	ck_assert_int_eq(got.radius_km, places[_i].radius_km);
	ck_assert_str_same(got.build, str_of(places[_i].build));
	geo_region(g, suite_arena(), str_of(places[_i].address), &got);
	ck_assert_str_same(got.country, str_of(places[_i].country));
	ck_assert_str_same(got.region, str_of(places[_i].region));
	ck_assert_str_same(got.city, STR_EMPTY);
	ck_assert_int_eq(got.radius_km, -1);
	geo_free(g);
}
END_TEST

/* A country's case is mended; texts are taken up to their limit. */
START_TEST(values_are_judged)
{
	struct geo *g = geo_new(path_of("odd.mmdb"), STR_EMPTY);
	struct place got;

	geo_find(g, suite_arena(), STR("192.0.2.0"), &got);
	ck_assert_str_same(got.country, STR("FR"));
	ck_assert_uint_eq(got.region.n, GEO_TEXT_BYTES_MAX);
	ck_assert_str_same(got.city, STR_EMPTY);
	geo_find(g, suite_arena(), STR("192.0.2.1"), &got);
	ck_assert_str_same(got.country, STR_EMPTY);
	ck_assert_str_same(got.region, STR_EMPTY);
	ck_assert_str_same(got.city, STR_EMPTY);
	geo_free(g);
}
END_TEST

START_TEST(address_with_a_nul_is_none)
{
	struct geo *g = geo_new(path_of("city.mmdb"), STR_EMPTY);
	struct place got;

	geo_find(g, suite_arena(), STR("192.0.2.1\0"), &got);
	ck_assert_str_same(got.country, STR_EMPTY);
	geo_free(g);
}
END_TEST

static void
city_is(struct geo *g, const char *want)
{
	struct place got;

	geo_find(g, suite_arena(), STR("192.0.2.1"), &got);
	ck_assert_str_same(got.city, str_of(want));
}

START_TEST(replaced_file_is_opened)
{
	struct geo *g;
	struct str build;

	file_copy("city.mmdb", "live.mmdb");
	g = geo_new(path_of("live.mmdb"), STR_EMPTY);
	city_is(g, "Lyon");
	file_copy("later.mmdb", "live.mmdb");
	city_is(g, "Lyon");
	geo_refresh(g);
	city_is(g, "Villeurbanne");
	ck_assert(geo_is_open(g, suite_arena(), &build));
	ck_assert_str_same(build, STR("2026-07-05"));
	geo_free(g);
}
END_TEST

static const char *const broken[] = {
	"", "not a database", "\xab\xcd\xefMaxMind.com",
	"\xab\xcd\xefMaxMind.com\xe0",
};

START_TEST(broken_file_does_not_replace_a_good_one)
{
	struct geo *g;

	file_copy("city.mmdb", "live.mmdb");
	g = geo_new(path_of("live.mmdb"), STR_EMPTY);
	file_write("live.mmdb", broken[_i], strlen(broken[_i]));
	geo_refresh(g);
	city_is(g, "Lyon");
	ck_assert_int_eq(unlink(path_z("live.mmdb")), 0);
	geo_refresh(g);
	city_is(g, "Lyon");
	file_copy("later.mmdb", "live.mmdb");
	geo_refresh(g);
	city_is(g, "Villeurbanne");
	geo_free(g);
}
END_TEST

START_TEST(absent_file_is_opened_when_it_comes)
{
	struct str build = STR("?");
	struct geo *g;

	unlink(path_z("live.mmdb"));
	g = geo_new(path_of("live.mmdb"), STR_EMPTY);
	ck_assert(!geo_is_open(g, suite_arena(), &build));
	ck_assert_str_same(build, STR_EMPTY);
	city_is(g, "");
	file_copy("city.mmdb", "live.mmdb");
	geo_refresh(g);
	city_is(g, "Lyon");
	geo_free(g);
}
END_TEST

/* A pipe would hold the opener for ever. */
START_TEST(what_is_no_file_is_not_opened)
{
	struct str build;
	struct geo *g;

	ck_assert_int_eq(mkfifo(path_z("pipe"), 0600), 0);
	g = geo_new(path_of("pipe"), directory);
	ck_assert(!geo_is_open(g, suite_arena(), &build));
	geo_free(g);
	ck_assert_int_eq(unlink(path_z("pipe")), 0);
}
END_TEST

static void
place_is_sane(const struct place *p)
{
	ck_assert(p->country.n == 0 || p->country.n == 2);
	ck_assert_uint_le(p->region.n, GEO_TEXT_BYTES_MAX);
	ck_assert_uint_le(p->city.n, GEO_TEXT_BYTES_MAX);
	ck_assert(str_is_utf8(p->region) && str_is_utf8(p->city));
	ck_assert(!str_has_control(p->city, false));
	ck_assert_int_ge(p->radius_km, -1);
}

static const char *const addresses[] = {
	"192.0.2.1", "127.0.0.2", "198.51.100.1", "203.0.113.1", "8.8.8.8",
	"2001:db8::1",
};

/* Open what live.mmdb has become, and look everything up in it. */
static void
file_survives(struct arena *a)
{
	struct geo *g = geo_new(path_of("live.mmdb"), STR_EMPTY);
	struct place got;

	for (size_t i = 0; i < COUNT(addresses); i++) {
		geo_find(g, a, str_of(addresses[i]), &got);
		place_is_sane(&got);
	}
	geo_free(g);
}

static const char *const originals[] = {
	"city.mmdb", "flat4.mmdb", "flat6.mmdb",
};

START_TEST(truncated_file_is_survived)
{
	unsigned char bytes[FILE_BYTES_MAX];
	size_t n = file_read(originals[_i], bytes);
	struct arena *a = arena_new(1 << 20);

	for (size_t cut = 0; cut < n; cut++) {
		file_write("live.mmdb", bytes, cut);
		file_survives(a);
		arena_reset(a);
	}
	arena_free(a);
}
END_TEST

static const unsigned char masks[] = { 0x01, 0x20, 0x80, 0xff };

START_TEST(flipped_bits_are_survived)
{
	unsigned char bytes[FILE_BYTES_MAX];
	size_t n = file_read(originals[_i], bytes);
	struct arena *a = arena_new(1 << 20);

	for (size_t at = 0; at < n; at++) {
		unsigned char mask = masks[at % COUNT(masks)];

		bytes[at] ^= mask;
		file_write("live.mmdb", bytes, n);
		file_survives(a);
		arena_reset(a);
		bytes[at] ^= mask;
	}
	arena_free(a);
}
END_TEST

struct reader {
	struct geo *g;
	atomic_bool *is_over;
	uint64_t finds;
	bool is_torn;	/* a city of one file with the date of another */
};

static void *
reader_run(void *of)
{
	struct reader *r = of;
	struct arena *a = arena_new(1 << 20);

	while (!atomic_load(r->is_over) || !r->finds) {
		struct place got;

		geo_find(r->g, a, STR("192.0.2.1"), &got);
		r->is_torn |= !str_eq(got.build,
		    str_eq(got.city, STR("Lyon")) ? STR("2026-06-05") :
		    STR("2026-07-05"));
		r->finds++;
		arena_reset(a);
	}
	arena_free(a);
	return NULL;
}

static size_t
mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[1024];
	size_t n = 0;

	ck_assert_ptr_nonnull(maps);
	while (fgets(line, sizeof line, maps))
		n += strstr(line, "live.mmdb") != NULL;
	fclose(maps);
	return n;
}

START_TEST(lookups_beside_a_refresh)
{
	atomic_bool is_over = false;
	struct reader readers[THREADS] = { 0 };
	pthread_t threads[THREADS];
	struct geo *g;

	file_copy("city.mmdb", "live.mmdb");
	g = geo_new(path_of("live.mmdb"), STR_EMPTY);
	for (size_t i = 0; i < THREADS; i++) {
		readers[i] = (struct reader){ g, &is_over, 0, false };
		ck_assert_int_eq(pthread_create(&threads[i], NULL, reader_run,
		    &readers[i]), 0);
	}
	for (size_t i = 0; i < SWAPS; i++) {
		file_copy(i % 2 ? "city.mmdb" : "later.mmdb", "live.mmdb");
		geo_refresh(g);
	}
	atomic_store(&is_over, true);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		ck_assert(!readers[i].is_torn);
		ck_assert_uint_gt(readers[i].finds, 0);
	}
	city_is(g, "Lyon");
	ck_assert_uint_eq(mappings(), 1);
	geo_free(g);
	ck_assert_uint_eq(mappings(), 0);
}
END_TEST

SUITE_APART(geo)
{
	tcase_add_unchecked_fixture(suite_case, files_make, NULL);
	SUITE_LOOP(address_has_its_place, COUNT(places));
	SUITE_TEST(values_are_judged);
	SUITE_TEST(address_with_a_nul_is_none);
	SUITE_TEST(replaced_file_is_opened);
	SUITE_LOOP(broken_file_does_not_replace_a_good_one, COUNT(broken));
	SUITE_TEST(absent_file_is_opened_when_it_comes);
	SUITE_TEST(what_is_no_file_is_not_opened);
	SUITE_LOOP(truncated_file_is_survived, COUNT(originals));
	SUITE_LOOP(flipped_bits_are_survived, COUNT(originals));
	SUITE_TEST(lookups_beside_a_refresh);
}
