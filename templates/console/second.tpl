{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1" class="narrow">
{{>TITLE}}
{{#OFFER}}
<p>{{W_SECOND_SCAN}}</p>
{{#QR_PATH}}
<svg class="qr" viewBox="0 0 {{QR_SIZE}} {{QR_SIZE}}" width="240" height="240" shape-rendering="crispEdges" role="img" aria-label="{{W_SECOND_TITLE}}"><path fill="#fff" d="M0 0h{{QR_SIZE}}v{{QR_SIZE}}h-{{QR_SIZE}}z"/><path fill="#000" d="{{QR_PATH}}"/></svg>
{{/QR_PATH}}
<dl class="facts"><dt>{{W_SECOND_KEY}}</dt><dd><code>{{SECRET}}</code></dd></dl>
<form class="card" method="post" action="/console/me/second">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="sealed" value="{{SEALED}}">
<div class="field">
<label for="code">{{W_SECOND_CODE}}</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10" required>
</div>
<div class="field">
<label for="password">{{W_PASSWORD_NOW}}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
</div>
<button>{{W_SECOND_BUTTON}}</button>
</form>
{{/OFFER}}
{{#CODES}}
<p>{{W_SECOND_CODES}}</p>
<ul>
{{#CODE}}
<li><code>{{RECOVERY}}</code></li>
{{/CODE}}
</ul>
<p><a href="/console/me">{{W_ME_TITLE}}</a></p>
{{/CODES}}
</main>
</body>
</html>
