{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
<div class="scroll" tabindex="0" role="region" aria-label="{{W_NAV_ACCOUNTS}}">
<table>
<thead><tr><th scope="col">{{W_USER_LOGIN}}</th><th scope="col">{{W_USER_NAME}}</th><th scope="col">{{W_USER_ROLE}}</th><th scope="col">{{W_USER_STATE}}</th><th scope="col">{{W_USER_SEEN}}</th><th scope="col">{{W_USER_ACT}}</th></tr></thead>
<tbody>
{{#USER}}
<tr><th scope="row">{{USER_LOGIN}}</th><td>{{USER_NAME}}</td><td>{{USER_ROLE}}</td><td>{{#USER_OPEN}}<span class="tag good">{{W_USER_OPEN}}</span>{{/USER_OPEN}}{{#USER_CLOSED}}<span class="tag bad">{{W_USER_CLOSED}}</span>{{/USER_CLOSED}}{{#USER_INVITED}} <span class="tag">{{W_USER_INVITED}}</span>{{/USER_INVITED}}{{#USER_SECOND}} <span class="tag">{{W_USER_SECOND}}</span>{{/USER_SECOND}}</td><td class="when">{{USER_SEEN}}</td>
<td>
{{#USER_OTHER}}
<details class="confirm">
<summary>{{W_USER_ACT}}<span class="hidden"> {{USER_LOGIN}}</span></summary>
<form method="post" action="/console/accounts/change">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="login" value="{{USER_LOGIN}}">
<p><select name="role" aria-label="{{W_USER_ROLE}}">
{{#USER_ROLES}}
<option value="{{ROLE}}" {{#ROLE_CHOSEN}}selected{{/ROLE_CHOSEN}}>{{ROLE_NAME}}</option>
{{/USER_ROLES}}
</select></p>
<p><button name="deed" value="role">{{W_USER_SAVE}}</button></p>
{{#USER_OPEN}}
<p><button name="deed" value="reset">{{W_USER_RESET}}</button></p>
<p><button class="danger" name="deed" value="disable">{{W_USER_DISABLE}}</button></p>
{{/USER_OPEN}}
{{#USER_CLOSED}}
<p><button name="deed" value="enable">{{W_USER_ENABLE}}</button></p>
{{/USER_CLOSED}}
{{#USER_SECOND}}
<p><button class="danger" name="deed" value="second-off">{{W_USER_SECOND_OFF}}</button></p>
{{/USER_SECOND}}
</form>
</details>
{{/USER_OTHER}}
</td></tr>
{{/USER}}
</tbody>
</table>
</div>
<section class="card" aria-labelledby="new-user">
<h2 id="new-user">{{W_USER_NEW}}</h2>
<form method="post" action="/console/accounts">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<div class="field">
<label for="new-login">{{W_USER_LOGIN}}</label>
<input id="new-login" name="login" type="email" autocomplete="off" maxlength="254" required value="{{NEW_LOGIN}}">
</div>
<div class="field">
<label for="new-name">{{W_USER_NAME}}</label>
<input id="new-name" name="name" autocomplete="off" maxlength="100" required value="{{NEW_NAME}}">
</div>
<div class="field">
<label for="new-role">{{W_USER_ROLE}}</label>
<select id="new-role" name="role">
{{#NEW_ROLES}}
<option value="{{ROLE}}" {{#ROLE_CHOSEN}}selected{{/ROLE_CHOSEN}}>{{ROLE_NAME}}</option>
{{/NEW_ROLES}}
</select>
</div>
<button>{{W_USER_ADD}}</button>
</form>
</section>
</main>
</body>
</html>
