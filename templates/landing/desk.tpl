{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{HEADLINE}}</title>
{{>STYLE}}
</head>
<body{{#ALONE}} class="short"{{/ALONE}}>
<header class="band">
<div class="bar narrow">
{{>BRAND}}
</div>
</header>
<main>
<div class="band">
<div class="message narrow">
<h1>{{HEADLINE}}</h1>
<p class="lead" role="status">{{TEXT:p}}</p>
</div>
</div>
{{#DEEDS}}
<div class="desk narrow">
{{#DEED}}
<section class="panel" id="{{DEED_ID}}" aria-labelledby="{{DEED_ID}}-title">
<h2 id="{{DEED_ID}}-title">{{DEED_TITLE}}</h2>
<form method="post" action="{{ACTION}}" novalidate>
<input type="hidden" name="{{DEED_NAME}}" value="{{DEED_ID}}">
{{#DEED_LABEL}}
<div class="fields">
<div class="field{{#DEED_ERROR}} is-wrong{{/DEED_ERROR}}">
<label for="{{DEED_ID}}-words">{{DEED_LABEL}}</label>
{{#DEED_ERROR}}
<p class="error" id="{{DEED_ID}}-error" role="alert">{{DEED_ERROR}}</p>
{{/DEED_ERROR}}
<textarea id="{{DEED_ID}}-words" name="{{WORDS_NAME}}" rows="3"{{#DEED_ERROR}} aria-invalid="true" aria-describedby="{{DEED_ID}}-error" autofocus{{/DEED_ERROR}}>
{{DEED_TYPED:p}}</textarea>
</div>
</div>
{{/DEED_LABEL}}
<button type="submit">{{DEED_BUTTON}}</button>
</form>
</section>
{{/DEED}}
</div>
{{/DEEDS}}
</main>
</body>
</html>
