// A form in steps, by keyboard, by the browser's own way back: stepped().
import assert from 'node:assert/strict';

const heading = (page) => page.locator('h3.step');
const step = async (page, number) => assert.match(
	await heading(page).innerText(), new RegExp(`^Étape ${number} sur 3`));

async function type(page, name, value) {
	await page.focus(`[name=${name}]`);
	await page.keyboard.type(value);
}

// The first button is what Enter presses.
async function enter(page) {
	await Promise.all([page.waitForNavigation(),
		page.keyboard.press('Enter')]);
}

export async function stepped({ test, url }) {
	await test('steps by keyboard: focus, mistakes, and the way back',
		{}, async (page) => {
		await page.goto(`${url}/p/bilan`);
		await step(page, 1);
		assert.equal(await page.evaluate(() =>
			document.activeElement.tagName), 'BODY');
		await type(page, 'first_name', 'Ana');
		await type(page, 'email', 'pas une adresse');
		await enter(page);
		assert.equal(await page.evaluate(() =>
			document.activeElement.getAttribute('role')), 'alert');
		await page.fill('[name=email]', 'pas-a-pas@example.org');
		await page.focus('[name=place]');
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('ArrowDown');
		await page.focus('[name=email]');
		await enter(page);
		await step(page, 2);
		assert.match(await page.title(), /^Étape 2 sur 3/);
		assert.equal(await page.evaluate(() =>
			document.activeElement.className), 'step');
		assert.ok(await heading(page).isVisible());
		await type(page, 'surface', '120');
		await enter(page);
		await step(page, 3);
		// The page's way back.
		await page.click('button.back');
		await step(page, 2);
		assert.equal(await page.inputValue('[name=surface]'), '120');
	});

	await test('steps: the browser goes back and forth', {},
		async (page) => {
		await page.goto(`${url}/p/bilan`);
		await page.fill('[name=first_name]', 'Bea');
		await page.fill('[name=email]', 'retour@example.org');
		await page.selectOption('[name=place]', 'office');
		await page.focus('[name=email]');
		await enter(page);
		await page.fill('[name=people]', '7');
		await enter(page);
		await step(page, 3);
		await page.goBack();
		await step(page, 2);
		assert.equal(await page.inputValue('[name=people]'), '7');
		await page.goBack();
		await step(page, 1);
		assert.equal(await page.inputValue('[name=first_name]'), 'Bea');
		await page.goForward();
		await step(page, 2);
		await page.fill('[name=people]', '8');
		await page.focus('[name=people]');
		await enter(page);
		await step(page, 3);
		await page.check('[name="consent.contact-phone"]');
		await Promise.all([page.waitForURL('**/p/bilan/thanks*'),
			page.locator('[type=submit]').first().click()]);
		// On to the questions that are left.
		await page.click('a[href*="/p/mieux-vous-connaitre?k="]');
		assert.deepEqual(await page.locator('[name=company], [name=job],'
			+ ' [name=project]').evaluateAll((all) =>
			all.map((e) => e.name)), ['company', 'project']);
	});
}
