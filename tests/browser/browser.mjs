// What a person meets in a real browser: browser.mjs URL
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

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
async function test(name, options, steps) {
	const context = await browser.newContext({
		locale: 'fr-FR', userAgent: AGENT, viewport: WIDE, ...options,
	});
	const complaints = [];
	context.on('request', (r) => {
		if (!r.url().startsWith(url) && !r.url().startsWith('data:'))
			complaints.push(`asks elsewhere: ${r.url()}`);
	});
	context.on('response', (r) => {
		if (r.status() >= 400 && !r.request().isNavigationRequest())
			complaints.push(`${r.status()} for ${r.url()}`);
	});
	context.on('weberror', (e) => complaints.push(`${e.error()}`));
	context.on('console', (m) => {
		const ours = m.text().startsWith('Failed to load resource');
		if (['error', 'warning'].includes(m.type()) && !ours)
			complaints.push(`console: ${m.text()}`);
	});
	try {
		const page = await context.newPage();
		page.setDefaultTimeout(8000);
		await steps(page);
		assert.deepEqual(complaints, []);
		passed++;
		console.log(`ok      ${name}`);
	} catch (e) {
		failed++;
		console.log(`FAILED  ${name}: ${e.message ?? e}`);
	} finally {
		await context.close();
	}
}

const someone = () => `person${++people}@example.org`;
const submit = (page) => page.locator('form[method=post] [type=submit]');

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
	assert.equal(await page.locator('script').count(), 0, 'scripts');
});

// Every page a visitor can meet, in both languages, widths and lights.
const pages = {
	'landing fr': (p) => p.goto(`${page_url}?lang=fr`),
	'landing en': (p) => p.goto(`${page_url}?lang=en`),
	'errors': (p) => meets_errors(p),
	'thank-you': (p) => p.goto(`${page_url}/thanks`),
	'404': (p) => p.goto(`${url}/p/nobody`),
	'410': (p) => p.goto(`${url}/p/${process.env.ARCHIVED}`),
};
for (const [name, open] of Object.entries(pages)) {
	for (const viewport of [WIDE, NARROW]) {
		for (const colorScheme of ['light', 'dark']) {
			await test(`axe: ${name}, ${viewport.width} px, ${colorScheme}`,
				{ viewport, colorScheme }, async (page) => {
				await open(page);
				const found = await new AxeBuilder({ page })
					.withTags(RULES).analyze();
				assert.deepEqual(found.violations.map((v) =>
					`${v.id}: ${v.nodes[0].html}`), []);
				const over = await page.evaluate(() =>
					document.documentElement.scrollWidth -
					innerWidth);
				assert.ok(over <= 0, `${over} px too wide`);
			});
		}
	}
}

await browser.close();
console.log(`browser: ${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
