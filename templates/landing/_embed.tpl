<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{#ERRORS}}{{WORD_ERROR_PREFIX}}{{/ERRORS}}{{HEADLINE}}</title>
{{>STYLE}}
<script src="{{STATIC_URL}}/framed.js" data-origins="{{ORIGINS}}" defer></script>
</head>
