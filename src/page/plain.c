/*
 * Implements plain.h: a template kept in the program, so that what a visitor
 * typed comes back, escaped the same way, even with every file gone.
 */
#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "page/plain.h"
#include "page/view.h"

#define WHY_BYTES_MAX 1000

static const char text[] =
    "{{%AUTOESCAPE context=\"HTML\"}}\n"
    "<!DOCTYPE html>\n"
    "<html lang=\"{{LANG}}\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta name=\"robots\" content=\"noindex\">\n"
    "<title>{{HEADLINE}}</title>\n"
    "</head>\n"
    "<body>\n"
    "<main>\n"
    "<h1>{{HEADLINE}}</h1>\n"
    "{{#TEXT}}<p>{{TEXT:p}}</p>\n{{/TEXT}}"
    "{{#DELIVERY}}<p>{{DELIVERY}}</p>\n{{/DELIVERY}}"
    "{{#NOTICE}}<p role=\"alert\">{{NOTICE}}</p>\n{{/NOTICE}}"
    "{{#NOTICE_ALONE}}<p role=\"alert\">{{NOTICE_ALONE}}</p>\n"
    "{{/NOTICE_ALONE}}"
    "{{#ASSET_URL}}<p><a href=\"{{ASSET_URL}}\">{{WORD_DOWNLOAD}}</a></p>\n"
    "{{/ASSET_URL}}"
    "{{#FORM}}<form method=\"post\" action=\"{{ACTION}}\""
    "{{#FILES}} enctype=\"multipart/form-data\"{{/FILES}}>\n"
    "<input type=\"hidden\" name=\"{{TOKEN_NAME}}\" value=\"{{TOKEN}}\">\n"
    "{{#STAGE}}<input type=\"hidden\" name=\"{{STAGE_NAME}}\""
    " value=\"{{STAGE}}\">\n{{/STAGE}}"
    "{{#STEP}}<h2>{{STEP}} {{STEP_TITLE}}</h2>\n{{/STEP}}"
    "{{#HIDDEN}}<input type=\"hidden\" name=\"{{HIDDEN_NAME}}\""
    " value=\"{{HIDDEN_VALUE:p}}\">\n"
    "{{#HIDDEN_ERROR}}<p><strong>{{HIDDEN_ERROR}}</strong></p>\n"
    "{{/HIDDEN_ERROR}}{{/HIDDEN}}"
    "{{#FIELD}}{{#CHOICES}}<fieldset><legend>{{FIELD_LABEL}}</legend>\n"
    "{{/CHOICES}}<p>"
    "{{#LABEL}}<label for=\"{{FIELD_ID}}\">{{FIELD_LABEL}}</label>\n"
    "{{/LABEL}}{{#FIELD_NOTE}}{{FIELD_NOTE}}\n{{/FIELD_NOTE}}"
    "{{#FIELD_ERROR}}<strong>{{FIELD_ERROR}}</strong>\n{{/FIELD_ERROR}}"
    "{{#INPUT}}<input id=\"{{FIELD_ID}}\" name=\"{{FIELD_NAME}}\""
    " type=\"{{FIELD_TYPE}}\" value=\"{{FIELD_VALUE:p}}\">{{/INPUT}}"
    "{{#CHECKBOX}}<input id=\"{{FIELD_ID}}\" name=\"{{FIELD_NAME}}\""
    " type=\"checkbox\" value=\"1\"{{#FIELD_VALUE}} checked{{/FIELD_VALUE}}>"
    "{{/CHECKBOX}}"
    "{{#TEXTAREA}}<textarea id=\"{{FIELD_ID}}\" name=\"{{FIELD_NAME}}\""
    " rows=\"4\">\n{{FIELD_VALUE:p}}</textarea>{{/TEXTAREA}}"
    "{{#SELECT}}<select id=\"{{FIELD_ID}}\" name=\"{{FIELD_NAME}}\">"
    "<option value=\"\">{{WORD_CHOOSE}}</option>"
    "{{#OPTION}}<option value=\"{{OPTION_VALUE}}\""
    "{{#OPTION_CHOSEN}} selected{{/OPTION_CHOSEN}}>{{OPTION_LABEL}}</option>"
    "{{/OPTION}}</select>{{/SELECT}}"
    "{{#FILE}}<input id=\"{{FIELD_ID}}\" name=\"{{FIELD_NAME}}\""
    " type=\"file\" accept=\"{{FIELD_ACCEPT}}\">{{/FILE}}"
    "{{#CHOICES}}{{#OPTION}}<input type=\"checkbox\" id=\"{{OPTION_ID}}\""
    " name=\"{{FIELD_NAME}}\" value=\"{{OPTION_VALUE}}\""
    "{{#OPTION_CHOSEN}} checked{{/OPTION_CHOSEN}}>"
    " <label for=\"{{OPTION_ID}}\">{{OPTION_LABEL}}</label>\n{{/OPTION}}"
    "{{/CHOICES}}</p>\n{{#CHOICES}}</fieldset>\n{{/CHOICES}}{{/FIELD}}"
    "{{#CONSENT}}<p><input type=\"checkbox\" id=\"{{CONSENT_ID}}\""
    " name=\"{{CONSENT_NAME}}\" value=\"1\""
    "{{#CONSENT_GRANTED}} checked{{/CONSENT_GRANTED}}>\n"
    "<label for=\"{{CONSENT_ID}}\">{{CONSENT_TEXT:p}}</label>\n"
    "{{#CONSENT_ERROR}}<strong>{{CONSENT_ERROR}}</strong>{{/CONSENT_ERROR}}"
    "</p>\n{{/CONSENT}}"
    "{{#KEEP_TEXT}}<p><input type=\"checkbox\" id=\"keep\""
    " name=\"{{KEEP_NAME}}\" value=\"1\""
    "{{#KEEP_TICKED}} checked{{/KEEP_TICKED}}>\n"
    "<label for=\"keep\">{{KEEP_TEXT:p}}</label></p>\n{{/KEEP_TEXT}}"
    "<p><button type=\"submit\">{{#STEP_NEXT}}{{STEP_NEXT}}{{/STEP_NEXT}}"
    "{{#STEP_SEND}}{{BUTTON}}{{/STEP_SEND}}</button></p>\n"
    "{{#STEP_BACK}}<p><button type=\"submit\""
    " name=\"{{STEP_BACK_NAME}}\" value=\"1\">{{STEP_BACK}}</button></p>\n"
    "{{/STEP_BACK}}"
    "</form>\n{{/FORM}}"
    "{{#BACK_URL}}<p><a href=\"{{BACK_URL}}\">{{WORD_BACK}}</a></p>\n"
    "{{/BACK_URL}}"
    "</main>\n"
    "</body>\n"
    "</html>\n";

static struct view_template *compiled;

static void
compile(void)
{
	struct arena *a = arena_new(WHY_BYTES_MAX);
	struct buf why;

	buf_init(&why, a, WHY_BYTES_MAX);
	compiled = view_compile(str_of(text), &why);
	arena_free(a);
	if (!compiled)
		abort();
}

const struct view_template *
plain_page(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, compile);
	return compiled;
}
