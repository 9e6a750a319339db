{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
<section class="card">
<h2 id="sessions">{{W_ME_SESSIONS}}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="sessions">
<table>
<thead><tr><th scope="col">{{W_ME_SEEN}}</th><th scope="col">{{W_ME_BEGUN}}</th><th scope="col">{{W_ME_PLACE}}</th><th scope="col">{{W_ME_AGENT}}</th><th scope="col">{{W_ME_ACT}}</th></tr></thead>
<tbody>
{{#SESSION}}
<tr><th scope="row" class="when">{{SESSION_SEEN}}</th><td class="when">{{SESSION_BEGUN}}</td><td>{{SESSION_PLACE}}</td><td>{{SESSION_AGENT}}</td><td>
{{#SESSION_THIS}}
<span class="tag good">{{W_ME_THIS}}</span>
{{/SESSION_THIS}}
{{#SESSION_OTHER}}
<form method="post" action="/console/me/sessions">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<button class="quiet" name="session" value="{{SESSION_ID}}">{{W_ME_REVOKE}}</button>
</form>
{{/SESSION_OTHER}}
</td></tr>
{{/SESSION}}
</tbody>
</table>
</div>
{{#SESSION_OTHERS}}
<form method="post" action="/console/me/sessions">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<button name="session" value="others">{{W_ME_REVOKE_OTHERS}}</button>
</form>
{{/SESSION_OTHERS}}
</section>
<div class="columns">
<section class="card" aria-labelledby="own-password">
<h2 id="own-password">{{W_ME_PASSWORD}}</h2>
<form method="post" action="/console/me/password">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<div class="field">
<label for="password">{{W_PASSWORD_NOW}}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
</div>
<div class="field">
<label for="new">{{W_PASSWORD_NEW}}</label>
<p class="hint" id="new-hint">{{NEW_HINT}}</p>
{{#NEW_ERROR}}
<p class="error" id="new-error">{{NEW_ERROR}}</p>
{{/NEW_ERROR}}
<input id="new" name="new" type="password" autocomplete="new-password" required aria-describedby="new-hint{{#NEW_ERROR}} new-error{{/NEW_ERROR}}" {{#NEW_ERROR}}aria-invalid="true"{{/NEW_ERROR}}>
</div>
<button>{{W_ME_PASSWORD_BUTTON}}</button>
</form>
</section>
<section class="card" aria-labelledby="own-second">
<h2 id="own-second">{{W_ME_SECOND}}</h2>
{{#SECOND_OFF}}
<p>{{W_ME_SECOND_OFF}}</p>
<p><a href="/console/me/second">{{W_ME_SECOND_BEGIN}}</a></p>
{{/SECOND_OFF}}
{{#SECOND_ON}}
<p>{{W_ME_SECOND_ON}}</p>
<p><a href="/console/me/second">{{W_ME_SECOND_CHANGE}}</a></p>
<details class="confirm">
<summary>{{W_ME_SECOND_END}}</summary>
<form method="post" action="/console/me/second/off">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<div class="field">
<label for="off-password">{{W_PASSWORD_NOW}}</label>
<input id="off-password" name="password" type="password" autocomplete="current-password" required>
</div>
<button class="danger">{{W_ME_SECOND_END}}</button>
</form>
</details>
{{/SECOND_ON}}
</section>
</div>
</main>
</body>
</html>
