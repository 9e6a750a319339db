{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
<p>{{COUNTS}}</p>
{{#LINES_WRONG}}
<section class="card" aria-labelledby="wrong">
<h2 id="wrong">{{W_COST_FILE_LINES}}</h2>
<ul lang="en">
{{#LINE_WRONG}}
<li>{{LINE_TEXT}}</li>
{{/LINE_WRONG}}
</ul>
</section>
{{/LINES_WRONG}}
{{#CSV_TEXT}}
<form method="post" action="/console/costs/file" enctype="multipart/form-data">
<input type="hidden" name="{{CSRF_NAME}}" value="{{CSRF}}">
<input type="hidden" name="deed" value="take">
<textarea name="csv" hidden>
{{CSV_TEXT}}</textarea>
<p class="actions"><button>{{W_COST_FILE_BUTTON}}</button> <a href="/console/costs">{{W_DEED_BACK}}</a></p>
</form>
{{/CSV_TEXT}}
</main>
</body>
</html>
