/* Knows `piste import`: a file of leads from elsewhere becomes submissions. */
#ifndef PISTE_IMPORTCOMMAND_H
#define PISTE_IMPORTCOMMAND_H

struct conf;

#define IMPORTCOMMAND_USAGE \
	"FILE.csv --campaign KEY --source NAME --legal-basis BASIS" \
	" [--page KEY | --form KEY] [--lang LANG] [--map COLUMN=FIELD,…]" \
	" [--consent KEY[:VERSION]]… [--date DAY] [--supplier NAME]" \
	" [--cost AMOUNT CURRENCY] [--valid-until DAY] [--webinar NAME]" \
	" [--preview] [--report FILE]"

int importcommand_run(const struct conf *c, int words, char **word);

#endif
