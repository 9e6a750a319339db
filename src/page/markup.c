/*
 * Implements markup.h: one pass over the text, following HTML just far enough
 * to know in which tag, attribute and quotes a marker stands.  The rules close
 * what ctemplate's escaping leaves open: attributes it doesn't know to be
 * URLs, values in a URL behind a blank or a section, inline script.
 */
#include <assert.h>
#include <string.h>

#include "page/markup.h"

#define REASON_BYTES_MAX 200
#define FIRST_LINE "{{%AUTOESCAPE context=\"HTML\"}}"

enum html {
	HTML_TEXT, HTML_COMMENT, HTML_RAW,	/* between tags */
	HTML_TAG, HTML_INSIDE, HTML_NAME, HTML_AFTER_NAME,
	HTML_BEFORE_VALUE, HTML_BARE, HTML_QUOTED,
};

/* A name being read, in lower case; what is too long is cut, and known so. */
struct name {
	char p[MARKUP_NAME_BYTES_MAX];
	size_t n;
};

struct open_section {
	struct str name;
	size_t line;
};

struct judge {
	const struct markup *m;
	markup_fn *tell;
	void *context;
	bool is_sound;

	size_t at;		/* in the text */
	size_t line;		/* index into m->line */
	struct open_section section[MARKUP_DEPTH_MAX];
	size_t sections;

	enum html html;
	struct name tag;
	bool is_closing;	/* </tag */
	bool has_src;
	struct name attribute;
	char quote;
	struct name value;	/* its beginning, blanks left out */
	bool is_url_fixed;	/* text has settled the URL's scheme */
	bool is_value_begun;
};

static void
complain_at(struct judge *j, size_t line, const char *reason, struct str what)
{
	char text[REASON_BYTES_MAX];
	size_t n = strlen(reason);

	assert(n < sizeof text);
	memcpy(text, reason, n);
	if (what.n > sizeof text - n)
		what.n = sizeof text - n;
	if (what.n)
		memcpy(text + n, what.p, what.n);
	j->is_sound = false;
	j->tell(j->context, &j->m->line[line],
	    (struct str){ text, n + what.n });
}

static void
complain(struct judge *j, const char *reason, struct str what)
{
	complain_at(j, j->line, reason, what);
}

static struct str
name_str(const struct name *n)
{
	return (struct str){ n->p, n->n };
}

static void
name_add(struct name *n, char c)
{
	if (n->n < sizeof n->p)
		n->p[n->n++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool
name_is_among(const struct name *n, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(name_str(n), str_of(list[i])))
			return true;
	return false;
}
#define IS_AMONG(n, list) \
	name_is_among((n), (list), sizeof (list) / sizeof (list)[0])

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Those ctemplate 2.4 guards: it knows them to be URLs. */
static const char *const url_attributes[] = {
	"action", "archive", "background", "cite", "classid", "codebase",
	"data", "dynsrc", "href", "longdesc", "src", "usemap",
};
/* URLs, markup or style that it escapes as if they were plain text. */
static const char *const mute_attributes[] = {
	"formaction", "srcset", "imagesrcset", "poster", "ping", "srcdoc",
	"xlink:href", "manifest", "style",
};
static const char *const raw_tags[] = { "script", "style" };

static bool
is_script(const struct judge *j)
{
	return str_eq(name_str(&j->tag), STR("script"));
}

/* Markers. */

static void
open_section(struct judge *j, struct str name)
{
	if (j->sections == MARKUP_DEPTH_MAX) {
		complain(j, "sections are nested too deeply: ", name);
		return;
	}
	j->section[j->sections++] = (struct open_section){ name, j->line };
}

static void
close_section(struct judge *j, struct str name)
{
	if (!j->sections) {
		complain(j, "this section was never opened: ", name);
		return;
	}
	j->sections--;
	if (!str_eq(j->section[j->sections].name, name))
		complain(j, "the section to close here is ",
		    j->section[j->sections].name);
}

static void
judge_url_value(struct judge *j)
{
	if (j->is_value_begun && !j->is_url_fixed)
		complain(j, "a value within a URL must begin it, or follow"
		    " one of / ? # in ", name_str(&j->attribute));
}

/* May a value stand here? */
static void
judge_place(struct judge *j, struct str name)
{
	switch (j->html) {
	case HTML_TEXT:
	case HTML_COMMENT:
		break;
	case HTML_RAW:
		complain(j, "no value may stand in script or style: ", name);
		break;
	case HTML_TAG:
	case HTML_INSIDE:
	case HTML_NAME:
	case HTML_AFTER_NAME:
		complain(j, "a value can't name a tag or an attribute: ",
		    name);
		break;
	case HTML_BEFORE_VALUE:
	case HTML_BARE:
		complain(j, "a value in an attribute must stand in quotes: ",
		    name);
		break;
	case HTML_QUOTED:
		if (IS_AMONG(&j->attribute, mute_attributes))
			complain(j, "no value is safe in the attribute ",
			    name_str(&j->attribute));
		else if (IS_AMONG(&j->attribute, url_attributes))
			judge_url_value(j);
		j->is_value_begun = true;
		break;
	}
}

static void
judge_value(struct judge *j, struct str marker)
{
	/* The one modifier that keeps line ends and escapes all the same. */
	static const char *const modifiers[] = { "p", "pre_escape" };
	struct str name, modifier;
	struct name m = { .n = 0 };

	if (str_cut(marker, ':', &name, &modifier)) {
		for (size_t i = 0; i < modifier.n; i++)
			name_add(&m, modifier.p[i]);
		if (!IS_AMONG(&m, modifiers))
			complain(j, "the place decides how a value is escaped;"
			    " this modifier is refused: ", modifier);
	}
	judge_place(j, name);
}

static bool
is_marker_name(struct str s)
{
	if (!s.n || s.n > MARKUP_NAME_BYTES_MAX || s.p[0] < 'A' ||
	    s.p[0] > 'Z')
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!((s.p[i] >= 'A' && s.p[i] <= 'Z') || s.p[i] == '_' ||
		    (s.p[i] >= '0' && s.p[i] <= '9')))
			return false;
	return true;
}

static void
judge_section(struct judge *j, struct str marker)
{
	struct str name = str_slice(marker, 1, marker.n);

	if (!is_marker_name(name)) {
		complain(j, "this is no name for a section: ", name);
		return;
	}
	if (j->html == HTML_QUOTED && IS_AMONG(&j->attribute, url_attributes))
		complain(j, "no section may stand within a URL: ", name);
	if (marker.p[0] == '#')
		open_section(j, name);
	else
		close_section(j, name);
}

static void
judge_marker(struct judge *j, struct str marker)
{
	struct str name, modifier;

	switch (marker.n ? marker.p[0] : 0) {
	case '!':
		return;
	case '#':
	case '/':
		judge_section(j, marker);
		return;
	case '%':
		if (j->at)
			complain(j, "only a template's first line says ",
			    STR(FIRST_LINE));
		return;
	case '>':
		complain(j, "an include stands alone on its line: ", marker);
		return;
	}
	str_cut(marker, ':', &name, &modifier);
	if (is_marker_name(name))
		judge_value(j, marker);
	else
		complain(j, "this is no marker: ", marker);
}

/* HTML, a byte at a time; each returns the state that follows. */

static void
end_attribute(struct judge *j)
{
	static const char *const schemes[] = {
		"javascript:", "vbscript:", "data:text/html",
	};
	struct str value = name_str(&j->value);

	if (str_eq(name_str(&j->attribute), STR("src")))
		j->has_src = true;
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (str_has_prefix(value, str_of(schemes[i])))
			complain(j, "a URL may not be script: ", value);
}

static void
end_attribute_name(struct judge *j)
{
	struct str name = name_str(&j->attribute);

	if (name.n > 2 && str_has_prefix(name, STR("on")))
		complain(j, "an event handler is inline script: ", name);
}

static enum html
end_tag(struct judge *j)
{
	if (j->is_closing || !IS_AMONG(&j->tag, raw_tags))
		return HTML_TEXT;
	if (is_script(j) && !j->has_src)
		complain(j, "a script must be a file", STR_EMPTY);
	return HTML_RAW;
}

static enum html
in_text(struct judge *j, char c)
{
	struct str ahead = str_slice(j->m->text, j->at, 4);

	if (str_eq(ahead, STR("<!--")))
		return HTML_COMMENT;
	if (c != '<' || ahead.n < 2)
		return HTML_TEXT;
	j->is_closing = ahead.p[1] == '/';
	if (!j->is_closing && !is_letter(ahead.p[1]) &&
	    ahead.p[1] != '!' && ahead.p[1] != '{')
		return HTML_TEXT;
	j->tag.n = 0;
	j->has_src = false;
	return HTML_TAG;
}

static enum html
in_raw(struct judge *j, char c)
{
	struct str ahead = str_slice(j->m->text, j->at, j->tag.n + 2);

	if (c == '<' && ahead.n == j->tag.n + 2 && ahead.p[1] == '/' &&
	    str_eq_fold(str_slice(ahead, 2, ahead.n), name_str(&j->tag))) {
		j->is_closing = true;
		j->tag.n = 0;
		return HTML_TAG;
	}
	if (!is_blank(c) && is_script(j)) {
		complain(j, "a script must be a file", STR_EMPTY);
		return HTML_TEXT;
	}
	return HTML_RAW;
}

static enum html
in_tag(struct judge *j, char c)
{
	if (c == '>')
		return end_tag(j);
	if (is_blank(c) || (c == '/' && j->tag.n))
		return HTML_INSIDE;
	if (c != '/')
		name_add(&j->tag, c);
	return HTML_TAG;
}

static enum html
in_inside(struct judge *j, char c)
{
	if (c == '>')
		return end_tag(j);
	if (is_blank(c) || c == '/')
		return HTML_INSIDE;
	j->attribute.n = j->value.n = 0;
	j->is_url_fixed = j->is_value_begun = false;
	name_add(&j->attribute, c);
	return HTML_NAME;
}

static enum html
in_name(struct judge *j, char c)
{
	if (c != '=' && c != '>' && c != '/' && !is_blank(c)) {
		name_add(&j->attribute, c);
		return HTML_NAME;
	}
	end_attribute_name(j);
	if (c == '=')
		return HTML_BEFORE_VALUE;
	return c == '>' ? end_tag(j) : HTML_AFTER_NAME;
}

static enum html
in_after_name(struct judge *j, char c)
{
	if (is_blank(c))
		return HTML_AFTER_NAME;
	return c == '=' ? HTML_BEFORE_VALUE : in_inside(j, c);
}

static enum html
in_before_value(struct judge *j, char c)
{
	if (is_blank(c))
		return HTML_BEFORE_VALUE;
	if (c == '>')
		return end_tag(j);
	if (c == '"' || c == '\'') {
		j->quote = c;
		return HTML_QUOTED;
	}
	name_add(&j->value, c);
	return HTML_BARE;
}

static enum html
in_value(struct judge *j, char c)
{
	bool is_end = j->html == HTML_QUOTED ? c == j->quote :
	    is_blank(c) || c == '>';

	if (is_end) {
		end_attribute(j);
		return c == '>' && j->html == HTML_BARE ? end_tag(j) :
		    HTML_INSIDE;
	}
	j->is_value_begun = true;
	if (c == '/' || c == '?' || c == '#' || c == ':')
		j->is_url_fixed = true;
	if (!is_blank(c))
		name_add(&j->value, c);
	return j->html;
}

static enum html
in_comment(struct judge *j, char c)
{
	struct str text = j->m->text;

	if (c == '>' && j->at >= 2 &&
	    str_eq(str_slice(text, j->at - 2, 2), STR("--")))
		return HTML_TEXT;
	return HTML_COMMENT;
}

static void
judge_byte(struct judge *j, char c)
{
	static enum html (*const next[])(struct judge *, char) = {
		[HTML_TEXT] = in_text, [HTML_COMMENT] = in_comment,
		[HTML_RAW] = in_raw, [HTML_TAG] = in_tag,
		[HTML_INSIDE] = in_inside, [HTML_NAME] = in_name,
		[HTML_AFTER_NAME] = in_after_name,
		[HTML_BEFORE_VALUE] = in_before_value,
		[HTML_BARE] = in_value, [HTML_QUOTED] = in_value,
	};

	j->html = next[j->html](j, c);
	if (c == '\n' && j->line + 1 < j->m->lines)
		j->line++;
}

/* A marker never runs over a line's end: its line is then known. */
static size_t
step(struct judge *j)
{
	struct str rest = str_slice(j->m->text, j->at, j->m->text.n);
	ptrdiff_t line_n = str_find(rest, '\n');
	struct str line = line_n < 0 ? rest :
	    str_slice(rest, 0, (size_t)line_n);
	const char *end;

	if (!str_has_prefix(rest, STR("{{"))) {
		judge_byte(j, rest.p[0]);
		return 1;
	}
	end = memmem(line.p, line.n, "}}", 2);
	if (!end) {
		complain(j, "this marker has no end: ", line);
		return line.n;
	}
	judge_marker(j, str_slice(line, 2, (size_t)(end - line.p) - 2));
	return (size_t)(end - line.p) + 2;
}

bool
markup_judge(const struct markup *m, markup_fn *tell, void *context)
{
	struct judge j = { .m = m, .tell = tell, .context = context,
	    .is_sound = true };

	if (!m->lines)
		return true;
	if (!str_has_prefix(m->text, STR(FIRST_LINE "\n")))
		complain(&j, "the first line must be ", STR(FIRST_LINE));
	while (j.at < m->text.n)
		j.at += step(&j);
	while (j.sections > 0) {
		j.sections--;
		complain_at(&j, j.section[j.sections].line,
		    "this section is never closed: ",
		    j.section[j.sections].name);
	}
	if (j.html != HTML_TEXT)
		complain(&j, "the file ends within a tag, comment or script",
		    STR_EMPTY);
	return j.is_sound;
}
