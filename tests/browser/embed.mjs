// A form on somebody else's page: by the script, and by a plain frame.
import { AxeBuilder } from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';

const NARROW = { width: 390, height: 844 };
const FRAME = 'iframe[title]';
// Without our script nothing else is to be had; with it the script focuses.
const refuses = /Blocked autofocusing/;

// The host's pages; what it allows is no more than a careful one would.
function pages(url) {
	const plain = `${url}/p/livre-blanc?embed=1&amp;lang=fr`;
	const parts = {
		script: `<script src="${url}/static/embed.js" async
			data-page="livre-blanc" data-lang="fr"
			data-title="Le livre blanc"></script>`,
		english: `<script src="${url}/static/embed.js"
			data-page="livre-blanc" data-lang="en"></script>`,
		frame: `<iframe src="${plain}" title="Le livre blanc" width="100%"
			height="900"></iframe>`,
	};
	return (path) => parts[path.slice(1).split('?')[0]];
}

async function serve(port, url) {
	const part = pages(url);
	const server = createServer((request, response) => {
		const body = part(request.url);
		response.writeHead(body ? 200 : 404, {
			'Content-Type': 'text/html; charset=utf-8',
			'Content-Security-Policy': `default-src 'none'; script-src ${url}` +
				`; frame-src ${url}; style-src 'unsafe-inline'; img-src data:`,
		});
		response.end(`<!DOCTYPE html><html lang="fr"><head><title>Chez nous` +
			`</title><link rel="icon" href="data:,"></head><body><main>` +
			`<h1>Chez nous</h1>${body ?? ''}</main></body></html>`);
	});
	await new Promise((done) => server.listen(port, 'localhost', done));
	return server;
}

// The frame is as high as what it shows.
async function fits(page) {
	const frame = await (await page.waitForSelector(FRAME)).contentFrame();
	await page.waitForFunction(async (selector) => {
		const height = document.querySelector(selector).style.height;
		return /^\d+px$/.test(height);
	}, FRAME);
	await frame.waitForFunction(() =>
		document.documentElement.scrollHeight <= innerHeight &&
		document.documentElement.getBoundingClientRect().height > innerHeight - 2);
	return frame;
}

async function is_clean(page) {
	const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa',
		'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
	assert.deepEqual(found.violations.map((v) =>
		`${v.id}: ${v.nodes[0].html}`), []);
	const over = await page.evaluate(() =>
		document.documentElement.scrollWidth - innerWidth);
	assert.ok(over <= 0, `${over} px too wide`);
}

async function fill_in(frame, email) {
	const values = { email, first_name: 'Ana', last_name: 'Lopes' };
	for (const [name, value] of Object.entries(values))
		await frame.fill(`[name=${name}]`, value);
}

export async function embedded({ test, url, home, stranger, someone }) {
	const servers = [await serve(home, url), await serve(stranger, url)];
	const host = `http://localhost:${home}`, also = [host];

	for (const viewport of [{ width: 1300, height: 900 }, NARROW])
		await test(`a form on another site's page, ${viewport.width} px: error, ` +
			'thank-you, no cookie', { viewport, also, refuses }, async (page) => {
			await page.goto(`${host}/script?utm_source=chez-nous`);
			const frame = await fits(page);
			assert.equal(await page.getAttribute(FRAME, 'title'),
				'Le livre blanc');
			assert.match(frame.url(), /lang=fr.*utm_source=chez-nous/);
			await is_clean(page);
			await fill_in(frame, 'ana@');
			await frame.press('[name=email]', 'Enter');
			await frame.waitForSelector('[aria-invalid=true]');
			await frame.waitForFunction(() =>
				document.activeElement.matches('.summary'));
			await fits(page);
			await is_clean(page);
			await frame.click('.summary a');
			assert.equal(await frame.evaluate(() =>
				document.activeElement.name), 'email');
			await frame.fill('[name=email]', someone());
			await frame.click('[type=submit]');
			await frame.waitForURL('**/thanks?embed=1*');
			await frame.waitForFunction(() =>
				document.activeElement.matches('h2'));
			await fits(page);
			await is_clean(page);
			assert.match(await frame.innerText('h2'), /Merci/);
			assert.deepEqual(await page.context().cookies(), []);
			assert.ok(page.url().startsWith(host));
		});

	await test('a plain frame needs no script', { also, refuses,
		javaScriptEnabled: false }, async (page) => {
		await page.goto(`${host}/frame`);
		const frame = await (await page.$('iframe')).contentFrame();
		await fill_in(frame, someone());
		await frame.click('[type=submit]');
		await frame.waitForURL('**/thanks?embed=1*');
		assert.match(await frame.innerText('h2'), /Merci/);
	});

	await test('a form on another site\'s page, in English', { also },
		async (page) => {
		await page.goto(`${host}/english`);
		const frame = await fits(page);
		assert.equal(await page.getAttribute(FRAME, 'title'), 'Form');
		assert.equal(await frame.getAttribute('html', 'lang'), 'en');
		await is_clean(page);
	});

	await test('a page of another origin may not show the form', {
		also: [`http://localhost:${stranger}`], refuses: /frame-ancestors/,
	}, async (page) => {
		await Promise.all([
			page.waitForEvent('console', (m) =>
				/frame-ancestors/.test(m.text())),
			page.goto(`http://localhost:${stranger}/script`),
		]);
		assert.equal(await page.evaluate((selector) =>
			document.querySelector(selector).style.height, FRAME), '40rem');
	});

	// Only the frame is heard, and only hosts that may are told.
	await test('messages of others change no height', { also },
		async (page) => {
		await page.goto(`${host}/script`);
		const frame = await fits(page);
		const height = () => page.evaluate((selector) =>
			document.querySelector(selector).style.height, FRAME);
		const before = await height();
		await page.evaluate(() => postMessage({ piste: 'height', height: 7 }, '*'));
		for (const wrong of [-1, 0, 1e9, '9px', null])
			await frame.evaluate((n) => parent.postMessage({ piste: 'height',
				height: n }, '*'), wrong);
		await page.evaluate(() => new Promise((done) => {
			addEventListener('message', (e) => e.data === 'last' && done());
			postMessage('last', '*');
		}));
		assert.equal(await height(), before);
	});

	for (const server of servers)
		server.close();
}
