// Has the browser solve the proof of work its form asks for, by ALTCHA's
// widget, and holds the form back while that takes its second.  When it fails
// the form is sent as it is: the server knows what to do with it.
import './altcha/altcha.min.js';
import './altcha/fr-fr.js';

const solver = new URL('altcha/sha.js', import.meta.url);
$altcha.algorithms.set('SHA-256', () => new Worker(solver));

for (const widget of document.querySelectorAll('altcha-widget')) {
	const form = widget.closest('form');
	let held = null;

	form.addEventListener('submit', (event) => {
		if (widget.getState() !== 'verifying')
			return;
		event.preventDefault();
		held = { by: event.submitter };
	});
	widget.addEventListener('statechange', (event) => {
		if (!held || event.detail.state === 'verifying')
			return;
		const { by } = held;
		held = null;
		form.requestSubmit(by);
	});
}
