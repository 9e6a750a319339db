{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{SUBJECT}}</title>
<style>
body { margin: 0; padding: 24px 12px; background: #f3f5f7; color: #1b2733; font: 16px/1.5 system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
main { max-width: 600px; margin: 0 auto; padding: 28px 20px; background: #ffffff; border-radius: 8px; }
h1 { margin: 0 0 16px; font-size: 22px; line-height: 1.25; }
h2 { margin: 28px 0 8px; font-size: 17px; line-height: 1.3; }
p { margin: 0 0 16px; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 7px 4px; border-bottom: 1px solid #d5dde3; text-align: right; vertical-align: top; }
th:first-child { text-align: left; font-weight: 400; }
.name { min-width: 100px; overflow-wrap: anywhere; }
thead th { color: #4a5a6a; font-size: 14px; font-weight: 400; }
.now { font-weight: 700; }
.num { white-space: nowrap; }
.young { display: block; color: #4a5a6a; font-size: 13px; }
.brand, .soft { color: #4a5a6a; font-size: 14px; }
.soft a { color: #0c6b4c; overflow-wrap: anywhere; }
.button { display: inline-block; padding: 12px 22px; border-radius: 6px; background: #0c6b4c; color: #ffffff; font-weight: 600; text-decoration: none; }
img { display: block; width: 100%; max-width: 520px; height: auto; margin: 24px auto 0; }
.note { margin-top: 12px; }
.link { margin-top: 28px; }
@media (max-width: 480px) {
  body { padding: 0; }
  main { padding: 20px 14px; border-radius: 0; }
  table { font-size: 14px; }
  th, td { padding: 6px 3px; }
}
</style>
</head>
<body>
<main>
{{#BRAND}}
<p class="brand">{{BRAND}}</p>
{{/BRAND}}
<h1>{{HEADLINE}}</h1>
<table>
<thead>
<tr><th scope="col">{{WORD_FIGURE}}</th><th scope="col">{{WORD_NOW}}</th><th scope="col">{{WORD_BEFORE}}</th><th scope="col">{{WORD_CHANGE}}</th></tr>
</thead>
<tbody>
{{#ROW}}
<tr><th scope="row">{{NAME}}{{#YOUNG}} <span class="young">{{YOUNG}}</span>{{/YOUNG}}</th><td class="now num">{{NOW}}</td><td class="num">{{BEFORE}}</td><td class="num">{{CHANGE}}</td></tr>
{{/ROW}}
</tbody>
</table>
{{#YOUNG_NOTE}}
<p class="soft note">{{YOUNG_NOTE}}</p>
{{/YOUNG_NOTE}}
{{#ASIDE}}
<p class="soft note">{{ASIDE}}</p>
{{/ASIDE}}
{{#DAYS}}
<img src="cid:days@piste" width="520" alt="{{DAYS}}">
{{/DAYS}}
{{#TREND}}
<img src="cid:trend@piste" width="520" alt="{{TREND}}">
{{/TREND}}
{{#CAMPAIGNS}}
<h2>{{WORD_CAMPAIGNS}}</h2>
<table>
<thead>
<tr><th scope="col">{{WORD_CAMPAIGN}}</th><th scope="col">{{WORD_LEADS}}</th><th scope="col">{{WORD_RATE}}</th><th scope="col">{{WORD_PRICE}}</th></tr>
</thead>
<tbody>
{{#CAMPAIGN}}
<tr><th class="name" scope="row">{{NAME}}</th><td class="now num">{{LEADS}}</td><td class="num">{{RATE}}</td><td class="num">{{PRICE}}</td></tr>
{{/CAMPAIGN}}
</tbody>
</table>
{{/CAMPAIGNS}}
{{#LINK}}
<p class="link"><a class="button" href="{{URL}}">{{BUTTON}}</a></p>
<p class="soft"><a href="{{URL}}">{{URL}}</a></p>
{{/LINK}}
<p class="soft">{{NOTE}}</p>
</main>
</body>
</html>
