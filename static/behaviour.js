// Tells of this page's view, with consent and not before: see README.
(function () {
	'use strict';
	var d = document, at = location, src = d.currentScript.src;
	var link = /[#&]piste=([\w.-]+)/.exec(at.hash), who = link && link[1], told;

	async function tell() {
		if (told || window.pisteConsent !== true || d.prerendering ||
			d.hidden || navigator.globalPrivacyControl)
			return;
		told = true;
		try {
			if (link)
				sessionStorage.piste = who;
			who = sessionStorage.piste;
		} catch (e) {}
		try {
			await fetch(new URL('/e', src), { method: 'POST',
				keepalive: true, credentials: 'omit',
				body: new URLSearchParams({ kind: 'view', path: at.pathname,
					id: crypto.randomUUID(), link: link ? 1 : '',
					who: who || '' }) });
		} catch (e) {}
	}
	// Whatever they say.
	if (link)
		history.replaceState(history.state, '', at.pathname + at.search);
	['piste-consent', 'visibilitychange', 'prerenderingchange'].forEach(
		function (n) { d.addEventListener(n, tell); });
	tell();
})();
