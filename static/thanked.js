// Whoever has just agreed to be observed is known in this tab, and on the
// observed sites this page links to.  No cookie: the tab's end forgets it.
(function () {
	'use strict';
	var data = document.currentScript.dataset, to = data.to.split(' ');

	if (navigator.globalPrivacyControl)
		return;
	try {
		sessionStorage.piste = data.token;
	} catch (e) {
		// Then only the links know.
	}
	Array.prototype.forEach.call(document.links, function (a) {
		if (a.origin !== location.origin && to.indexOf(a.origin) >= 0)
			a.hash = 'piste=' + data.token;
	});
})();
