/*
 * Reads MaxMind-format files through libmaxminddb, mapped into memory.  The
 * files are input like any other: what they hold is judged before it is
 * believed, and a file that does not hold together is not opened.  When to
 * look for a newer file is the caller's business.
 */
#include <arpa/inet.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/arena.h"
#include "base/log.h"

#include "geo/geo.h"

#define DATE_BYTES 11		/* 2026-06-05 and a NUL */
#define PROBES 32		/* look-ups a new file must survive */
#define PATH_KEYS_MAX 4

enum { FAMILY_4, FAMILY_6, FAMILIES };

/* What tells one file from the one that replaced it. */
struct stamp {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

/* One open file; whoever reads in it holds a reference. */
struct file {
	atomic_int references;
	MMDB_s db;
	char build[DATE_BYTES];
};

/* A place on disk and the file that was last opened there. */
struct slot {
	char *path;		/* NULL: not configured */
	struct stamp seen;	/* also of what could not be opened */
	struct file *file;	/* guarded by geo.lock */
};

struct geo {
	pthread_mutex_t lock;		/* for slot.file, held for moments */
	pthread_mutex_t refreshing;	/* one refresh at a time */
	struct slot slot[FAMILIES];
};

/* Where a fact may stand in a file, the best place first. */
struct shelf {
	const char *keys[PATH_KEYS_MAX + 1];
};

static const struct shelf countries[] = {
	{ { "country", "iso_code" } },
	{ { "country_code" } },
	{ { NULL } },
};
static const struct shelf regions[] = {
	{ { "subdivisions", "0", "iso_code" } },
	{ { "state1" } },
	{ { NULL } },
};
static const struct shelf cities[] = {
	{ { "city", "names", "fr" } },
	{ { "city", "names", "en" } },
	{ { "city" } },
	{ { NULL } },
};
static const struct shelf radii[] = {
	{ { "location", "accuracy_radius" } },
	{ { NULL } },
};

static struct file *
file_hold(struct file *f)
{
	if (f)
		atomic_fetch_add(&f->references, 1);
	return f;
}

static void
file_drop(struct file *f)
{
	if (f && atomic_fetch_sub(&f->references, 1) == 1) {
		MMDB_close(&f->db);
		free(f);
	}
}

/* The first of the shelves that holds data; false when none does. */
static bool
entry_find(MMDB_entry_s *entry, const struct shelf *shelf,
    MMDB_entry_data_s *out)
{
	for (; shelf->keys[0]; shelf++) {
		if (MMDB_aget_value(entry, out, shelf->keys) == MMDB_SUCCESS &&
		    out->has_data && out->type != MMDB_DATA_TYPE_MAP)
			return true;
	}
	return false;
}

static struct str
entry_text(MMDB_entry_s *entry, const struct shelf *shelf, struct arena *a)
{
	MMDB_entry_data_s data;
	struct str text;

	if (!entry_find(entry, shelf, &data) ||
	    data.type != MMDB_DATA_TYPE_UTF8_STRING ||
	    data.data_size > GEO_TEXT_BYTES_MAX)
		return STR_EMPTY;
	text = (struct str){ data.utf8_string, data.data_size };
	if (!str_is_utf8(text) || str_has_control(text, false))
		return STR_EMPTY;
	return arena_copy(a, text);
}

static struct str
entry_country(MMDB_entry_s *entry, struct arena *a)
{
	struct str text = entry_text(entry, countries, a);
	char code[2];

	if (text.n != sizeof code)
		return STR_EMPTY;
	for (size_t i = 0; i < sizeof code; i++) {
		code[i] = (char)(text.p[i] & ~0x20);
		if (code[i] < 'A' || code[i] > 'Z')
			return STR_EMPTY;
	}
	return arena_copy(a, (struct str){ code, sizeof code });
}

static int32_t
entry_radius(MMDB_entry_s *entry)
{
	MMDB_entry_data_s data;

	if (!entry_find(entry, radii, &data))
		return -1;
	if (data.type == MMDB_DATA_TYPE_UINT16)
		return data.uint16;
	if (data.type == MMDB_DATA_TYPE_UINT32 && data.uint32 <= INT32_MAX)
		return (int32_t)data.uint32;
	return -1;
}

static void
entry_read(MMDB_entry_s *entry, struct arena *a, bool is_whole,
    struct place *out)
{
	out->country = entry_country(entry, a);
	out->region = entry_text(entry, regions, a);
	if (!is_whole)
		return;
	out->city = entry_text(entry, cities, a);
	out->radius_km = entry_radius(entry);
}

/*
 * The library checks a file's frame when it opens it, and each record only
 * when it is looked up.  Addresses spread over the whole space are tried, so
 * that a file with a broken body never takes the place of a good one.
 */
static int
file_probe(const MMDB_s *db)
{
	const struct sockaddr_storage none = { 0 };
	int error = MMDB_SUCCESS;

	for (uint32_t i = 0; i < PROBES && !error; i++) {
		struct sockaddr_storage at = none;
		struct sockaddr_in *v4 = (struct sockaddr_in *)&at;
		struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&at;
		MMDB_lookup_result_s found;
		MMDB_entry_data_s data;

		if (i % 2 && db->metadata.ip_version == 6) {
			v6->sin6_family = AF_INET6;
			v6->sin6_addr.s6_addr[0] = 0x20;
			v6->sin6_addr.s6_addr[1] = (uint8_t)(i * 256 / PROBES);
		} else {
			v4->sin_family = AF_INET;
			v4->sin_addr.s_addr = htonl(i * (UINT32_MAX / PROBES));
		}
		found = MMDB_lookup_sockaddr(db, (struct sockaddr *)&at,
		    &error);
		if (!error && found.found_entry)
			error = MMDB_get_value(&found.entry, &data, NULL);
	}
	return error;
}

/* An epoch that no calendar holds leaves the date empty. */
static void
file_date(struct file *f)
{
	uint64_t epoch = f->db.metadata.build_epoch;
	time_t at = (time_t)epoch;
	struct tm day;

	if (epoch > INT32_MAX * UINT64_C(4) || !gmtime_r(&at, &day) ||
	    !strftime(f->build, sizeof f->build, "%Y-%m-%d", &day))
		f->build[0] = '\0';
}

/* NULL, and a line in the log, when path is no database that can be used. */
static struct file *
file_open(const char *path)
{
	struct file *f = calloc(1, sizeof *f);
	int error;

	if (!f)
		abort();
	error = MMDB_open(path, MMDB_MODE_MMAP, &f->db);
	if (error)
		goto release;
	error = f->db.metadata.ip_version == 4 ||
	    f->db.metadata.ip_version == 6 ?
	    file_probe(&f->db) : MMDB_INVALID_METADATA_ERROR;
	if (error)
		goto close;
	file_date(f);
	atomic_init(&f->references, 1);
	log_event(LOG_INFO, "geo.open", LOG_Z("file", path),
	    LOG_Z("type", f->db.metadata.database_type),
	    LOG_Z("build", f->build));
	return f;
close:
	MMDB_close(&f->db);
release:
	free(f);
	log_event(LOG_WARN, "geo.refused", LOG_Z("file", path),
	    LOG_Z("reason", MMDB_strerror(error)));
	return NULL;
}

/* All zero when there is no regular file. */
static struct stamp
stamp_of(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return (struct stamp){ 0 };
	return (struct stamp){ st.st_dev, st.st_ino, st.st_size, st.st_mtim };
}

static bool
stamp_same(const struct stamp *a, const struct stamp *b)
{
	return a->device == b->device && a->inode == b->inode &&
	    a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
	    a->changed.tv_nsec == b->changed.tv_nsec;
}

/*
 * The stamp is taken before the file is opened: a file replaced in between is
 * then opened once more than needed, never missed.
 */
static void
slot_refresh(struct geo *g, struct slot *slot)
{
	struct stamp now = stamp_of(slot->path);
	struct file *fresh, *old;

	if (stamp_same(&now, &slot->seen))
		return;
	slot->seen = now;
	if (!now.inode) {
		log_event(LOG_WARN, "geo.absent", LOG_Z("file", slot->path));
		return;
	}
	fresh = file_open(slot->path);
	if (!fresh)
		return;
	pthread_mutex_lock(&g->lock);
	old = slot->file;
	slot->file = fresh;
	pthread_mutex_unlock(&g->lock);
	file_drop(old);
}

static void
slot_init(struct geo *g, struct slot *slot, struct str path)
{
	if (str_is_empty(path))
		return;
	slot->path = strndup(path.p, path.n);
	if (!slot->path)
		abort();
	/* A stamp no file has, so that an absent one is reported too. */
	slot->seen.size = -1;
	slot_refresh(g, slot);
}

struct geo *
geo_new(struct str path4, struct str path6)
{
	struct geo *g = calloc(1, sizeof *g);

	if (!g)
		abort();
	pthread_mutex_init(&g->lock, NULL);
	pthread_mutex_init(&g->refreshing, NULL);
	if (str_is_empty(path4) && str_is_empty(path6))
		log_event(LOG_WARN, "geo.none");
	slot_init(g, &g->slot[FAMILY_4], path4);
	slot_init(g, &g->slot[FAMILY_6], path6);
	return g;
}

void
geo_free(struct geo *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < FAMILIES; i++) {
		file_drop(g->slot[i].file);
		free(g->slot[i].path);
	}
	pthread_mutex_destroy(&g->refreshing);
	pthread_mutex_destroy(&g->lock);
	free(g);
}

void
geo_refresh(struct geo *g)
{
	/* Somebody is at it: the file will be open when it is needed. */
	if (pthread_mutex_trylock(&g->refreshing))
		return;
	for (size_t i = 0; i < FAMILIES; i++)
		if (g->slot[i].path)
			slot_refresh(g, &g->slot[i]);
	pthread_mutex_unlock(&g->refreshing);
}

/* The file for a family: IPv6 has one of its own only if it was given one. */
static struct file *
geo_file(struct geo *g, int family)
{
	struct file *f;

	if (!g->slot[family].path)
		family = FAMILY_4;
	pthread_mutex_lock(&g->lock);
	f = file_hold(g->slot[family].file);
	pthread_mutex_unlock(&g->lock);
	return f;
}

/* An IPv4 address in IPv6's clothes is looked up as what it is. */
static bool
address_read(struct str text, struct sockaddr_storage *at, int *family)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)at;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)at;
	char z[INET6_ADDRSTRLEN];
	struct in6_addr a6;

	memset(at, 0, sizeof *at);
	if (str_z(text, z, sizeof z))
		return false;
	if (inet_pton(AF_INET, z, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
	} else if (inet_pton(AF_INET6, z, &a6) != 1) {
		return false;
	} else if (IN6_IS_ADDR_V4MAPPED(&a6)) {
		v4->sin_family = AF_INET;
		memcpy(&v4->sin_addr, &a6.s6_addr[12], sizeof v4->sin_addr);
	} else {
		v6->sin6_family = AF_INET6;
		v6->sin6_addr = a6;
	}
	*family = at->ss_family == AF_INET ? FAMILY_4 : FAMILY_6;
	return true;
}

static void
find(struct geo *g, struct arena *a, struct str address, bool is_whole,
    struct place *out)
{
	struct sockaddr_storage at;
	MMDB_lookup_result_s found;
	struct file *f;
	int family, error;

	*out = (struct place){ STR_EMPTY, STR_EMPTY, STR_EMPTY, -1, STR_EMPTY };
	if (!address_read(address, &at, &family))
		return;
	f = geo_file(g, family);
	if (!f)
		return;
	found = MMDB_lookup_sockaddr(&f->db, (struct sockaddr *)&at, &error);
	if (!error) {
		out->build = arena_copy(a, str_of(f->build));
		if (found.found_entry)
			entry_read(&found.entry, a, is_whole, out);
	}
	file_drop(f);
}

void
geo_find(struct geo *g, struct arena *a, struct str address,
    struct place *out)
{
	find(g, a, address, true, out);
}

void
geo_region(struct geo *g, struct arena *a, struct str address,
    struct place *out)
{
	find(g, a, address, false, out);
}

bool
geo_is_open(struct geo *g, struct arena *a, struct str *build)
{
	struct file *f = geo_file(g, FAMILY_4);

	if (!f)
		f = geo_file(g, FAMILY_6);
	*build = f ? arena_copy(a, str_of(f->build)) : STR_EMPTY;
	file_drop(f);
	return f != NULL;
}
