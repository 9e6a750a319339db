{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>{{HEADLINE}}</title>
{{>STYLE}}
<link rel="stylesheet" href="{{STATIC_URL}}/report.css">
</head>
<body>
<a class="skip" href="#figures">{{WORD_SKIP}}</a>
<header class="band">
<div class="bar wide">
{{>BRAND}}
{{>LANGUAGES}}
</div>
<div class="wide report-head">
<h1>{{HEADLINE}}</h1>
<p><a class="button" href="{{CSV_URL}}">{{WORD_CSV}}</a></p>
</div>
</header>
<main>
<section class="wide report-part" id="figures" aria-labelledby="figures-title">
<h2 id="figures-title">{{WORD_FIGURES}}</h2>
<ul class="figures">
{{#CARD}}
<li class="figure">
<p class="figure-name">{{NAME}}</p>
<p class="figure-now">{{NOW}}</p>
{{#YOUNG}}
<p class="figure-young">{{YOUNG}}</p>
{{/YOUNG}}
<p class="figure-then">{{WORD_BEFORE}}{{WORD_COLON}}{{BEFORE}}<br>{{WORD_CHANGE}}{{WORD_COLON}}{{CHANGE}}</p>
</li>
{{/CARD}}
</ul>
{{#YOUNG_NOTE}}
<p class="soft">{{YOUNG_NOTE}}</p>
{{/YOUNG_NOTE}}
{{#ASIDE}}
<p class="soft">{{ASIDE}}</p>
{{/ASIDE}}
</section>
<section class="tinted report-part" aria-labelledby="charts-title">
<div class="wide">
<h2 id="charts-title">{{WORD_CHARTS}}</h2>
<div class="charts">
<div class="card"><!--chart-days--></div>
<div class="card"><!--chart-trend--></div>
</div>
</div>
</section>
{{#CAMPAIGNS}}
<section class="wide report-part" aria-labelledby="campaigns-title">
<h2 id="campaigns-title">{{WORD_CAMPAIGNS}}</h2>
<div class="scroll" role="group" aria-labelledby="campaigns-title" tabindex="0">
<table>
<thead>
<tr><th scope="col">{{WORD_CAMPAIGN}}</th>{{#COLUMN}}<th scope="col">{{NAME}}</th>{{/COLUMN}}</tr>
</thead>
<tbody>
{{#CAMPAIGN}}
<tr><th scope="row">{{NAME}}</th>{{#CELL}}<td>{{VALUE}}</td>{{/CELL}}</tr>
{{/CAMPAIGN}}
</tbody>
</table>
</div>
</section>
{{/CAMPAIGNS}}
<section class="wide report-part" aria-labelledby="all-title">
<h2 id="all-title">{{WORD_ALL}}</h2>
<div class="scroll" role="group" aria-labelledby="all-title" tabindex="0">
<table>
<thead>
<tr><th scope="col">{{WORD_FIGURE}}</th><th scope="col">{{WORD_NOW}}</th><th scope="col">{{WORD_BEFORE}}</th><th scope="col">{{WORD_CHANGE}}</th></tr>
</thead>
<tbody>
{{#ROW}}
<tr><th scope="row">{{NAME}}<span class="definition">{{TEXT}}</span></th><td>{{NOW}}{{#BETWEEN}}<span class="definition">{{BETWEEN}}</span>{{/BETWEEN}}{{#YOUNG}}<span class="definition">{{YOUNG}}</span>{{/YOUNG}}</td><td>{{BEFORE}}</td><td>{{CHANGE}}</td></tr>
{{/ROW}}
</tbody>
</table>
</div>
</section>
</main>
<footer class="foot plain">
<div class="wide">
<p>{{UNTIL}} {{NOTE}}</p>
</div>
</footer>
</body>
</html>
