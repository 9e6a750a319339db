<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{{TITLE}} – {{BRAND}}</title>
<link rel="icon" href="{{STATIC_URL}}/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{{STATIC_URL}}/console.css">
<script src="{{STATIC_URL}}/console.js" defer></script>
</head>
