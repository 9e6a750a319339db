/*
 * Prints the robots as a C source: embed-robots OWN.txt DIR
 * OWN.txt is src/track/robots.txt, DIR where src/ops/robots puts the package.
 */
#include "base/arena.h"
#include "robots.h"

#define EMBED_BYTES_MAX ((size_t)64 << 20)

int
main(int argc, char **argv)
{
	struct arena *a = arena_new(EMBED_BYTES_MAX);
	struct robots r;
	struct str own;
	bool ok;

	if (argc != 3) {
		fprintf(stderr, "usage: embed-robots OWN.txt DIR\n");
		return 2;
	}
	if (robots_file(a, argv[1], &own, stderr) ||
	    robots_init(&r, a, own, argv[2], stderr))
		return 1;
	robots_print(&r, stdout);
	ok = !fflush(stdout) && !ferror(stdout);
	robots_clear(&r);
	arena_free(a);
	return ok ? 0 : 1;
}
