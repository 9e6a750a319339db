// Logging in and one's own account, accounts and the journal, as screens.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

const HOW = { force: true };
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP_MS = 30000;

async function press(page, button) {
	await Promise.all([page.waitForNavigation(), button.click(HOW)]);
}

// RFC 6238.
function code_of(secret) {
	const bits = [...secret].map((c) => BASE32.indexOf(c).toString(2)
		.padStart(5, '0')).join('');
	const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
	const step = Buffer.alloc(8);
	step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS)));
	const mac = createHmac('sha1', key).update(step).digest();
	const number = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff;
	return String(number % 1000000).padStart(6, '0');
}

async function log_in(page, url, who, password) {
	await page.goto(`${url}/console/login`);
	await page.fill('[name=login]', who.login);
	await page.fill('[name=password]', password);
	await press(page, page.locator('main form button'));
}

// Every screen by name, in this order: open(page).
function screens(url, who) {
	const at = (path) => (page) => page.goto(url + path);
	return {
		'login': at('/console/login'),
		'login-wrong': async (page) => {
			await log_in(page, url, who, 'wrong');
			await page.waitForSelector('[role=alert]');
		},
		'forgot': at('/console/reset'),
		'forgot-sent': async (page) => {
			await at('/console/reset')(page);
			await page.fill('[name=login]', 'nobody@example.org');
			await press(page, page.locator('main form button'));
		},
		'reset': at(who.reset),
		'reset-weak': async (page) => {
			await at(who.reset)(page);
			await page.fill('[name=new]', 'password1234');
			await press(page, page.locator('main form button'));
			await page.waitForSelector('[aria-invalid=true]');
		},
		'me': async (page) => {
			await log_in(page, url, who, who.password);
			await at('/console/me')(page);
		},
		'second': at('/console/me/second'),
		'second-codes': async (page) => {
			await at('/console/me/second')(page);
			await page.fill('[name=code]', code_of(await page.locator(
				'code').first().textContent()));
			await page.fill('[name=password]', who.password);
			await press(page, page.locator('main form button'));
			assert.equal(await page.locator('li code').count(), 10);
		},
		'me-second': async (page) => {
			await at('/console/me')(page);
			await page.locator('summary').first().click(HOW);
		},
		'accounts': async (page) => {
			await at('/console/accounts')(page);
			await page.locator('summary').first().click(HOW);
		},
		'accounts-wrong': async (page) => {
			await at('/console/accounts')(page);
			await page.fill('[name=login][type=email]', who.login);
			await page.fill('[name=name]', 'Camille Roy');
			await press(page, page.locator('main > section button'));
			await page.waitForSelector('[role=alert]');
		},
		'journal': at('/console/journal'),
		'journal-none': at('/console/journal?who=nobody'),
		'logincode': async (page) => {
			await press(page, page.locator(
				'[action="/console/logout"] button'));
			await log_in(page, url, who, who.password);
			assert.match(page.url(), /\/console\/login\/code/);
		},
	};
}

export async function accounted({ test, url, bosses, is_accessible, looks }) {
	for (const [lang, who] of Object.entries(bosses)) {
		const mine = looks.filter((look) => look.lang === lang);

		await test(`accounts, ${lang}`, { locale: lang,
			reducedMotion: 'reduce' }, async (page) => {
			for (const [name, open] of Object.entries(
				screens(url, who))) {
				await open(page);
				assert.equal(await page.locator('html')
					.getAttribute('lang'), lang);
				for (const { viewport, colorScheme } of mine) {
					await page.setViewportSize(viewport);
					await page.emulateMedia({ colorScheme });
					if (process.env.SHOTS)
						await page.screenshot({ fullPage: true,
							path: `${process.env.SHOTS}/account-${name}-` +
							`${lang}-${viewport.width}.png` });
					try {
						await is_accessible(page);
					} catch (e) {
						e.message = `${name}: ${e.message}`;
						throw e;
					}
				}
			}
		});
	}
}
