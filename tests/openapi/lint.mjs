// Is it an OpenAPI description, and do its examples fit it?  lint.mjs FILE
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFile } from 'node:fs/promises';

const [file] = process.argv.slice(2);
const description = JSON.parse(await readFile(file));
const wrong = [];

const said = await new Validator().validate(structuredClone(description));
if (!said.valid)
	wrong.push(...[said.errors].flat().map((e) => JSON.stringify(e)));

const ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
ajv.addSchema(description, 'description');
for (const [name, schema] of Object.entries(description.components.schemas)) {
	const judge = ajv.getSchema(`description#/components/schemas/${name}`);
	for (const example of schema.examples ?? [])
		if (!judge(example))
			wrong.push(`the example of ${name}: ${ajv.errorsText(judge.errors)}`);
}

// Validators let these pass, and readers stumble over them.
const NAMED_BY_TYPE = ['Invalid', 'KeyReused'];	// of problems: src/problem.c
const text = JSON.stringify(description);
const operations = Object.entries(description.paths).flatMap(([path, item]) =>
	['get', 'post', 'options'].filter((m) => item[m])
		.map((m) => [`${m} ${path}`, item[m]]));
for (const [name, operation] of operations)
	for (const member of ['operationId', 'summary', 'tags', 'responses'])
		if (!operation[member])
			wrong.push(`${name} has no ${member}`);
const ids = operations.map(([, operation]) => operation.operationId);
if (new Set(ids).size !== ids.length)
	wrong.push('an operationId is there twice');
for (const [kind, parts] of Object.entries(description.components))
	for (const name of Object.keys(parts))
		if (kind !== 'securitySchemes' && !NAMED_BY_TYPE.includes(name) &&
			!text.includes(`"#/components/${kind}/${name}"`))
			wrong.push(`nothing refers to the ${kind} ${name}`);

wrong.forEach((one) => console.log(`FAILED  ${file}: ${one}`));
console.log(`openapi: ${wrong.length ? 0 : 1} passed, ${wrong.length} failed`);
process.exit(wrong.length ? 1 : 0);
