{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>HEAD}}
<body>
{{>TOP}}
<main id="main" tabindex="-1">
{{>TITLE}}
<section class="card verdict" aria-labelledby="verdict">
<h2 id="verdict" class="hidden">{{W_LAB_VERDICT}}</h2>
<p class="said">{{VERDICT}}</p>
<p class="soft small"><span class="tag">{{STATE}}</span> {{W_LAB_PAGE}} {{PAGE}} · {{W_LAB_GOAL}} {{GOAL}} · {{AS_OF}}</p>
{{#NOTES}}
<h3>{{W_LAB_NOTES}}</h3>
<ul>
{{#NOTE}}
<li>{{NOTE_TEXT}}</li>
{{/NOTE}}
</ul>
{{/NOTES}}
<p class="actions">
{{#DEED}}
<a class="button second" href="{{DEED_URL}}">{{DEED_NAME}}</a>
{{/DEED}}
{{#PLAN_URL}}
<a href="{{PLAN_URL}}">{{W_LAB_PLAN}}</a>
{{/PLAN_URL}}
</p>
</section>
{{#FIGURES}}
<div class="twin">
<section class="card">
<h2 id="rates-head">{{RATES_TITLE}}</h2>
<!--picture:rates-->
<div class="scroll" tabindex="0" role="region" aria-labelledby="rates-head">
<table>
<thead><tr><th scope="col">{{W_LAB_ARM}}</th><th scope="col" class="number">{{W_LAB_VISITORS}}</th><th scope="col" class="number">{{W_LAB_CONVERSIONS}}</th><th scope="col" class="number">{{RATE_HEAD}}</th><th scope="col" class="number">{{W_LAB_INTERVAL}}</th></tr></thead>
<tbody>
{{#RATE_ROW}}
<tr><th scope="row">{{ARM}}{{#ARM_CONTROL}} <span class="soft small">{{W_LAB_CONTROL}}</span>{{/ARM_CONTROL}}{{#ARM_CLOSED}} <span class="tag">{{W_LAB_CLOSED}}</span>{{/ARM_CLOSED}}</th><td class="number">{{RATE_N}}</td><td class="number">{{RATE_X}}</td><td class="number">{{RATE}}</td><td class="number">{{RATE_BETWEEN}}</td></tr>
{{/RATE_ROW}}
</tbody>
</table>
</div>
<p class="soft small">{{W_LAB_RATES_HINT}}</p>
</section>
<section class="card">
<h2 id="changes-head">{{W_LAB_LIFT}}</h2>
<!--picture:changes-->
<div class="scroll" tabindex="0" role="region" aria-labelledby="changes-head">
<table>
<thead><tr><th scope="col">{{W_LAB_ARM}}</th><th scope="col" class="number">{{W_LAB_LIFT_SHORT}}</th><th scope="col" class="number">{{W_LAB_ANY_TIME}}</th><th scope="col" class="number">{{W_LAB_BEST}}</th><th scope="col" class="number">{{W_LAB_LOSS}}</th></tr></thead>
<tbody>
{{#LIFT_ROW}}
<tr><th scope="row">{{ARM}}{{#ARM_CLOSED}} <span class="tag">{{W_LAB_CLOSED}}</span>{{/ARM_CLOSED}}</th><td class="number">{{LIFT}}</td><td class="number">{{LIFT_BETWEEN}}</td><td class="number soft">{{BEST}}</td><td class="number soft">{{LOSS}}</td></tr>
{{/LIFT_ROW}}
</tbody>
</table>
</div>
<p class="soft small">{{W_LAB_LIFT_HINT}}</p>
</section>
{{#BAND}}
<section class="card" aria-labelledby="{{BAND_ID}}-head">
<h2 id="{{BAND_ID}}-head">{{BAND_TITLE}}</h2>
<!--picture:{{BAND_ID}}-->
<p class="soft small">{{W_LAB_BAND_HINT}}</p>
</section>
{{/BAND}}
<section class="card" aria-labelledby="counted">
<h2 id="counted">{{W_LAB_COUNTED}}</h2>
<dl class="facts">
<dt>{{W_LAB_SEEN}}</dt><dd>{{COUNTED}}</dd>
<dt>{{W_LAB_VIEWS}}</dt><dd>{{VIEWS}}</dd>
<dt>{{W_LAB_WEIGHTS}}</dt><dd>{{WEIGHTS}}</dd>
{{#SPLIT}}
<dt>{{W_LAB_SPLIT}}</dt><dd>{{#SPLIT_GOOD}}<span class="tag good">{{W_LAB_SPLIT_GOOD}}</span>{{/SPLIT_GOOD}}{{#SPLIT_BAD}}<span class="tag bad">{{W_LAB_SPLIT_BAD}}</span>{{/SPLIT_BAD}} <span class="soft small">{{SPLIT_P}}</span></dd>
{{/SPLIT}}
{{#ACTIVATED}}
<dt>{{W_LAB_ACTIVATED}}</dt><dd>{{ACTIVATED_N}} {{#SPLIT_GOOD}}<span class="tag good">{{W_LAB_SPLIT_GOOD}}</span>{{/SPLIT_GOOD}}{{#SPLIT_BAD}}<span class="tag bad">{{W_LAB_SPLIT_BAD}}</span>{{/SPLIT_BAD}} <span class="soft small">{{SPLIT_P}}</span></dd>
{{/ACTIVATED}}
{{#LEFT}}
<dt>{{W_LAB_LEFT}}</dt><dd>{{LEFT}}</dd>
{{/LEFT}}
{{#ASIDE}}
<dt>{{W_LAB_ASIDE}}</dt><dd>{{ASIDE}}</dd>
{{/ASIDE}}
</dl>
</section>
<section class="card">
<h2 id="quality">{{W_LAB_QUALITY}}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="quality">
<table>
<thead><tr><th scope="col">{{W_LAB_ARM}}</th><th scope="col" class="number">{{W_LAB_LEADS}}</th><th scope="col" class="number">{{W_LAB_MQLS}}</th><th scope="col" class="number">{{W_LAB_SQLS}}</th><th scope="col" class="number">{{W_LAB_CUSTOMERS}}</th></tr></thead>
<tbody>
{{#QUALITY_ROW}}
<tr><th scope="row">{{ARM}}</th><td class="number">{{Q_LEADS}}</td><td class="number">{{Q_MQLS}}</td><td class="number">{{Q_SQLS}}</td><td class="number">{{Q_CUSTOMERS}}</td></tr>
{{/QUALITY_ROW}}
</tbody>
</table>
</div>
<p class="soft small">{{W_LAB_QUALITY_HINT}}{{#QUALITY_EPOCHS}} {{W_LAB_QUALITY_EPOCHS}}{{/QUALITY_EPOCHS}}</p>
</section>
{{#RAILS}}
<section class="card">
<h2 id="rails">{{W_LAB_RAILS}}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="rails">
<table>
<thead><tr><th scope="col">{{W_LAB_RAIL}}</th><th scope="col">{{W_LAB_MARGIN}}</th><th scope="col">{{W_LAB_ARM}}</th><th scope="col" class="number">{{W_LAB_RATE}}</th><th scope="col">{{W_LAB_STATE}}</th></tr></thead>
<tbody>
{{#RAIL_ROW}}
<tr><th scope="row">{{RAIL}}</th><td>{{RAIL_MARGIN}}</td><td>{{ARM}}</td><td class="number">{{RAIL_SHARE}}</td><td>{{#RAIL_BROKEN}}<span class="tag bad">{{W_LAB_BROKEN}}</span>{{/RAIL_BROKEN}}{{#RAIL_KEPT}}<span class="tag good">{{W_LAB_KEPT}}</span>{{/RAIL_KEPT}}</td></tr>
{{/RAIL_ROW}}
</tbody>
</table>
</div>
</section>
{{/RAILS}}
<section class="card" aria-labelledby="excluded">
<h2 id="excluded">{{W_LAB_EXCLUDED}}</h2>
{{#EXCLUDED_NONE}}
<p>{{W_LAB_EXCLUDED_NONE}}</p>
{{/EXCLUDED_NONE}}
{{#EXCLUDED}}
<table>
<thead><tr><th scope="col">{{W_LAB_REASON}}</th><th scope="col" class="number">{{W_LAB_COUNT}}</th></tr></thead>
<tbody>
{{#EXCLUDED_ROW}}
<tr><th scope="row">{{REASON}}</th><td class="number">{{REASON_N}}</td></tr>
{{/EXCLUDED_ROW}}
</tbody>
</table>
{{/EXCLUDED}}
</section>
</div>
{{#SLICES}}
<section aria-labelledby="slices">
<h2 id="slices">{{W_LAB_SEGMENTS}}</h2>
<p class="soft small">{{W_LAB_SEGMENTS_HINT}}</p>
<div class="twin">
{{#DIMENSION}}
<div class="scroll" tabindex="0" role="region" aria-label="{{W_LAB_SEGMENTS}} {{DIMENSION_NAME}}">
<table>
<thead><tr><th scope="col">{{DIMENSION_NAME}}</th><th scope="col">{{W_LAB_ARM}}</th><th scope="col" class="number">{{W_LAB_RATE}}</th><th scope="col" class="number">{{W_LAB_LIFT_SHORT}}</th></tr></thead>
<tbody>
{{#SLICE}}
<tr><th scope="row">{{SLICE_NAME}}</th><td>{{ARM}}</td><td class="number">{{SLICE_SHARE}}</td><td class="number">{{#SLICE_CLAIM}}<strong>{{SLICE_LIFT}}</strong> <span class="tag good">{{W_LAB_CLAIM}}</span>{{/SLICE_CLAIM}}{{#SLICE_FAINT}}<span class="faint" title="{{W_LAB_NO_CLAIM}}">{{SLICE_LIFT}}<span class="hidden"> {{W_LAB_NO_CLAIM}}</span></span>{{/SLICE_FAINT}}</td></tr>
{{/SLICE}}
</tbody>
</table>
</div>
{{/DIMENSION}}
</div>
</section>
{{/SLICES}}
{{/FIGURES}}
{{#HISTORY}}
<section>
<h2 id="history">{{W_LAB_HISTORY}}</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="history">
<table>
<thead><tr><th scope="col">{{W_LAB_AT}}</th><th scope="col">{{W_LAB_WHAT}}</th><th scope="col">{{W_LAB_WAY}}</th><th scope="col">{{W_LAB_WHO}}</th><th scope="col">{{W_LAB_WHY}}</th></tr></thead>
<tbody>
{{#MOVE}}
<tr><td class="when">{{MOVE_AT}}</td><td>{{MOVE_WHAT}}</td><td>{{MOVE_WAY}}</td><td>{{MOVE_WHO}}</td><td>{{MOVE_WHY}}</td></tr>
{{/MOVE}}
</tbody>
</table>
</div>
</section>
{{/HISTORY}}
</main>
</body>
</html>
