/* Knows `piste attribution`: what led to leads, by several models. */
#ifndef PISTE_ATTRIBUTIONCOMMAND_H
#define PISTE_ATTRIBUTIONCOMMAND_H

struct conf;

#define ATTRIBUTIONCOMMAND_USAGE \
	"[--by channel|campaign|source|medium|keyword] [--from DAY]" \
	" [--to DAY] [--of leads|customers|margin] [--among real|synthetic]" \
	" [--json | --csv]"

/* Words after the name as command.h has them. */
int attributioncommand_run(const struct conf *c, int words, char **word);

#endif
