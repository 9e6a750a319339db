/*
 * Implements reach.h by open addressing in a shared mapping: a claim is one
 * compare-and-swap, and nothing is ever taken out.
 *
 * The mapping stays at one place for the life of the process.  At a day's end
 * whoever notices first maps the next file over it, in one step of the
 * kernel's; a claim that is under way then falls into either set, and no
 * harm is done.  Between processes the directory's lock decides who makes the
 * file.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/fold.h"
#include "base/localday.h"
#include "base/log.h"
#include "base/token.h"

#include "track/reach.h"

#define SLOTS (2 * REACH_CLAIMS_MAX)
/* Half full, runs are far shorter; a damaged file's may not be. */
#define PROBES_MAX 1024
#define MAGIC "piste audience 1"
#define FRESH REACH_FILE ".new"

struct head {
	char magic[16];
	int64_t start_ms;
	int64_t end_ms;
	uint64_t key[2];
};

/* The file, as all processes see it. */
struct set {
	char magic[16];
	_Atomic int64_t start_ms;
	_Atomic int64_t end_ms;
	_Atomic uint64_t key[2];
	_Atomic uint64_t claims;
	_Atomic uint64_t claim[SLOTS];	/* 0: free */
};

static_assert(sizeof(struct head) == offsetof(struct set, claims) &&
    sizeof(((struct head *)0)->key) == crypto_shorthash_KEYBYTES,
    "the head is written as it is read");

struct reach {
	struct set *set;
	char *state;
	_Atomic uint64_t untold;
	pthread_mutex_t turning;	/* for what follows */
	int64_t retry_ms;		/* not before, after a failure */
};

/* MAP_FAILED when it can't be had. */
static void *
map(int flags, int fd)
{
	return mmap(NULL, sizeof(struct set), PROT_READ | PROT_WRITE, flags,
	    fd, 0);
}

/*
 * Put a mapping where the set is.  It is moved there, not made there: who
 * looks on finds the one or the other, and race detectors see no write.
 */
static void
put(struct reach *r, void *mapped)
{
	if (mapped == MAP_FAILED || mremap(mapped, sizeof *r->set,
	    sizeof *r->set, MREMAP_MAYMOVE | MREMAP_FIXED, r->set) ==
	    MAP_FAILED)
		abort();
}

/* Where the set is, while there is no file: nobody's day. */
static void
unmap(struct reach *r)
{
	put(r, map(MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1));
}

static bool
serves(const struct localday *d, int64_t now_ms)
{
	return now_ms >= d->start_ms - REACH_LATE_MS && now_ms < d->end_ms;
}

static struct localday
day_of(const struct set *s)
{
	return (struct localday){
		atomic_load_explicit(&s->start_ms, memory_order_relaxed),
		atomic_load_explicit(&s->end_ms, memory_order_relaxed),
	};
}

/* Is what stands in the file today's, in the site's zone of now? */
static bool
is_ours(const struct head *h, uint64_t claims, int64_t now_ms)
{
	struct localday d = { h->start_ms, h->end_ms }, today;

	/* Who is killed while they reserve leaves one more than there are. */
	if (memcmp(h->magic, MAGIC, sizeof h->magic) || !serves(&d, now_ms) ||
	    claims > SLOTS)
		return false;
	today = localday_of(now_ms < d.start_ms ? d.start_ms : now_ms);
	return today.start_ms == d.start_ms && today.end_ms == d.end_ms;
}

/* The day's file, or -1; of any other one the key is gone then. */
static int
open_file(int directory, int64_t now_ms)
{
	static const struct head none;
	int fd = openat(directory, REACH_FILE, O_RDWR | O_CLOEXEC |
	    O_NOFOLLOW | O_NONBLOCK);
	struct { struct head head; uint64_t claims; } start;
	struct stat st;

	if (fd < 0)
		return -1;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) &&
	    st.st_size == (off_t)sizeof(struct set) &&
	    file_read(fd, &start, sizeof start) == sizeof start &&
	    is_ours(&start.head, start.claims, now_ms))
		return fd;
	if (S_ISREG(st.st_mode) && pwrite(fd, &none, sizeof none, 0) < 0)
		log_event(LOG_WARN, "reach.wipe",
		    LOG_Z("reason", strerror(errno)));
	close(fd);
	return -1;
}

/* Its blocks are taken at once: a full disk must not meet a page view. */
static int
make_file(int directory, int64_t now_ms)
{
	struct localday d = localday_of(now_ms);
	struct head h = { .start_ms = d.start_ms, .end_ms = d.end_ms };
	int fd = openat(directory, FRESH, O_RDWR | O_CREAT | O_TRUNC |
	    O_CLOEXEC | O_NOFOLLOW, 0600);
	bool is_made;

	if (fd < 0)
		return -1;
	memcpy(h.magic, MAGIC, sizeof h.magic);
	token_random(h.key, sizeof h.key);
	errno = posix_fallocate(fd, 0, sizeof(struct set));
	is_made = !errno && !file_write(fd, (struct str){ (char *)&h,
	    sizeof h }) && !renameat(directory, FRESH, directory, REACH_FILE);
	explicit_bzero(&h, sizeof h);
	if (is_made)
		return fd;
	unlinkat(directory, FRESH, 0);
	close(fd);
	return -1;
}

/* Under the lock.  ERR_AWAY: there is no set now; *why is the errno. */
static enum err
take_file(struct reach *r, int64_t now_ms, int *why)
{
	int directory = open(r->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	void *mapped = MAP_FAILED;
	int fd = -1;

	unmap(r);
	if (directory < 0 || flock(directory, LOCK_EX))
		goto close_directory;
	fd = open_file(directory, now_ms);
	if (fd < 0)
		fd = make_file(directory, now_ms);
	if (fd < 0)
		goto close_directory;
	mapped = map(MAP_SHARED, fd);
	if (mapped != MAP_FAILED)
		put(r, mapped);
close_directory:
	*why = errno;
	if (fd >= 0)
		close(fd);
	if (directory >= 0)
		close(directory);
	return mapped == MAP_FAILED ? ERR_AWAY : OK;
}

/* Who has waited since yesterday must not bring it back. */
static bool
is_late(const struct localday *d, int64_t now_ms)
{
	return now_ms < d->start_ms && localday_has(d, clock_now_ms());
}

/* Is there a set for now_ms?  Makes it the one in force. */
static bool
turn(struct reach *r, int64_t now_ms)
{
	struct localday d;
	int why;

	pthread_mutex_lock(&r->turning);
	d = day_of(r->set);
	if (is_late(&d, now_ms))
		now_ms = d.start_ms;
	if (!serves(&d, now_ms) && clock_mono_ms() >= r->retry_ms) {
		if (take_file(r, now_ms, &why)) {
			log_event(LOG_ERROR, "reach.file",
			    LOG_Z("reason", strerror(why)));
			r->retry_ms = clock_mono_ms() + REACH_RETRY_MS;
		}
		d = day_of(r->set);
	}
	pthread_mutex_unlock(&r->turning);
	return serves(&d, now_ms);
}

struct reach *
reach_new(struct str state)
{
	struct reach *r = calloc(1, sizeof *r);

	if (!r || pthread_mutex_init(&r->turning, NULL))
		abort();
	r->state = strndup(state.p, state.n);
	r->set = mmap(NULL, sizeof *r->set, PROT_NONE, MAP_PRIVATE |
	    MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (!r->state || r->set == MAP_FAILED)
		abort();
	unmap(r);
	(void)turn(r, clock_now_ms());
	return r;
}

void
reach_free(struct reach *r)
{
	if (!r)
		return;
	munmap(r->set, sizeof *r->set);
	pthread_mutex_destroy(&r->turning);
	free(r->state);
	free(r);
}

/* IPv4's usual form is what came: each view asks, so it isn't read. */
static struct str
owner_of(struct str address, char room[ADDR_OWNER_BYTES_MAX])
{
	return address.n && memchr(address.p, ':', address.n) ?
	    addr_owner(address, room) : address;
}

/*
 * Folded before it is hashed, with a seed: who could choose an agent that
 * meets another one would hide behind a visitor of their choice.  Never 0.
 */
static uint64_t
identify(struct set *s, const struct reach_who *who, enum reach_sign sign)
{
	const uint64_t key[] = {
		atomic_load_explicit(&s->key[0], memory_order_relaxed),
		atomic_load_explicit(&s->key[1], memory_order_relaxed),
	};
	char room[ADDR_OWNER_BYTES_MAX];
	uint64_t text = fold_bytes(key[0] + sign,
	    owner_of(who->address, room));
	union {
		unsigned char bytes[crypto_shorthash_BYTES];
		uint64_t number;
	} hash;

	text = fold_bytes(fold_bytes(text, who->agent), who->page);
	crypto_shorthash(hash.bytes, (const unsigned char *)&text, sizeof text,
	    (const unsigned char *)key);
	return hash.number ? hash.number : 1;
}

/* A place is taken before it is written to, so that no more can be. */
static bool
reserve(struct set *s)
{
	if (atomic_fetch_add(&s->claims, 1) < REACH_CLAIMS_MAX)
		return true;
	atomic_fetch_sub(&s->claims, 1);
	return false;
}

static enum reach_verdict
claim(struct set *s, uint64_t who)
{
	for (size_t i = 0; i < PROBES_MAX; i++) {
		_Atomic uint64_t *slot = &s->claim[(who + i) % SLOTS];
		uint64_t found = atomic_load_explicit(slot,
		    memory_order_relaxed);

		if (!found) {
			if (!reserve(s))
				return REACH_UNTOLD;
			if (atomic_compare_exchange_strong(slot, &found, who))
				return REACH_NEW;
			atomic_fetch_sub(&s->claims, 1);
		}
		if (found == who)
			return REACH_KNOWN;
	}
	return REACH_UNTOLD;
}

enum reach_verdict
reach_claim(struct reach *r, const struct reach_who *who,
    enum reach_sign sign, int64_t now_ms)
{
	struct localday d = day_of(r->set);
	enum reach_verdict verdict = REACH_UNTOLD;

	if (serves(&d, now_ms) || turn(r, now_ms))
		verdict = claim(r->set, identify(r->set, who, sign));
	if (verdict == REACH_UNTOLD)
		atomic_fetch_add(&r->untold, 1);
	return verdict;
}

int64_t
reach_hour(struct reach *r, int64_t now_ms)
{
	struct localday d = day_of(r->set);

	if (!serves(&d, now_ms)) {
		if (!turn(r, now_ms))
			return now_ms - now_ms % LOCALDAY_HOUR_MS;
		d = day_of(r->set);
	}
	return localday_hour(&d, now_ms);
}

void
reach_counts(struct reach *r, struct reach_count *out)
{
	*out = (struct reach_count){
		.claims = atomic_load(&r->set->claims),
		.untold = atomic_load(&r->untold),
	};
}
