{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
<p>{{W_QUARANTINE_TEXT}}</p>
{{#EMPTY}}
<div class="empty"><p>{{W_QUARANTINE_EMPTY}}</p></div>
{{/EMPTY}}
{{#ROWS}}
<form class="card search" method="get" action="/console/quarantine">
<div class="field">
<label for="reason">{{W_QUARANTINE_REASON}}</label>
<select id="reason" name="reason">
<option value="">{{W_QUARANTINE_ANY}}</option>
{{#REASON}}
<option value="{{REASON_KEY}}"{{#REASON_CHOSEN}} selected{{/REASON_CHOSEN}}>{{REASON_NAME}} ({{REASON_COUNT}})</option>
{{/REASON}}
</select>
</div>
<button class="second">{{W_QUARANTINE_FILTER}}</button>
</form>
<form method="post" action="/console/quarantine">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<div class="scroll" tabindex="0" role="region" aria-labelledby="rows">
<table>
<caption id="rows">{{TABLE_TITLE}}</caption>
<thead><tr>{{#CAN_CHOOSE}}<th scope="col">{{W_QUARANTINE_CHOOSE}}</th>{{/CAN_CHOOSE}}<th scope="col">{{W_QUARANTINE_EMAIL}}</th><th scope="col">{{W_QUARANTINE_REASON}}</th><th scope="col">{{W_QUARANTINE_PAGE}}</th><th scope="col">{{W_QUARANTINE_AT}}</th></tr></thead>
<tbody>
{{#ROW}}
<tr>{{#ROW_CHOICE}}<td><input type="checkbox" name="id" value="{{ROW_CHOICE}}" aria-label="{{W_QUARANTINE_CHOOSE}} {{ROW_EMAIL}} {{ROW_AT}}"></td>{{/ROW_CHOICE}}<td>{{ROW_EMAIL}}</td><td>{{ROW_REASON}}</td><td>{{ROW_PAGE}}</td><td class="when">{{ROW_AT}}</td></tr>
{{/ROW}}
</tbody>
</table>
</div>
{{#MORE_URL}}
<p><a href="{{MORE_URL}}">{{W_QUARANTINE_MORE}}</a></p>
{{/MORE_URL}}
{{#CAN_CHOOSE}}
<div class="card">
<p>{{W_QUARANTINE_CHOSEN_TEXT}}</p>
<button>{{W_QUARANTINE_CHOSEN}}</button>
</div>
{{/CAN_CHOOSE}}
</form>
{{/ROWS}}
{{#RELEASE}}
<details class="confirm card">
<summary>{{W_QUARANTINE_ALL}} {{RELEASE_NAME}}</summary>
<form method="post" action="/console/quarantine">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="reason" value="{{RELEASE_KEY}}">
<p>{{RELEASE_TEXT}}</p>
<button class="danger">{{RELEASE_BUTTON}}</button>
</form>
</details>
{{/RELEASE}}
</main>
</body>
</html>
