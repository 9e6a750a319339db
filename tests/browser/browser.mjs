// What a person meets in a real browser: browser.mjs URL
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { accounted } from './account.mjs';
import { desked } from './desk.mjs';
import { embedded } from './embed.mjs';
import { observed } from './observed.mjs';
import { stepped } from './steps.mjs';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { choose_bill, fill_in_fields, states, submit } from './states.mjs';
import { worked } from './work.mjs';

const [url] = process.argv.slice(2);
const page_url = `${url}/p/livre-blanc`;
const BYTES_MAX = 50 * 1024;
const WIDE = { width: 1300, height: 900 }, NARROW = { width: 390, height: 844 };
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
	'best-practice'];
// Headless Chromium's own name is a robot's.
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 ' +
	'(KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36';

const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
		'--no-first-run', '--disable-background-networking',
		'--disable-component-update', '--disable-sync'],
});

let passed = 0, failed = 0, people = 0;

// Run steps in a browser of their own; what it complains of fails the test.
// It may ask our server and also those named; what refuses matches is no
// complaint.
async function test(name, { also = [], refuses, ...options }, steps) {
	const context = await browser.newContext({
		locale: 'fr-FR', userAgent: AGENT, viewport: WIDE, ...options,
	});
	const complaints = [], begun = performance.now();
	context.on('request', (r) => {
		if (![url, 'data:', ...also].some((one) => r.url().startsWith(one)))
			complaints.push(`asks elsewhere: ${r.url()}`);
	});
	context.on('response', (r) => {
		if (r.status() >= 400 && !r.request().isNavigationRequest())
			complaints.push(`${r.status()} for ${r.url()}`);
	});
	context.on('weberror', (e) => complaints.push(`${e.error()}`));
	context.on('console', (m) => {
		const ours = m.text().startsWith('Failed to load resource');
		if (['error', 'warning'].includes(m.type()) && !ours &&
			!refuses?.test(m.text()))
			complaints.push(`console: ${m.text()}`);
	});
	try {
		const page = await context.newPage();
		page.setDefaultTimeout(8000);
		await steps(page);
		assert.deepEqual(complaints, []);
		passed++;
		const s = (performance.now() - begun) / 1000;
		console.log(`ok      ${name} (${s.toFixed(1)} s)`);
	} catch (e) {
		failed++;
		console.log(`FAILED  ${name}: ${e.message ?? e}`);
	} finally {
		await context.close();
	}
}

const someone = () => `person${++people}@example.org`;
const fields_url = `${url}/p/tour-des-champs`;

// A form with a mistake: its file has to be chosen again.
async function meets_field_errors(page) {
	await page.goto(fields_url);
	await fill_in_fields(page, { email: someone(), surface: '1,234' });
	// A click can miss while so long a page is still scrolling.
	await submit(page).press('Enter');
	await page.waitForSelector('[aria-invalid=true]');
}

async function fill_in(page, more = {}) {
	const values = { email: someone(), first_name: 'Ana',
		last_name: 'Lopes', company: 'Lumière', ...more };
	for (const [name, value] of Object.entries(values))
		await page.fill(`[name=${name}]`, value);
}

async function is_thanked(page) {
	await page.waitForURL('**/p/livre-blanc/thanks*');
	const title = await page.locator('h1').innerText();
	assert.match(title, /Merci|Thank you/);
	return page.locator('a[href*="/a/livre-blanc?t="]').first();
}

async function downloads_paper(page, link, how) {
	const [download] = await Promise.all([
		page.waitForEvent('download'), link.click(how),
	]);
	const bytes = await readFile(await download.path());
	assert.equal(bytes.subarray(0, 5).toString(), '%PDF-');
	assert.match(download.suggestedFilename(), /\.pdf$/);
}

// Leave a mistake that only the server sees, and meet the messages.
async function meets_errors(page, how) {
	await page.goto(page_url);
	await fill_in(page, { phone: '0612' });
	await submit(page).click(how);
	await page.waitForSelector('[aria-invalid=true]');
}

await test('fill in, error with focus on the summary, correct, thank-you, download',
	{}, async (page) => {
	await meets_errors(page);
	const summary = await page.evaluate(() => ({
		links: [...document.activeElement.querySelectorAll('a')]
			.map((a) => a.getAttribute('href')),
		role: document.activeElement.getAttribute('role'),
	}));
	const phone = page.locator('[name=phone]');
	assert.deepEqual(summary.links, ['#' + await phone.getAttribute('id')]);
	assert.equal(await phone.inputValue(), '0612');
	assert.equal(await page.inputValue('[name=company]'), 'Lumière');
	await page.click(`a[href="${summary.links[0]}"]`);
	assert.equal(await page.evaluate(() => document.activeElement.name),
		'phone');
	await phone.fill('06 12 34 56 78');
	await submit(page).click();
	await downloads_paper(page, await is_thanked(page));
});

await test('back from the thank-you page, and sending again', {},
	async (page) => {
	await page.goto(page_url);
	await fill_in(page);
	await submit(page).click();
	await is_thanked(page);
	await page.goBack();
	assert.equal(page.url(), page_url);
	await fill_in(page);
	await submit(page).click();
	await is_thanked(page);
});

await test('a double click sends once', {}, async (page) => {
	await page.goto(page_url);
	await fill_in(page);
	await submit(page).dblclick();
	await is_thanked(page);
});

await test('without JavaScript', { javaScriptEnabled: false },
	async (page) => {
	// Waiting for a button to stand still takes a script.
	const how = { force: true };
	await meets_errors(page, how);
	await page.fill('[name=phone]', '+33 6 12 34 56 78');
	await submit(page).click(how);
	await downloads_paper(page, await is_thanked(page), how);
});

await test('every kind of field, with a file, without JavaScript',
	{ javaScriptEnabled: false }, async (page) => {
	await meets_field_errors(page);
	assert.equal(await page.inputValue('[name=since]'), '2027-12-31');
	assert.ok(await page.isChecked('[name=themes][value=heat]'));
	assert.match(await page.locator('#f-bill-error').innerText(),
		/Choisissez de nouveau ce fichier/);
	await page.fill('[name=surface]', '1,23');
	await choose_bill(page);
	await submit(page).press('Enter');
	await page.waitForURL('**/p/tour-des-champs/thanks*');
});

await test('by keyboard alone', {}, async (page) => {
	await page.goto(page_url);
	const typed = { email: someone(), first_name: 'Ana',
		last_name: 'Lopes' };
	const seen = [];
	for (let i = 0; i < 40; i++) {
		await page.keyboard.press('Tab');
		const at = await page.evaluate(() => {
			const e = document.activeElement;
			const box = e.getBoundingClientRect();
			const style = getComputedStyle(e);
			return { name: e.name ?? '', type: e.type ?? '',
				tag: e.tagName,
				visible: box.width > 0 && box.height > 0 &&
					box.right > 0,
				ring: style.outlineStyle !== 'none' ||
					style.boxShadow !== 'none' };
		});
		if (at.tag === 'BODY')
			continue;
		assert.ok(at.visible, `${at.tag} ${at.name} can't be seen`);
		assert.ok(at.ring, `${at.tag} ${at.name} shows no focus`);
		assert.notEqual(at.name, 'website', 'the trap takes focus');
		seen.push(at.name);
		if (typed[at.name])
			await page.keyboard.type(typed[at.name]);
		if (at.type === 'checkbox')
			await page.keyboard.press('Space');
		if (at.type === 'submit') {
			await page.keyboard.press('Enter');
			break;
		}
	}
	assert.ok(seen.indexOf('email') < seen.indexOf('last_name'));
	await is_thanked(page);
});

await test('the page weighs less than 50 KB', {}, async (page) => {
	const client = await page.context().newCDPSession(page);
	let bytes = 0;
	await client.send('Network.enable');
	client.on('Network.loadingFinished', (e) => {
		bytes += e.encodedDataLength;
	});
	await page.goto(page_url, { waitUntil: 'networkidle' });
	assert.ok(bytes > 1000 && bytes < BYTES_MAX, `${bytes} bytes`);
	// It is under test: one script, the first thing asked for.
	assert.deepEqual(await page.locator('script').evaluateAll((all) =>
		all.map((s) => new URL(s.src).pathname.split('/').pop())),
	['shown.js']);
});

// Beacons the page has sent, as they are answered.
function beacons(page) {
	const seen = [];
	page.on('response', (r) => {
		if (r.url() === `${url}/e`)
			seen.push(r.status());
	});
	return seen;
}

await test('a page fetched ahead tells when it is shown', {}, async (page) => {
	const rules = JSON.stringify({ prefetch: [{ urls: ['/p/livre-blanc'],
		eagerness: 'immediate' }] });
	const told = beacons(page);
	await page.route('**/start', (r) => r.fulfill({
		contentType: 'text/html', body: `<!DOCTYPE html><title>x</title>
			<a href="/p/livre-blanc">on</a>
			<script type="speculationrules">${rules}</script>` }));
	await page.goto(`${url}/start`);
	// The cookie says that it has been fetched; until then nothing does.
	for (let i = 0; i < 400; i++) {
		if ((await page.context().cookies()).length)
			break;
		await new Promise((done) => setTimeout(done, 20));
	}
	assert.deepEqual(told, []);
	const answered = page.waitForResponse(`${url}/e`);
	await page.click('a');
	assert.equal((await answered).status(), 204);
	assert.equal(await page.evaluate(() =>
		performance.getEntriesByType('navigation')[0].deliveryType),
	'navigational-prefetch');
	await fill_in(page);
	await submit(page).click();
	await is_thanked(page);
});

await test('nothing is told before the page is shown, and once then', {},
	async (page) => {
	const told = beacons(page);
	await page.addInitScript(() => {
		window.now = { prerendering: true, visibilityState: 'hidden' };
		for (const name of Object.keys(window.now))
			Object.defineProperty(document, name,
				{ get: () => window.now[name] });
	});
	await page.goto(page_url, { waitUntil: 'networkidle' });
	const change = (now, name) => page.evaluate(([n, event]) => {
		Object.assign(window.now, n);
		document.dispatchEvent(new Event(event));
	}, [now, name]);
	await change({ prerendering: false }, 'prerenderingchange');
	assert.deepEqual(told, []);
	const answered = page.waitForResponse(`${url}/e`);
	await change({ visibilityState: 'visible' }, 'visibilitychange');
	await answered;
	await change({}, 'visibilitychange');
	// Hidden again, as it was: a page of its own.
	await page.reload({ waitUntil: 'networkidle' });
	assert.deepEqual(told, [204]);
});

// Every state in both languages, at both widths, in light and dark.
const LOOKS = {
	fr: [[WIDE, 'light'], [NARROW, 'dark']],
	en: [[WIDE, 'dark'], [NARROW, 'light']],
};

async function is_accessible(page, rules) {
	// Over a picture axe leaves contrast to others.
	const found = await page.evaluate((tags) => {
		document.styleSheets[0]?.insertRule(
			'main > .band::before { content: none !important }');
		return axe.run(document,
			{ runOnly: tags, resultTypes: ['violations'] });
	}, rules);
	assert.deepEqual(found.violations.map((v) =>
		`${v.id}: ${v.nodes[0].html}`), []);
	const over = await page.evaluate(() =>
		document.documentElement.scrollWidth - innerWidth);
	assert.ok(over <= 0, `${over} px too wide`);
}

// What a person can use on a page, in order.
const controls = (page) => page.evaluate(() => {
	window.stops = [...document.querySelectorAll('a[href], button, ' +
		'input:not([type=hidden]), select, textarea, summary')]
		.filter((e) => e.tabIndex >= 0 && e.checkVisibility());
	return window.stops.map((e) => `${e.tagName} ${e.name ?? ''}`);
});

// Tab leads round to all of them, each in sight and ringed.
async function is_walked(page, count) {
	const missed = new Set(Array(count).keys());
	// A date has several stops.
	for (let i = 0; i < 2 * count + 4 && missed.size; i++) {
		await page.keyboard.press('Tab');
		const at = await page.evaluate(() => {
			const e = document.activeElement;
			const box = e.getBoundingClientRect();
			const style = getComputedStyle(e);
			return { n: window.stops.indexOf(e),
				what: e.outerHTML.slice(0, 90),
				seen: box.width > 0 && box.height > 0 &&
					box.top < innerHeight && box.bottom > 0,
				ring: style.outlineStyle !== 'none' ||
					style.boxShadow !== 'none' };
		});
		if (!missed.delete(at.n))
			continue;
		assert.ok(at.seen, `${at.what} is not to be seen`);
		assert.ok(at.ring, `${at.what} shows no focus`);
	}
	assert.equal(missed.size, 0, 'controls that Tab never reaches');
}

for (const [name, open] of Object.entries(states(url,
	JSON.parse(process.env.LINKS)))) {
	// In a frame the page around has the landmarks and the first heading.
	const rules = RULES.filter((r) => r !== 'best-practice' ||
		!name.startsWith('embedded'));
	let with_script;
	for (const [lang, looks] of Object.entries(LOOKS)) {
		await test(`${name}, ${lang}`, { locale: lang,
			viewport: looks[0][0], colorScheme: looks[0][1],
			// Colours that are on their way have no contrast.
			reducedMotion: 'reduce',
		}, async (page) => {
			await open(page, lang);
			with_script ??= await controls(page);
			await page.evaluate(axe.source);
			for (const [viewport, colorScheme] of looks) {
				await page.setViewportSize(viewport);
				await page.emulateMedia({ colorScheme });
				if (process.env.SHOTS)
					await page.screenshot({ fullPage: true,
						path: `${process.env.SHOTS}/${name}-${lang}-` +
						`${viewport.width}.png` });
				await is_accessible(page, rules);
			}
			assert.equal(await page.locator('html')
				.getAttribute('lang'), lang);
		});
	}
	await test(`${name}, without a script, by keyboard`, {
		javaScriptEnabled: false, viewport: NARROW,
		reducedMotion: 'reduce' }, async (page) => {
		await open(page, 'fr');
		assert.deepEqual(await controls(page), with_script);
		await is_walked(page, with_script.length);
	});
}

await stepped({ test, url });
const by_axe = { is_accessible: async (page) => {
	await page.evaluate(axe.source);
	await is_accessible(page, RULES);
}, looks: Object.entries(LOOKS).flatMap(([lang, looks]) => looks.map(
	([viewport, colorScheme]) => ({ lang, viewport, colorScheme }))) };
await worked({ test, working: process.env.WORKING, fill_in, submit, is_thanked,
	...by_axe });
await desked({ test, url, desks: JSON.parse(process.env.DESKS), ...by_axe });
await accounted({ test, url, bosses: JSON.parse(process.env.BOSSES),
	...by_axe });
await embedded({ test, url, someone, home: +process.env.HOME_PORT,
	stranger: +process.env.STRANGER_PORT });
await observed({ test, url });
await browser.close();
console.log(`browser: ${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
