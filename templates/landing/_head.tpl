<head>
<meta charset="utf-8">
{{#BEACON}}
<script src="{{STATIC_URL}}/shown.js" data-token="{{BEACON}}" async></script>
{{/BEACON}}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{#ERRORS}}{{WORD_ERROR_PREFIX}}{{/ERRORS}}{{PAGE_TITLE}}</title>
{{#DESCRIPTION}}
<meta name="description" content="{{DESCRIPTION}}">
{{/DESCRIPTION}}
<link rel="canonical" href="{{CANONICAL_URL}}">
{{#LANGUAGE}}
<link rel="alternate" hreflang="{{LANGUAGE_CODE}}" href="{{LANGUAGE_URL}}">
{{/LANGUAGE}}
{{#DEFAULT_URL}}
<link rel="alternate" hreflang="x-default" href="{{DEFAULT_URL}}">
{{/DEFAULT_URL}}
<meta property="og:type" content="website">
<meta property="og:title" content="{{PAGE_TITLE}}">
<meta property="og:url" content="{{CANONICAL_URL}}">
{{#DESCRIPTION}}
<meta property="og:description" content="{{DESCRIPTION}}">
{{/DESCRIPTION}}
{{>STYLE}}
</head>
