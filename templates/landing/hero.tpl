{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
<a class="skip" href="#form">{{WORD_SKIP}}</a>
<header class="band">
<div class="bar wide">
{{>BRAND}}
{{>LANGUAGES}}
</div>
</header>
<main>
<div class="band">
<div class="hero wide">
<div class="pitch">
{{#EYEBROW}}
<p class="eyebrow">{{EYEBROW}}</p>
{{/EYEBROW}}
<h1>{{HEADLINE}}</h1>
{{#LEAD}}
<p class="lead">{{LEAD:p}}</p>
{{/LEAD}}
{{#POINT_LIST}}
<ul class="points">
{{#POINT}}
<li>{{TEXT}}</li>
{{/POINT}}
</ul>
{{/POINT_LIST}}
{{#REASSURANCE}}
<p class="reassurance">{{REASSURANCE}}</p>
{{/REASSURANCE}}
{{#IMAGE}}
<img class="cover" src="{{STATIC_URL}}/{{IMAGE}}" alt="{{IMAGE_ALT}}" width="360" height="460">
{{/IMAGE}}
</div>
{{>FORM}}
</div>
</div>
{{#BENEFIT_LIST}}
<section class="block wide" aria-labelledby="benefits">
<h2 id="benefits">{{BENEFITS_TITLE}}</h2>
<div class="cards">
{{#BENEFIT}}
<div class="card">
<h3>{{TITLE}}</h3>
<p>{{TEXT:p}}</p>
</div>
{{/BENEFIT}}
</div>
</section>
{{/BENEFIT_LIST}}
{{#INSIDE_LIST}}
<section class="block tinted" aria-labelledby="inside">
<div class="wide">
<h2 id="inside">{{INSIDE_TITLE}}</h2>
<ol class="chapters">
{{#INSIDE}}
<li>
<h3>{{TITLE}}</h3>
<p>{{TEXT:p}}</p>
</li>
{{/INSIDE}}
</ol>
<p><a class="button" href="#form">{{BUTTON}}</a></p>
</div>
</section>
{{/INSIDE_LIST}}
{{#FACT_LIST}}
<section class="block wide" aria-labelledby="facts">
<h2 id="facts">{{FACTS_TITLE}}</h2>
<ul class="facts">
{{#FACT}}
<li>{{TEXT}}</li>
{{/FACT}}
</ul>
</section>
{{/FACT_LIST}}
</main>
{{>FOOT}}
</body>
</html>
