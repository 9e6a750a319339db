{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
<head>
<meta charset="utf-8">
{{#OBSERVED}}
<script src="{{STATIC_URL}}/thanked.js" data-token="{{OBSERVED}}" data-to="{{OBSERVED_AT}}" defer></script>
{{/OBSERVED}}
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
<p class="mark" aria-hidden="true"></p>
<h1>{{HEADLINE}}</h1>
{{#TEXT}}
<p class="lead">{{TEXT:p}}</p>
{{/TEXT}}
{{#DELIVERY}}
<p class="lead">{{DELIVERY}}</p>
{{/DELIVERY}}
{{#ASSET_URL}}
<p><a class="button" href="{{ASSET_URL}}">{{WORD_DOWNLOAD}}</a></p>
<p class="soft">{{WORD_LINK_EXPIRES}}</p>
{{/ASSET_URL}}
{{#FURTHER_URL}}
<p><a class="button" href="{{FURTHER_URL}}">{{WORD_FURTHER}}</a></p>
{{/FURTHER_URL}}
</div>
</div>
{{#NEXT_LIST}}
<section class="block narrow" aria-labelledby="next">
<h2 id="next">{{NEXT_TITLE}}</h2>
<ol class="chapters">
{{#NEXT}}
<li>
<h3>{{TITLE}}</h3>
<p>{{TEXT:p}}</p>
</li>
{{/NEXT}}
</ol>
</section>
{{/NEXT_LIST}}
</main>
<footer class="foot plain">
<p class="narrow"><a href="{{BACK_URL}}">{{WORD_BACK}}</a></p>
</footer>
</body>
</html>
