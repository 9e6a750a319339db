// Within a frame on another site's page: tells that page how high this one
// is, if the page says hello and is of an origin that may show it.
(function () {
	'use strict';
	var origins = document.currentScript.dataset.origins.split(' ');
	var root = document.documentElement;
	var to = null, told = 0;
	// Browsers heed autofocus in the outermost page alone.
	var first = document.querySelector('[autofocus]');

	function tell() {
		var height = Math.ceil(root.getBoundingClientRect().height);

		if (to && height !== told) {
			told = height;
			parent.postMessage({ piste: 'height', height: height }, to);
		}
	}
	addEventListener('message', function (e) {
		if (e.source !== parent || origins.indexOf(e.origin) < 0 ||
			!e.data || e.data.piste !== 'hello')
			return;
		to = e.origin;
		told = 0;
		tell();
	});
	if (window.ResizeObserver)
		new ResizeObserver(tell).observe(root);
	if (first && parent !== window)
		first.focus();
})();
