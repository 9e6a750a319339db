{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
<section class="card" aria-labelledby="attention">
<h2 id="attention">{{W_HOME_ATTENTION}}</h2>
{{#MATTER_LIST}}
<ul class="attention">
{{#MATTER}}
<li><span>{{MATTER_TEXT}}</span>{{#MATTER_URL}} <a href="{{MATTER_URL}}">{{MATTER_LINK}}</a>{{/MATTER_URL}}</li>
{{/MATTER}}
</ul>
{{/MATTER_LIST}}
{{#CALM}}
<p>{{W_HOME_CALM}}</p>
{{/CALM}}
</section>
<section aria-labelledby="week">
<h2 id="week">{{W_HOME_WEEK}}</h2>
{{#NO_FIGURES}}
<div class="empty"><p>{{W_HOME_EMPTY}}</p></div>
{{/NO_FIGURES}}
{{#FIGURES}}
<div class="cards">
{{#FIGURE_CARD}}
<div class="card">
<h3>{{FIGURE_NAME}}</h3>
<p class="figure">{{FIGURE}}</p>
<p class="soft small">{{FIGURE_BEFORE}}</p>
<svg class="trend" viewBox="0 0 280 100" preserveAspectRatio="none" role="img" aria-label="{{TREND_TEXT}}">
{{#BAR}}
<rect class="{{BAR_CLASS}}" x="{{BAR_X}}" y="{{BAR_Y}}" width="16" height="{{BAR_HIGH}}"></rect>
{{/BAR}}
</svg>
</div>
{{/FIGURE_CARD}}
</div>
<p class="soft small">{{W_HOME_DEFINITION}}</p>
<details class="confirm">
<summary>{{W_HOME_TABLE}}</summary>
<div>
<table>
<caption class="hidden">{{W_HOME_TABLE}}</caption>
<thead><tr><th scope="col">{{W_HOME_DAY}}</th><th scope="col" class="number">{{W_HOME_VIEWS}}</th><th scope="col" class="number">{{W_HOME_LEADS}}</th></tr></thead>
<tbody>
{{#DAY_ROW}}
<tr><th scope="row">{{DAY}}</th><td class="number">{{DAY_VIEWS}}</td><td class="number">{{DAY_LEADS}}</td></tr>
{{/DAY_ROW}}
</tbody>
</table>
</div>
</details>
{{/FIGURES}}
</section>
</main>
</body>
</html>
