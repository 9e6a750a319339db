/*
 * Implements template.h: finds the files, puts includes in place, has
 * markup.c judge the result and view.cc compile it.  Includes are text put
 * together before compiling, so that an included marker is escaped for the
 * place it really stands in, and ctemplate's cache and locks are never used.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "page/folder.h"
#include "page/markup.h"
#include "page/template.h"
#include "page/view.h"

#define ENDING ".tpl"
#define COMPLAINTS_MAX 200
#define COMPLAINT_BYTES_MAX 1000
#define WHY_BYTES_MAX (64 << 10)
/* All files' texts, and one template with its includes and line table. */
#define FILES_BYTES_MAX ((size_t)128 << 20)
#define WORK_BYTES_MAX ((size_t)64 << 20)

struct entry {
	struct str name;
	struct view_template *view;
};

struct template_set {
	struct arena *arena;
	struct entry entry[TEMPLATE_FILES_MAX];	/* sorted by name */
	size_t entries;
};

/* A *.tpl file as read. */
struct file {
	struct str name;	/* "landing/_form" */
	struct str path;	/* with the directory, as complaints name it */
	struct str text;
};

struct loader {
	struct arena *arena;	/* of the files */
	struct arena *work;	/* of the template being put together */
	FILE *out;
	struct file file[TEMPLATE_FILES_MAX];
	size_t files;
	struct str told[COMPLAINTS_MAX];
	size_t tellings;
};

/* One template being put together. */
struct assembly {
	struct buf text;
	struct markup_line *line;
	size_t lines;
	size_t capacity;
	bool is_broken;
};

/* A partial's mistake is found through each template that includes it. */
static void
tell(struct loader *l, struct str path, uint32_t line, struct str reason)
{
	struct str text = buf_fmt(l->arena, COMPLAINT_BYTES_MAX,
	    "%.*s:%u: %.*s", STR_ARG(path), line, STR_ARG(reason));

	for (size_t i = 0; i < l->tellings; i++)
		if (str_eq(l->told[i], text))
			return;
	if (l->tellings == COMPLAINTS_MAX)
		return;
	l->told[l->tellings++] = text;
	fprintf(l->out, "%.*s\n", STR_ARG(text));
}

static void
tell_mistake(void *context, const struct markup_line *where,
    struct str reason)
{
	tell(context, where->file, where->number, reason);
}

/* Files. */

static enum err
read_whole(struct arena *a, struct str path, size_t size, struct str *out)
{
	char *p = arena_take(a, size + 1);
	int fd = open(arena_copy(a, path).p, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return ERR_AWAY;
	*out = (struct str){ p, file_read(fd, p, size) };
	close(fd);
	return out->n == size ? OK : ERR_AWAY;
}

static enum err
take_file(void *context, struct str path, struct str name,
    const struct stat *st)
{
	struct loader *l = context;
	struct file *f = &l->file[l->files];

	if (l->files == TEMPLATE_FILES_MAX) {
		tell(l, path, 1, STR("there are too many templates"));
		return OK;
	}
	if (st->st_size > TEMPLATE_BYTES_MAX) {
		tell(l, path, 1, STR("this file is too long"));
		return OK;
	}
	if (read_whole(l->arena, path, (size_t)st->st_size, &f->text)) {
		tell(l, path, 1, STR("this file can't be read"));
		return OK;
	}
	if (!str_is_utf8(f->text) || str_has_control(f->text, true)) {
		tell(l, path, 1, STR("this file is no UTF-8 text"));
		return OK;
	}
	f->path = path;
	f->name = name;
	l->files++;
	return OK;
}

static const struct file *
find_file(const struct loader *l, struct str name)
{
	for (size_t i = 0; i < l->files; i++)
		if (str_eq(l->file[i].name, name))
			return &l->file[i];
	return NULL;
}

/* Includes. */

static void
add_line(struct loader *l, struct assembly *as, struct str text,
    struct markup_line where)
{
	if (as->lines == as->capacity) {
		size_t more = as->capacity ? as->capacity * 2 : 256;
		struct markup_line *p = arena_array(l->work, more, sizeof *p);

		if (as->lines)
			memcpy(p, as->line, as->lines * sizeof *p);
		as->line = p;
		as->capacity = more;
	}
	as->line[as->lines++] = where;
	buf_add(&as->text, text);
	buf_byte(&as->text, '\n');
}

/* With its slash; empty at the top. */
static struct str
folder_of(struct str name)
{
	const char *slash = memrchr(name.p, '/', name.n);

	return str_slice(name, 0, slash ? (size_t)(slash - name.p) + 1 : 0);
}

/* In "landing/hero" {{>NAME}} gives "landing/_name"; false for other text. */
static bool
parse_include(struct loader *l, struct str line, struct str folder,
    struct str *name)
{
	struct str s = str_trim(line);
	struct buf b;

	if (!str_has_prefix(s, STR("{{>")) || !str_has_suffix(s, STR("}}")))
		return false;
	buf_init(&b, l->work, folder.n + MARKUP_NAME_BYTES_MAX);
	buf_add(&b, folder);
	buf_byte(&b, '_');
	for (size_t i = 3; i < s.n - 2; i++) {
		char c = s.p[i];

		if (!((c >= 'A' && c <= 'Z') || c == '_'))
			return false;
		buf_byte(&b, c == '_' ? c : (char)(c | 0x20));
	}
	*name = buf_str(&b);
	return true;
}

static void
assemble(struct loader *l, struct assembly *as, const struct file *f,
    int depth)
{
	struct markup_line where = { f->path, 0 };
	struct str rest = f->text, line, name;

	while (rest.n) {
		const struct file *part;

		str_cut(rest, '\n', &line, &rest);
		where.number++;
		if (!parse_include(l, line, folder_of(f->name), &name)) {
			add_line(l, as, line, where);
			continue;
		}
		part = find_file(l, name);
		if (part && depth < TEMPLATE_INCLUDE_DEPTH_MAX) {
			assemble(l, as, part, depth + 1);
			continue;
		}
		as->is_broken = true;
		tell(l, f->path, where.number, buf_fmt(l->work,
		    COMPLAINT_BYTES_MAX, part ?
		    "includes are nested too deeply: %.*s" :
		    "there is no " ENDING " file to include: %.*s",
		    STR_ARG(name)));
	}
}

/* Compiling. */

/* The text without its section markers, so that any prefix is balanced. */
static void
flatten(struct loader *l, const struct markup *m, struct buf *flat,
    size_t *line_end)
{
	size_t line = 0, at = 0;

	buf_init(flat, l->work, TEMPLATE_BYTES_MAX);
	while (at < m->text.n) {
		struct str rest = str_slice(m->text, at, m->text.n);

		if (str_has_prefix(rest, STR("{{#")) ||
		    str_has_prefix(rest, STR("{{/"))) {
			at += (size_t)str_find(rest, '}') + 2;
			continue;
		}
		buf_byte(flat, rest.p[0]);
		if (rest.p[0] == '\n')
			line_end[line++] = flat->n;
		at++;
	}
}

static bool
can_compile(struct loader *l, struct str text)
{
	struct buf why;
	struct view_template *t;

	buf_init(&why, l->work, WHY_BYTES_MAX);
	t = view_compile(text, &why);
	view_close(t);
	return t != NULL;
}

/* ctemplate doesn't say where: halve the text until one line is left. */
static size_t
refused_line(struct loader *l, const struct markup *m)
{
	size_t *line_end = arena_array(l->work, m->lines, sizeof *line_end);
	size_t good = 0, bad = m->lines;
	struct buf flat;

	flatten(l, m, &flat, line_end);
	if (can_compile(l, buf_str(&flat)))
		return 0;
	while (bad - good > 1) {
		size_t half = good + (bad - good) / 2;

		if (can_compile(l, str_slice(buf_str(&flat), 0,
		    line_end[half - 1])))
			good = half;
		else
			bad = half;
	}
	return bad - 1;
}

/* The first line of what ctemplate said, without its own prefixes. */
static struct str
tidy(struct str why)
{
	static const char mark[] = "ERROR: ";
	const char *p;
	struct str rest;

	str_cut(why, '\n', &why, &rest);
	while ((p = memmem(why.p, why.n, mark, sizeof mark - 1)) != NULL)
		why = str_slice(why, (size_t)(p - why.p) + sizeof mark - 1,
		    why.n);
	return why.n ? why : STR("ctemplate refuses it");
}

static struct view_template *
build(struct loader *l, const struct file *f)
{
	struct assembly as = { .is_broken = false };
	struct view_template *t;
	struct markup m;
	struct buf why;

	arena_reset(l->work);
	buf_init(&as.text, l->work, TEMPLATE_BYTES_MAX);
	assemble(l, &as, f, 0);
	if (as.text.full || !as.lines) {
		tell(l, f->path, 1, as.lines ?
		    STR("with its includes this file is too long") :
		    STR("this file is empty"));
		return NULL;
	}
	m = (struct markup){ buf_str(&as.text), as.line, as.lines };
	if (!markup_judge(&m, tell_mistake, l) || as.is_broken)
		return NULL;
	buf_init(&why, l->work, WHY_BYTES_MAX);
	t = view_compile(m.text, &why);
	if (!t)
		tell_mistake(l, &m.line[refused_line(l, &m)],
		    tidy(buf_str(&why)));
	return t;
}

static bool
is_partial(struct str name)
{
	return str_has_prefix(str_slice(name, folder_of(name).n, name.n),
	    STR("_"));
}

static int
compare(struct str a, struct str b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return compare(x->name, y->name);
}

static int
compare_files(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	return compare(x->name, y->name);
}

static void
build_all(struct loader *l, struct template_set *set)
{
	qsort(l->file, l->files, sizeof l->file[0], compare_files);
	for (size_t i = 0; i < l->files; i++) {
		struct view_template *t;

		if (is_partial(l->file[i].name))
			continue;
		t = build(l, &l->file[i]);
		if (t)
			set->entry[set->entries++] = (struct entry){
			    arena_copy(set->arena, l->file[i].name), t };
	}
}

enum err
template_load(struct str dir, struct template_set **out, FILE *complaints)
{
	struct arena *files = arena_new(FILES_BYTES_MAX);
	struct loader *l = ARENA_NEW(files, struct loader);
	struct template_set *set;
	enum err e;

	*out = NULL;
	*l = (struct loader){ .arena = files, .out = complaints,
	    .work = arena_new(WORK_BYTES_MAX) };
	e = folder_walk(files, dir, STR(ENDING), take_file, l);
	if (e) {
		fprintf(complaints, "%.*s: this directory can't be read\n",
		    STR_ARG(dir));
		goto done;
	}
	set = calloc(1, sizeof *set);
	if (!set)
		abort();
	set->arena = arena_new(FILES_BYTES_MAX);
	build_all(l, set);
	if (l->tellings) {
		e = ERR_INPUT;
		template_free(set);
	} else {
		*out = set;
	}
done:
	arena_free(l->work);
	arena_free(files);
	return e;
}

void
template_free(struct template_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->entries; i++)
		view_close(set->entry[i].view);
	arena_free(set->arena);
	free(set);
}

const struct view_template *
template_find(const struct template_set *set, struct str name)
{
	struct entry key = { .name = name };
	const struct entry *found = bsearch(&key, set->entry, set->entries,
	    sizeof set->entry[0], compare_entries);

	return found ? found->view : NULL;
}

/* FNV-1a, 64 bits. */
static uint64_t
mix(uint64_t hash, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ p[i]) * 1099511628211u;
	return hash;
}

static enum err
stamp_file(void *context, struct str path, struct str name,
    const struct stat *st)
{
	uint64_t *sum = context, hash = 14695981039346656037u;

	(void)name;
	hash = mix(hash, path.p, path.n);
	hash = mix(hash, &st->st_size, sizeof st->st_size);
	hash = mix(hash, &st->st_ino, sizeof st->st_ino);
	hash = mix(hash, &st->st_mtim, sizeof st->st_mtim);
	hash = mix(hash, &st->st_ctim, sizeof st->st_ctim);
	*sum += hash;	/* the order of a directory's entries is no change */
	return OK;
}

uint64_t
template_stamp(struct str dir)
{
	struct arena *a = arena_new(FILES_BYTES_MAX);
	uint64_t sum = 0;
	enum err e = folder_walk(a, dir, STR(ENDING), stamp_file, &sum);

	arena_free(a);
	return e ? 0 : sum;
}
