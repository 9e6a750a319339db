{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{SUBJECT}}</title>
<style>
body { margin: 0; padding: 24px 16px; background: #f3f5f7; color: #1b2733; font: 16px/1.5 system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
main { max-width: 560px; margin: 0 auto; padding: 32px 28px; background: #ffffff; border-radius: 8px; }
h1 { margin: 0 0 16px; font-size: 24px; line-height: 1.25; }
p { margin: 0 0 16px; }
.brand { color: #4a5a6a; }
.button { display: inline-block; padding: 12px 22px; border-radius: 6px; background: #0c6b4c; color: #ffffff; font-weight: 600; text-decoration: none; }
.soft { color: #4a5a6a; font-size: 14px; }
.soft a { color: #0c6b4c; overflow-wrap: anywhere; }
</style>
</head>
<body>
<main>
{{#BRAND}}
<p class="brand">{{BRAND}}</p>
{{/BRAND}}
{{#HEADLINE}}
<h1>{{HEADLINE}}</h1>
{{/HEADLINE}}
{{#PARAGRAPH}}
<p>{{TEXT}}</p>
{{/PARAGRAPH}}
{{#LINK}}
<p><a class="button" href="{{URL}}">{{BUTTON}}</a></p>
<p class="soft"><a href="{{URL}}">{{URL}}</a></p>
{{/LINK}}
{{#NOTE}}
<p class="soft">{{NOTE}}</p>
{{/NOTE}}
{{#PREFERENCES_URL}}
<p class="soft"><a href="{{PREFERENCES_URL}}">{{PREFERENCES}}</a></p>
{{/PREFERENCES_URL}}
{{#UNSUBSCRIBE_URL}}
<p class="soft"><a href="{{UNSUBSCRIBE_URL}}">{{UNSUBSCRIBE}}</a></p>
{{/UNSUBSCRIBE_URL}}
</main>
</body>
</html>
