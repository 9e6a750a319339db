{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1" data-taken>
{{>TITLE}}
<div class="card">
<dl class="facts">
{{#NUMBER}}
<dt>{{NUMBER_NAME}}</dt><dd>{{NUMBER_VALUE}}</dd>
{{/NUMBER}}
</dl>
</div>
{{#NO_LINES}}
<div class="empty"><p>{{W_IMPORT_NONE_REFUSED}}</p></div>
{{/NO_LINES}}
{{>LINES}}
{{#REPORT}}
<p><a href="{{FILE_URL}}/refused.csv">{{W_IMPORT_REPORT}}</a></p>
{{/REPORT}}
</main>
</body>
</html>
