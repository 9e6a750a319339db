/*
 * Preloaded into a program, fails one call of it: of the kind NTH_KIND names,
 * the one that NTH_CALL numbers, from 1; 0 fails none.  NTH_SEEN is a file of
 * eight bytes in which the calls of that kind are counted.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_BYTES_MAX 65536

static uint64_t none;
static uint64_t *seen = &none;
static uint64_t nth;
static const char *kind = "";
/* What dlsym asks for before it has told where calloc is. */
static char first[FIRST_BYTES_MAX] __attribute__((aligned(16)));
static size_t taken;

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("NTH_SEEN"), *number = getenv("NTH_CALL");
	const char *named = getenv("NTH_KIND");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *page = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *seen,
	    PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd >= 0)
		close(fd);
	if (page == MAP_FAILED || !number || !named)
		return;
	for (nth = 0; *number >= '0' && *number <= '9'; number++)
		nth = nth * 10 + (uint64_t)(*number - '0');
	seen = page;
	kind = named;
}

/* Is it this call's turn? */
static int
fails(const char *of)
{
	return !strcmp(kind, of) &&
	    __atomic_add_fetch(seen, 1, __ATOMIC_RELAXED) == nth;
}

#define NEXT(name) \
	static __typeof__(&name) next; \
	if (!next) \
		*(void **)&next = dlsym(RTLD_NEXT, #name)
/* The function of that name, which at its turn does as said instead. */
#define FAIL(type, name, of, instead, code, arguments, ...) \
	type name(__VA_ARGS__); \
	type name(__VA_ARGS__) \
	{ \
		NEXT(name); \
		if (fails(of)) { \
			type result = (instead); \
			\
			errno = (code); \
			return result; \
		} \
		return next arguments; \
	}

FAIL(void *, malloc, "malloc", NULL, ENOMEM, (n), size_t n)
FAIL(void *, realloc, "malloc", NULL, ENOMEM, (p, n), void *p, size_t n)
FAIL(void *, reallocarray, "malloc", NULL, ENOMEM, (p, n, each), void *p,
    size_t n, size_t each)

void *
calloc(size_t n, size_t each)
{
	static int is_asking;
	static void *(*next)(size_t, size_t);

	if (!next && is_asking) {
		size_t at = taken;

		taken += (n * each + 15) & ~(size_t)15;
		return taken > sizeof first ? NULL : first + at;
	}
	is_asking = 1;
	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "calloc");
	is_asking = 0;
	if (fails("malloc")) {
		errno = ENOMEM;
		return NULL;
	}
	return next(n, each);
}

/* No kernel refuses an eventfd's one: it is of no type that stat knows. */
static int
may_fail(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && st.st_mode & S_IFMT;
}

ssize_t
write(int fd, const void *p, size_t n)
{
	NEXT(write);
	if (may_fail(fd) && fails("write")) {
		errno = ENOSPC;
		return -1;
	}
	return next(fd, p, n);
}

FAIL(ssize_t, pwrite, "write", -1, ENOSPC, (fd, p, n, at), int fd,
    const void *p, size_t n, off_t at)
FAIL(int, fsync, "fsync", -1, EIO, (fd), int fd)
FAIL(int, fdatasync, "fsync", -1, EIO, (fd), int fd)
FAIL(int, rename, "rename", -1, EIO, (from, to), const char *from,
    const char *to)
FAIL(int, renameat, "rename", -1, EIO, (a, from, b, to), int a,
    const char *from, int b, const char *to)
FAIL(int, unlinkat, "rename", -1, EIO, (dir, name, flags), int dir,
    const char *name, int flags)
FAIL(int, ftruncate, "rename", -1, EIO, (fd, n), int fd, off_t n)
/* A connection that was reset stays so: libpq waits for the next read. */
static ssize_t
reset(int fd)
{
	shutdown(fd, SHUT_RDWR);
	return -1;
}

FAIL(ssize_t, send, "send", reset(fd), ECONNRESET, (fd, p, n, flags), int fd,
    const void *p, size_t n, int flags)
FAIL(ssize_t, recv, "send", reset(fd), ECONNRESET, (fd, p, n, flags), int fd,
    void *p, size_t n, int flags)

FAIL(PGconn *, PQconnectStartParams, "libpq", NULL, ENOMEM, (k, v, d),
    const char *const *k, const char *const *v, int d)
FAIL(PostgresPollingStatusType, PQconnectPoll, "libpq",
    PGRES_POLLING_FAILED, EIO, (c), PGconn *c)
FAIL(int, PQsendPrepare, "libpq", 0, EIO, (c, name, q, n, types), PGconn *c,
    const char *name, const char *q, int n, const Oid *types)
FAIL(int, PQsendQuery, "libpq", 0, EIO, (c, q), PGconn *c, const char *q)
FAIL(int, PQsendQueryPrepared, "libpq", 0, EIO, (c, name, n, v, l, f, r),
    PGconn *c, const char *name, int n, const char *const *v, const int *l,
    const int *f, int r)
FAIL(int, PQsetnonblocking, "libpq", -1, EIO, (c, on), PGconn *c, int on)
FAIL(int, PQconsumeInput, "libpq", 0, EIO, (c), PGconn *c)
FAIL(int, PQflush, "libpq", -1, EIO, (c), PGconn *c)
