{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1" class="narrow">
{{>TITLE}}
<form class="card" method="post" action="{{ACTION}}">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<div class="field">
<label for="login">{{W_LOGIN_EMAIL}}</label>
<input id="login" type="email" autocomplete="username" readonly value="{{LOGIN}}">
</div>
<div class="field">
<label for="new">{{W_PASSWORD_NEW}}</label>
<p class="hint" id="new-hint">{{NEW_HINT}}</p>
{{#NEW_ERROR}}
<p class="error" id="new-error">{{NEW_ERROR}}</p>
{{/NEW_ERROR}}
<input id="new" name="new" type="password" autocomplete="new-password" required aria-describedby="new-hint{{#NEW_ERROR}} new-error{{/NEW_ERROR}}" {{#NEW_ERROR}}aria-invalid="true"{{/NEW_ERROR}}>
</div>
<button>{{W_RESET_BUTTON}}</button>
</form>
</main>
</body>
</html>
