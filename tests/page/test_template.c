/*
 * Tests src/page/template.c, and through it markup.c and folder.c: broken
 * templates are refused with file and line, whole sets are taken or none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "page/markup.h"
#include "page/template.h"
#include "page/view.h"
#include "support/suite.h"

#define FIRST "{{%AUTOESCAPE context=\"HTML\"}}\n"
#define OUT_BYTES_MAX ((size_t)1 << 20)

static struct str
path_in(struct str dir, const char *name)
{
	return arena_copy(suite_arena(), buf_fmt(suite_arena(), 1000,
	    "%.*s/%s", STR_ARG(dir), name));
}

static void
write_file(struct str dir, const char *name, struct str text)
{
	FILE *f;

	mkdir(path_in(dir, "landing").p, 0700);
	f = fopen(path_in(dir, name).p, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text.p, 1, text.n, f), text.n);
	ck_assert_int_eq(fclose(f), 0);
}

/* What template_load says, with the directory's name left out. */
static enum err
load(struct str dir, struct template_set **set, struct str *said)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	enum err e = template_load(dir, set, f);
	struct buf b;
	struct str rest, line;

	fclose(f);
	buf_init(&b, suite_arena(), OUT_BYTES_MAX);
	rest = arena_copy(suite_arena(), (struct str){ text, n });
	free(text);
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (str_has_prefix(line, dir))
			line = str_slice(line, dir.n + 1, line.n);
		buf_add(&b, line);
		buf_byte(&b, '\n');
	}
	*said = buf_str(&b);
	return e;
}

static struct str
shown(const struct template_set *set, const char *name)
{
	const struct view_template *t = template_find(set, str_of(name));
	struct view *v = view_new(suite_arena(), NULL);
	struct buf out;

	ck_assert_ptr_nonnull(t);
	view_set(v, "A", STR("<a>"));
	buf_init(&out, suite_arena(), OUT_BYTES_MAX);
	view_expand(t, v, &out);
	return buf_str(&out);
}

static const struct {
	const char *text;
	const char *part;	/* landing/_part.tpl, or NULL */
	const char *want;	/* where the complaint begins */
} broken[] = {
	{ "<p>x</p>\n", NULL,
	    "landing/t.tpl:1: the first line must be" },
	{ "\n" FIRST, NULL, "landing/t.tpl:1: the first line must be" },
	{ "{{%AUTOESCAPE context=\"JAVASCRIPT\"}}\n", NULL,
	    "landing/t.tpl:1: the first line must be" },
	{ "{{%AUTOESCAPE context=\"HTML\" state=\"IN_TAG\"}}\n", NULL,
	    "landing/t.tpl:1: the first line must be" },
	{ "", NULL, "landing/t.tpl:1: this file is empty" },
	{ FIRST "x\n{{%AUTOESCAPE context=\"HTML\"}}\n", NULL,
	    "landing/t.tpl:3: only a template's first line" },
	{ FIRST "{{>PART}}\n", FIRST "x\n",
	    "landing/_part.tpl:1: only a template's first line" },
	{ FIRST "\n<p>{{A:none}}\n", NULL,
	    "landing/t.tpl:3: the place decides" },
	{ FIRST "<p>{{A:j}}\n", NULL, "landing/t.tpl:2: the place decides" },
	{ FIRST "<p>{{A:x-own}}\n", NULL,
	    "landing/t.tpl:2: the place decides" },
	{ FIRST "<p>{{A:p:none}}\n", NULL,
	    "landing/t.tpl:2: the place decides" },
	{ FIRST "{{#A}}\n{{#B}}\n{{/A}}\n{{/B}}\n", NULL,
	    "landing/t.tpl:4: the section to close here is B" },
	{ FIRST "x\n{{#A}}\n", NULL,
	    "landing/t.tpl:3: this section is never closed: A" },
	{ FIRST "x\n{{/A}}\n", NULL,
	    "landing/t.tpl:3: this section was never opened: A" },
	{ FIRST "{{A\n}}\n", NULL, "landing/t.tpl:2: this marker has no end" },
	{ FIRST "{{a}}\n", NULL, "landing/t.tpl:2: this is no marker: a" },
	{ FIRST "{{A B}}\n", NULL, "landing/t.tpl:2: this is no marker: A B" },
	{ FIRST "{{}}\n", NULL, "landing/t.tpl:2: this is no marker: " },
	{ FIRST "{{{A}}}\n", NULL, "landing/t.tpl:2: this is no marker: {A" },
	{ FIRST "{{=<% %>=}}\n", NULL, "landing/t.tpl:2: this is no marker" },
	{ FIRST "{{#a}}{{/a}}\n", NULL,
	    "landing/t.tpl:2: this is no name for a section: a" },
	{ FIRST "x {{>PART}}\n", "y\n",
	    "landing/t.tpl:2: an include stands alone" },
	{ FIRST "x\n{{>ABSENT}}\n", NULL,
	    "landing/t.tpl:3: there is no .tpl file to include:"
	    " landing/_absent" },
	{ FIRST "x\n{{>PART}}\n", "y\n{{>PART}}\n",
	    "landing/_part.tpl:2: includes are nested too deeply" },
	{ FIRST "x\n{{>PART}}\n", "y\n\n<p>{{A:none}}\n",
	    "landing/_part.tpl:3: the place decides" },
	{ FIRST "{{>PART}}\n<p>{{a}}\n", "1\n2\n3\n",
	    "landing/t.tpl:3: this is no marker" },
	{ FIRST "<button formaction=\"{{A}}\">\n", NULL,
	    "landing/t.tpl:2: no value is safe in the attribute formaction" },
	{ FIRST "<img srcset=\"{{A}} 2x\">\n", NULL,
	    "landing/t.tpl:2: no value is safe in the attribute srcset" },
	{ FIRST "<video POSTER='{{A}}'>\n", NULL,
	    "landing/t.tpl:2: no value is safe in the attribute poster" },
	{ FIRST "<a ping=\"{{A}}\">\n", NULL,
	    "landing/t.tpl:2: no value is safe in the attribute ping" },
	{ FIRST "<iframe srcdoc=\"{{A}}\">\n", NULL,
	    "landing/t.tpl:2: no value is safe in the attribute srcdoc" },
	{ FIRST "<p style=\"color: {{A}}\">\n", NULL,
	    "landing/t.tpl:2: no value is safe in the attribute style" },
	{ FIRST "<use xlink:href=\"{{A}}\">\n", NULL,
	    "landing/t.tpl:2: no value is safe in the attribute xlink:href" },
	{ FIRST "<p class={{A}}>\n", NULL,
	    "landing/t.tpl:2: a value in an attribute must stand in quotes" },
	{ FIRST "<p class=x{{A}}>\n", NULL,
	    "landing/t.tpl:2: a value in an attribute must stand in quotes" },
	{ FIRST "<p {{A}}=\"x\">\n", NULL,
	    "landing/t.tpl:2: a value can't name a tag or an attribute" },
	{ FIRST "<p\n{{A}}>\n", NULL,
	    "landing/t.tpl:3: a value can't name a tag or an attribute" },
	{ FIRST "<{{A}}>\n", NULL,
	    "landing/t.tpl:2: a value can't name a tag or an attribute" },
	{ FIRST "<a href=\" {{A}}\">\n", NULL,
	    "landing/t.tpl:2: a value within a URL must begin it" },
	{ FIRST "<a href=\"{{A}}{{B}}\">\n", NULL,
	    "landing/t.tpl:2: a value within a URL must begin it" },
	{ FIRST "<a href=\"x{{A}}\">\n", NULL,
	    "landing/t.tpl:2: a value within a URL must begin it" },
	{ FIRST "<a href=\"{{#A}}x{{/A}}{{B}}\">\n", NULL,
	    "landing/t.tpl:2: no section may stand within a URL: A" },
	{ FIRST "<a href=\"javascript:x()\">\n", NULL,
	    "landing/t.tpl:2: a URL may not be script" },
	{ FIRST "<a href=\" Java\tScript:x()\">\n", NULL,
	    "landing/t.tpl:2: a URL may not be script" },
	{ FIRST "<a href=javascript:x()>\n", NULL,
	    "landing/t.tpl:2: a URL may not be script" },
	{ FIRST "<script>x()</script>\n", NULL,
	    "landing/t.tpl:2: a script must be a file" },
	{ FIRST "<p>\n<SCRIPT type=module>\nx()\n</SCRIPT>\n", NULL,
	    "landing/t.tpl:3: a script must be a file" },
	{ FIRST "<script src=\"/x.js\">\ny()</script>\n", NULL,
	    "landing/t.tpl:3: a script must be a file" },
	{ FIRST "<script src=\"/x.js\">{{A}}</script>\n", NULL,
	    "landing/t.tpl:2: no value may stand in script or style" },
	{ FIRST "<style>p { color: {{A}} }</style>\n", NULL,
	    "landing/t.tpl:2: no value may stand in script or style" },
	{ FIRST "<body\nonload=\"x()\">\n", NULL,
	    "landing/t.tpl:3: an event handler is inline script: onload" },
	{ FIRST "<p OnClick='x()'>\n", NULL,
	    "landing/t.tpl:2: an event handler is inline script: onclick" },
	{ FIRST "<p\n", NULL, "landing/t.tpl:2: the file ends within a tag" },
	{ FIRST "<!-- x\n", NULL,
	    "landing/t.tpl:2: the file ends within a tag" },
	/* What only ctemplate minds: it says why, we find the line. */
	{ FIRST "<p>1</p>\n<p>2</p>\n{{#A}}\n<p <b>\n{{/A}}\n<p>3</p>\n",
	    NULL, "landing/t.tpl:5: Auto-Escape: Failed parsing" },
	{ FIRST "<p>1</p>\n{{>PART}}\n<p>3</p>\n", "<i>\n</i>\n<p =x>\n<b>\n",
	    "landing/_part.tpl:3: Auto-Escape: Failed parsing" },
	{ FIRST "\x80\n", NULL, "landing/t.tpl:1: this file is no UTF-8" },
	{ FIRST "\x01\n", NULL, "landing/t.tpl:1: this file is no UTF-8" },
};

START_TEST(broken_template_is_named)
{
	struct str dir = suite_directory(), said;
	struct template_set *set;

	write_file(dir, "landing/t.tpl", str_of(broken[_i].text));
	write_file(dir, "landing/good.tpl", STR(FIRST "good\n"));
	if (broken[_i].part)
		write_file(dir, "landing/_part.tpl",
		    str_of(broken[_i].part));
	ck_assert_int_eq(load(dir, &set, &said), ERR_INPUT);
	ck_assert_ptr_null(set);
	ck_assert_msg(str_has_prefix(said, str_of(broken[_i].want)),
	    "said \"%.*s\", wanted \"%s\"", STR_ARG(said), broken[_i].want);
} END_TEST

static const struct {
	const char *text;
	const char *want;
} sound[] = {
	{ FIRST "<p>{{A}}</p>\n", "<p>&lt;a&gt;</p>\n" },
	{ FIRST "{{! a comment }}\n<i title=\"{{A:p}}\">\n",
	    "<i title=\"&lt;a&gt;\">\n" },
	{ FIRST "{{#A}}\nx\n{{/A}}\n", "x\n" },
	{ FIRST "<option{{#A}} selected{{/A}}>\n", "<option selected>\n" },
	{ FIRST "<a href=\"{{U}}/x?{{A}}\">\n",
	    "<a href=\"/x?&lt;a&gt;\">\n" },
	{ FIRST "<a href=\"#x-{{A}}\">\n", "<a href=\"#x-&lt;a&gt;\">\n" },
	{ FIRST "<a href=\"mailto:{{A}}\">\n",
	    "<a href=\"mailto:&lt;a&gt;\">\n" },
	{ FIRST "<i class=\"{{#A}}x{{/A}}\">1 < 2 <3\n",
	    "<i class=\"x\">1 < 2 <3\n" },
	{ FIRST "<script src=\"/x.js\"> </script><b>{{A}}</b>\n",
	    "<script src=\"/x.js\"> </script><b>&lt;a&gt;</b>\n" },
	{ FIRST "<style>p > b { margin: 0 }</style>\n",
	    "<style>p > b { margin: 0 }</style>\n" },
	{ FIRST "<!-- on <p --><p a=1 b c='2'/>{{A}}\n",
	    "<!-- on <p --><p a=1 b c='2'/>&lt;a&gt;\n" },
	{ FIRST "1\n  {{>PART}}  \n2\n", "1\n[&lt;a&gt;]\n2\n" },
	{ FIRST "<i title=\"\n{{>PART}}\n\">\n",
	    "<i title=\"\n[&lt;a&gt;]\n\">\n" },
};

START_TEST(sound_template_is_taken)
{
	struct str dir = suite_directory(), said;
	struct template_set *set;

	write_file(dir, "landing/t.tpl", str_of(sound[_i].text));
	write_file(dir, "landing/_part.tpl", STR("[{{A}}]"));
	ck_assert_msg(load(dir, &set, &said) == OK, "%.*s", STR_ARG(said));
	ck_assert_str_same(said, STR_EMPTY);
	ck_assert_str_same(shown(set, "landing/t"), str_of(sound[_i].want));
	ck_assert_ptr_null(template_find(set, STR("landing/_part")));
	ck_assert_ptr_null(template_find(set, STR("t")));
	template_free(set);
} END_TEST

START_TEST(every_mistake_is_told_once)
{
	struct str dir = suite_directory(), said;
	struct template_set *set;

	write_file(dir, "landing/a.tpl", STR(FIRST "{{>PART}}\n{{x}}\n"));
	write_file(dir, "landing/b.tpl", STR(FIRST "{{>PART}}\n"));
	write_file(dir, "landing/_part.tpl", STR("{{y}}\n"));
	ck_assert_int_eq(load(dir, &set, &said), ERR_INPUT);
	ck_assert_str_same(said,
	    STR("landing/_part.tpl:1: this is no marker: y\n"
	    "landing/a.tpl:3: this is no marker: x\n"));
} END_TEST

static struct str
nested(size_t depth)
{
	struct buf b;

	buf_init(&b, suite_arena(), OUT_BYTES_MAX);
	buf_add(&b, STR(FIRST));
	for (size_t i = 0; i < depth; i++)
		buf_add(&b, STR("{{#A}}"));
	buf_byte(&b, 'x');
	for (size_t i = 0; i < depth; i++)
		buf_add(&b, STR("{{/A}}"));
	return buf_str(&b);
}

static struct str
long_text(size_t n)
{
	struct buf b;

	buf_init(&b, suite_arena(), OUT_BYTES_MAX);
	buf_add(&b, STR(FIRST));
	while (b.n < n - 1)
		buf_byte(&b, 'x');
	buf_byte(&b, '\n');
	return buf_str(&b);
}

static const struct {
	size_t depth;
	size_t bytes;
	enum err want;
} limits[] = {
	{ MARKUP_DEPTH_MAX, 1000, OK },
	{ MARKUP_DEPTH_MAX + 1, 1000, ERR_INPUT },
	{ 1, TEMPLATE_BYTES_MAX, OK },
	{ 1, TEMPLATE_BYTES_MAX + 1, ERR_INPUT },
};

START_TEST(limits_are_kept)
{
	struct str dir = suite_directory(), said;
	struct template_set *set;

	write_file(dir, "landing/deep.tpl", nested(limits[_i].depth));
	write_file(dir, "landing/long.tpl", long_text(limits[_i].bytes));
	ck_assert_int_eq(load(dir, &set, &said), limits[_i].want);
	template_free(set);
} END_TEST

START_TEST(includes_nest_to_a_depth)
{
	struct str dir = suite_directory(), said;
	struct template_set *set;

	write_file(dir, "landing/t.tpl", STR(FIRST "{{>A}}\n"));
	write_file(dir, "landing/_a.tpl", STR("a\n{{>B}}\n"));
	write_file(dir, "landing/_b.tpl", STR("b\n{{>C}}\n"));
	write_file(dir, "landing/_c.tpl", STR("c\n{{>D}}\n"));
	write_file(dir, "landing/_d.tpl", STR("d\n"));
	ck_assert_int_eq(load(dir, &set, &said), OK);
	ck_assert_str_same(shown(set, "landing/t"), STR("a\nb\nc\nd\n"));
	template_free(set);
	write_file(dir, "landing/_d.tpl", STR("d\n{{>E}}\n"));
	write_file(dir, "landing/_e.tpl", STR("e\n"));
	ck_assert_int_eq(load(dir, &set, &said), ERR_INPUT);
} END_TEST

/* A part is of the folder of what includes it. */
START_TEST(includes_are_of_one_folder)
{
	struct str dir = suite_directory(), said;
	struct template_set *set;

	write_file(dir, "landing/t.tpl", STR(FIRST "{{>A}}\n"));
	write_file(dir, "landing/_a.tpl", STR("landing\n"));
	ck_assert_int_eq(mkdir(buf_join(suite_arena(), dir,
	    STR("/console")).p, 0700), 0);
	write_file(dir, "console/t.tpl", STR(FIRST "{{>A}}\n"));
	write_file(dir, "console/_a.tpl", STR("console\n"));
	write_file(dir, "top.tpl", STR(FIRST "{{>A}}\n"));
	write_file(dir, "_a.tpl", STR("top\n"));
	ck_assert_int_eq(load(dir, &set, &said), OK);
	ck_assert_str_same(shown(set, "landing/t"), STR("landing\n"));
	ck_assert_str_same(shown(set, "console/t"), STR("console\n"));
	ck_assert_str_same(shown(set, "top"), STR("top\n"));
	template_free(set);
} END_TEST

START_TEST(number_of_files_is_bounded)
{
	struct str dir = suite_directory(), said;
	struct template_set *set;

	for (int i = 0; i < TEMPLATE_FILES_MAX; i++)
		write_file(dir, arena_copy(suite_arena(),
		    buf_fmt(suite_arena(), 40, "landing/%d.tpl", i)).p,
		    STR(FIRST "x\n"));
	ck_assert_int_eq(load(dir, &set, &said), OK);
	template_free(set);
	write_file(dir, "landing/more.tpl", STR(FIRST "x\n"));
	ck_assert_int_eq(load(dir, &set, &said), ERR_INPUT);
} END_TEST

START_TEST(missing_directory_is_away)
{
	struct str dir = suite_directory(), said;
	struct template_set *set;

	ck_assert_int_eq(load(path_in(dir, "absent"), &set, &said), ERR_AWAY);
	ck_assert_ptr_null(set);
	ck_assert_uint_eq(template_stamp(path_in(dir, "absent")), 0);
} END_TEST

START_TEST(stamp_follows_the_files)
{
	struct str dir = suite_directory();
	uint64_t first, changed, added;

	write_file(dir, "landing/t.tpl", STR("one"));
	first = template_stamp(dir);
	ck_assert_uint_eq(template_stamp(dir), first);
	write_file(dir, "landing/note.txt", STR("no template"));
	ck_assert_uint_eq(template_stamp(dir), first);
	write_file(dir, "landing/t.tpl", STR("longer"));
	changed = template_stamp(dir);
	ck_assert_uint_ne(changed, first);
	write_file(dir, "landing/u.tpl", STR("two"));
	added = template_stamp(dir);
	ck_assert_uint_ne(added, changed);
	ck_assert_int_eq(remove(path_in(dir, "landing/u.tpl").p), 0);
	ck_assert_uint_eq(template_stamp(dir), changed);
} END_TEST

START_TEST(our_own_templates_are_sound)
{
	struct template_set *set;

	ck_assert_int_eq(template_load(STR("templates"), &set, stderr), OK);
	template_free(set);
} END_TEST

SUITE(template)
{
	SUITE_LOOP(broken_template_is_named, COUNT(broken));
	SUITE_LOOP(sound_template_is_taken, COUNT(sound));
	SUITE_TEST(every_mistake_is_told_once);
	SUITE_LOOP(limits_are_kept, COUNT(limits));
	SUITE_TEST(includes_nest_to_a_depth);
	SUITE_TEST(includes_are_of_one_folder);
	SUITE_TEST(number_of_files_is_bounded);
	SUITE_TEST(missing_directory_is_away);
	SUITE_TEST(stamp_follows_the_files);
	SUITE_TEST(our_own_templates_are_sound);
}
