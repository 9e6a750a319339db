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
<body class="short">
<header class="band">
<div class="bar narrow">
{{>BRAND}}
</div>
</header>
<main>
<div class="band">
<div class="message narrow">
<h1>{{HEADLINE}}</h1>
<p class="lead">{{TEXT:p}}</p>
{{#ASSET_URL}}
<p><a class="button" href="{{ASSET_URL}}">{{WORD_DOWNLOAD}}</a></p>
<p class="soft">{{WORD_LINK_EXPIRES}}</p>
{{/ASSET_URL}}
{{#FORM}}
<form class="form" method="post" action="{{ACTION}}">
{{#HIDDEN}}
<input type="hidden" name="{{HIDDEN_NAME}}" value="{{HIDDEN_VALUE}}">
{{/HIDDEN}}
{{#CHOICES}}
<fieldset class="group">
<legend>{{LEGEND}}</legend>
{{#CHOICE}}
<p class="choice"><input type="hidden" name="shown" value="{{CHOICE_NAME}}"><input type="checkbox" id="{{CHOICE_ID}}" name="keep" value="{{CHOICE_NAME}}" checked> <label for="{{CHOICE_ID}}">{{CHOICE_TEXT:p}}</label></p>
{{/CHOICE}}
</fieldset>
{{/CHOICES}}
{{#CHECK_NAME}}
<p class="choice"><input type="checkbox" id="also" name="{{CHECK_NAME}}" value="1"> <label for="also">{{CHECK_TEXT}}</label></p>
{{/CHECK_NAME}}
<p><button type="submit">{{BUTTON}}</button></p>
</form>
{{/FORM}}
{{#ENDED}}
<h2 class="ended">{{LEGEND}}</h2>
<ul>
{{#CHOICE}}
<li>{{CHOICE_TEXT:p}}</li>
{{/CHOICE}}
</ul>
<p class="soft">{{AGAIN}}</p>
{{/ENDED}}
{{#BACK_URL}}
<p><a href="{{BACK_URL}}">{{WORD_BACK}}</a></p>
{{/BACK_URL}}
</div>
</div>
</main>
</body>
</html>
