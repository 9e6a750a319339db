/*
 * Implements media.h: signatures at the beginning, and of office documents,
 * which are all zip archives, the file that only theirs holds (ECMA-376 part 2
 * and 1; OASIS OpenDocument 1.3 part 2, 3.3).
 */
#include "form/archive.h"

#include "form/media.h"

/* Where an office's program writes them; folder and case are free. */
#define MACROS STR("vbaProject.bin")

static const struct media_traits kinds[MEDIA_KINDS] = {
	[MEDIA_PDF] = { "pdf", "PDF", ".pdf", "application/pdf" },
	[MEDIA_PNG] = { "png", "PNG", ".png", "image/png" },
	[MEDIA_JPEG] = { "jpeg", "JPEG", ".jpg,.jpeg", "image/jpeg" },
	[MEDIA_DOCX] = { "docx", "Word (DOCX)", ".docx", "application/"
	    "vnd.openxmlformats-officedocument.wordprocessingml.document" },
	[MEDIA_XLSX] = { "xlsx", "Excel (XLSX)", ".xlsx", "application/"
	    "vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	[MEDIA_ODT] = { "odt", "OpenDocument (ODT)", ".odt",
	    "application/vnd.oasis.opendocument.text" },
};

const struct media_traits *
media_traits(enum media m)
{
	return &kinds[m];
}

enum err
media_parse(struct str name, enum media *out)
{
	for (size_t i = 0; i < MEDIA_KINDS; i++) {
		if (str_eq(name, str_of(kinds[i].name))) {
			*out = (enum media)i;
			return OK;
		}
	}
	return ERR_INPUT;
}

static bool
is_pdf(struct str bytes)
{
	return str_has_prefix(bytes, STR("%PDF-"));
}

static bool
is_png(struct str bytes)
{
	return str_has_prefix(bytes, STR("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"));
}

static bool
is_jpeg(struct str bytes)
{
	return str_has_prefix(bytes, STR("\xff\xd8\xff"));
}

/* With macros inside it is another kind, whatever it is called. */
static bool
is_docx(struct str bytes)
{
	return archive_is(bytes) &&
	    archive_has(bytes, STR("[Content_Types].xml")) &&
	    archive_has(bytes, STR("word/document.xml")) &&
	    !archive_has_ending(bytes, MACROS);
}

static bool
is_xlsx(struct str bytes)
{
	return archive_is(bytes) &&
	    archive_has(bytes, STR("[Content_Types].xml")) &&
	    archive_has(bytes, STR("xl/workbook.xml")) &&
	    !archive_has_ending(bytes, MACROS);
}

static bool
is_odt(struct str bytes)
{
	return archive_is(bytes) && archive_begins(bytes, STR("mimetype"),
	    str_of(kinds[MEDIA_ODT].type));
}

enum err
media_of(struct str bytes, enum media *out)
{
	static bool (*const is[MEDIA_KINDS])(struct str bytes) = {
		[MEDIA_PDF] = is_pdf, [MEDIA_PNG] = is_png,
		[MEDIA_JPEG] = is_jpeg, [MEDIA_DOCX] = is_docx,
		[MEDIA_XLSX] = is_xlsx, [MEDIA_ODT] = is_odt,
	};

	for (size_t i = 0; i < MEDIA_KINDS; i++) {
		if (is[i](bytes)) {
			*out = (enum media)i;
			return OK;
		}
	}
	return ERR_INPUT;
}
