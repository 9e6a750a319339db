// The script on an observed site's pages: what it tells, and when.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';

const TOKEN = 'abc.DEF-1_2';
const HASH = `#piste=${TOKEN}`;

async function serve(url) {
	const thanked = await (await fetch(`${url}/static/thanked.js`)).text();
	const server = createServer((request, response) => {
		if (request.url === '/thanked.js') {
			response.writeHead(200, { 'Content-Type': 'text/javascript' });
			response.end(thanked);
			return;
		}
		response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
		response.end('<!DOCTYPE html><html lang="fr"><title>Chez nous</title>' +
			'<link rel="icon" href="data:,">' +
			(request.url === '/merci' ?
				`<a href="http://127.0.0.1:1/a?b=1">Tarifs</a><a href="/">Nous</a>` +
				`<script src="/thanked.js" data-token="${TOKEN}" ` +
				`data-to="http://127.0.0.1:1"></script>` :
				`<script src="${url}/static/behaviour.js"></script>`));
	});
	await new Promise((done) => server.listen(0, 'localhost', done));
	return server;
}

const NO_STORAGE = 'Object.defineProperty(window, "sessionStorage",' +
	' { get() { throw new DOMException("", "SecurityError"); } })';

// A page of the site, where what it tells ends; and what was told.
async function visit(page, site, url, { hash = HASH, first = '' } = {}) {
	const told = [];
	if (first)
		await page.addInitScript(first);
	await page.route(`${url}/e`, async (route) => {
		told.push(Object.fromEntries(
			new URLSearchParams(route.request().postData())));
		await route.fulfill({ status: 204,
			headers: { 'Access-Control-Allow-Origin': site } });
	});
	await page.goto(`${site}/tarifs?a=1${hash}`);
	return told;
}

const agree = (page) => page.evaluate(() => {
	window.pisteConsent = true;
	document.dispatchEvent(new Event('piste-consent'));
});
const kept = (page) => page.evaluate(() => sessionStorage.piste);
const answered = (page, url) => page.waitForResponse(`${url}/e`);

export async function observed({ test, url }) {
	const server = await serve(url);
	const site = `http://localhost:${server.address().port}`, also = [site];

	await test('an observed page tells with consent, and keeps no token in its ' +
		'address', { also }, async (page) => {
		const told = await visit(page, site, url);
		assert.equal(page.url(), `${site}/tarifs?a=1`);
		assert.equal(await kept(page), undefined);
		await page.evaluate(() =>
			document.dispatchEvent(new Event('piste-consent')));
		await Promise.all([answered(page, url), agree(page)]);
		await agree(page);
		assert.equal(await kept(page), TOKEN);
		await Promise.all([answered(page, url), page.goto(`${site}/`)
			.then(() => agree(page))]);
		assert.match(told[0].id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
		assert.deepEqual(told.map(({ id, ...rest }) => rest), [
			{ kind: 'view', path: '/tarifs', link: '1', who: TOKEN },
			{ kind: 'view', path: '/', link: '', who: TOKEN },
		]);
	});

	await test('an observed page tells nothing under Global Privacy Control',
		{ also }, async (page) => {
		const told = await visit(page, site, url, { first:
			'Object.defineProperty(navigator, "globalPrivacyControl",' +
			' { value: true })' });
		assert.equal(page.url(), `${site}/tarifs?a=1`);
		await agree(page);
		assert.equal(await kept(page), undefined);
		assert.deepEqual(told, []);
	});

	await test('an observed page without storage tells of itself', { also },
		async (page) => {
		const told = await visit(page, site, url, { first: NO_STORAGE });
		await Promise.all([answered(page, url), agree(page)]);
		assert.equal(told[0].who, TOKEN);
	});

	await test('an observed page complains of no browser', { also },
		async (page) => {
		const told = await visit(page, site, url, { hash: '',
			first: 'delete Crypto.prototype.randomUUID' });
		await agree(page);
		assert.deepEqual(told, []);
	});
	await test('thanks hand the token to observed sites without storage, too',
		{ also }, async (page) => {
		await page.addInitScript(NO_STORAGE);
		await page.goto(`${site}/merci`);
		assert.deepEqual(await page.evaluate(() =>
			[...document.links].map((a) => a.href)),
		[`http://127.0.0.1:1/a?b=1${HASH}`, `${site}/`]);
	});
	server.close();
}
