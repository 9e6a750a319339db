/* The migrations compiled into the program, made from src/sql at build. */
#ifndef PISTE_STORE_MIGRATE_TABLE_H
#define PISTE_STORE_MIGRATE_TABLE_H

struct migration {
	int number;		/* from 1, without gaps; 0 ends the table */
	const char *name;
	const char *text;
};
extern const struct migration migration_table[];

#endif
