{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1" data-taken>
{{>TITLE}}
{{#JUDGED}}
<p>{{JUDGED}}</p>
{{/JUDGED}}
{{#COLUMNS}}
<form id="map" method="post" action="{{FILE_URL}}">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<div class="scroll fit" tabindex="0" role="region" aria-labelledby="columns">
<table>
<caption id="columns">{{W_IMPORT_MAP}}</caption>
<thead><tr><th scope="col">{{W_IMPORT_COLUMN}}</th><th scope="col">{{W_IMPORT_SAMPLE}}</th><th scope="col">{{W_IMPORT_FIELD}}</th></tr></thead>
<tbody>
{{#COLUMN}}
<tr><th scope="row"><label for="{{COLUMN_ID}}">{{COLUMN_NAME}}</label></th><td class="said">{{COLUMN_SAMPLE}}</td><td><select id="{{COLUMN_ID}}" name="{{COLUMN_ID}}">
<option value="">{{W_IMPORT_LEAVE}}</option>
{{#FIELD}}
<option value="{{FIELD_NAME}}"{{#FIELD_CHOSEN}} selected{{/FIELD_CHOSEN}}>{{FIELD_LABEL}}</option>
{{/FIELD}}
</select></td></tr>
{{/COLUMN}}
</tbody>
</table>
</div>
<p class="actions"><button class="second" name="deed" value="map">{{W_IMPORT_REMAP}}</button></p>
</form>
{{/COLUMNS}}
{{>LINES}}
{{#TAKE}}
<div class="card">
<p>{{TAKE_TEXT}}</p>
<p class="actions"><button form="map" name="deed" value="take">{{TAKE}}</button></p>
</div>
{{/TAKE}}
{{#UNDER_WAY}}
<p class="actions"><a class="button" href="{{FILE_URL}}">{{W_IMPORT_LOOK}}</a></p>
{{/UNDER_WAY}}
{{#DROP}}
<form method="post" action="{{FILE_URL}}">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<button class="second" name="deed" value="drop">{{W_IMPORT_DROP}}</button>
</form>
{{/DROP}}
</main>
</body>
</html>
