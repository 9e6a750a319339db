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
<body class="status">
<main class="message narrow">
<p class="code" aria-hidden="true">{{STATUS}}</p>
<h1>{{HEADLINE}}</h1>
<p class="lead">{{TEXT:p}}</p>
</main>
</body>
</html>
