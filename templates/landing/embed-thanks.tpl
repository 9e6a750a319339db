{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>EMBED}}
<body class="embedded">
<section class="panel" aria-labelledby="thanks">
<h2 id="thanks" tabindex="-1" autofocus>{{HEADLINE}}</h2>
{{#TEXT}}
<p>{{TEXT:p}}</p>
{{/TEXT}}
{{#DELIVERY}}
<p>{{DELIVERY}}</p>
{{/DELIVERY}}
{{#ASSET_URL}}
<p><a class="button" href="{{ASSET_URL}}">{{WORD_DOWNLOAD}}</a></p>
<p class="soft">{{WORD_LINK_EXPIRES}}</p>
{{/ASSET_URL}}
<p><a href="{{BACK_URL}}">{{WORD_BACK}}</a></p>
</section>
</body>
</html>
