/* Tests form/media: content decides, names and claims do not. */
#include "form/media.h"
#include "support/suite.h"
#include "support/zip.h"

static const struct {
	struct str bytes;
	const char *name;	/* NULL: none */
} files[] = {
	{ STR("%PDF-1.7\n%%EOF\n"), "pdf" },
	{ STR("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1"), "png" },
	{ STR("\xff\xd8\xff\xe0\0\x10JFIF"), "jpeg" },
	{ STR(" %PDF-1.7"), NULL },
	{ STR("%PDF"), NULL },
	{ STR("\x89PNG\r\n\x1a\n"), NULL },
	{ STR("\x89PNG\n\x1a\n\0\0\0\rIHDR"), NULL },
	{ STR("\xff\xd8"), NULL },
	{ STR("GIF89a"), NULL },
	{ STR("<html><script>alert(1)</script>"), NULL },
	{ STR("MZ\x90\0"), NULL },
	{ STR("\x7f" "ELF"), NULL },
	{ STR("#!/bin/sh\n"), NULL },
	{ STR("<svg xmlns='http://www.w3.org/2000/svg'/>"), NULL },
	{ STR("PK\3\4"), NULL },
	{ STR(""), NULL },
};

static void
check(struct str bytes, const char *want)
{
	enum media kind;

	ck_assert_int_eq(media_of(bytes, &kind), want ? OK : ERR_INPUT);
	if (want)
		ck_assert_str_eq(media_traits(kind)->name, want);
}

START_TEST(files_are_known_by_their_content)
{
	check(files[_i].bytes, files[_i].name);
} END_TEST

#define TYPES { STR("[Content_Types].xml"), STR("<Types/>") }
#define ODT "application/vnd.oasis.opendocument.text"

static const struct {
	struct zip_file file[3];
	const char *name;
} archives[] = {
	{ { TYPES, { STR("word/document.xml"), STR("<w/>") },
	    { STR("x"), STR("") } }, "docx" },
	{ { TYPES, { STR("xl/workbook.xml"), STR("<x/>") },
	    { STR("x"), STR("") } }, "xlsx" },
	{ { { STR("mimetype"), STR(ODT) }, { STR("content.xml"), STR("<o/>") },
	    { STR("x"), STR("") } }, "odt" },
	{ { { STR("content.xml"), STR("<o/>") }, { STR("mimetype"), STR(ODT) },
	    { STR("x"), STR("") } }, NULL },
	{ { { STR("mimetype"), STR(ODT "-template") },
	    { STR("content.xml"), STR("<o/>") }, { STR("x"), STR("") } },
	    NULL },
	/* Without its table of types it is no office document. */
	{ { { STR("word/document.xml"), STR("<w/>") }, { STR("x"), STR("") },
	    { STR("y"), STR("") } }, NULL },
	/* Macros. */
	{ { TYPES, { STR("word/document.xml"), STR("<w/>") },
	    { STR("word/vbaProject.bin"), STR("") } }, NULL },
	{ { TYPES, { STR("xl/workbook.xml"), STR("<x/>") },
	    { STR("xl/vbaProject.bin"), STR("") } }, NULL },
	{ { TYPES, { STR("word/document.xml"), STR("<w/>") },
	    { STR("Else/VBAproject.bin"), STR("") } }, NULL },
	{ { TYPES, { STR("ppt/presentation.xml"), STR("") },
	    { STR("x"), STR("") } }, NULL },
	{ { { STR("evil.exe"), STR("MZ") }, { STR("x"), STR("") },
	    { STR("y"), STR("") } }, NULL },
};

START_TEST(archives_are_known_by_what_is_in_them)
{
	struct str zip = zip_make(suite_arena(), archives[_i].file, 3,
	    STR_EMPTY);

	check(zip, archives[_i].name);
	/* Its end is missing. */
	check(str_slice(zip, 0, zip.n - 1), NULL);
} END_TEST

START_TEST(kinds_have_names)
{
	enum media kind;

	ck_assert_int_eq(media_parse(str_of(media_traits(
	    (enum media)_i)->name), &kind), OK);
	ck_assert_int_eq(kind, _i);
	ck_assert_int_eq(media_parse(STR("exe"), &kind), ERR_INPUT);
	ck_assert_int_eq(media_parse(STR("PDF"), &kind), ERR_INPUT);
} END_TEST

SUITE(media)
{
	SUITE_LOOP(files_are_known_by_their_content, COUNT(files));
	SUITE_LOOP(archives_are_known_by_what_is_in_them, COUNT(archives));
	SUITE_LOOP(kinds_have_names, MEDIA_KINDS);
}
