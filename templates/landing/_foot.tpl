<footer class="foot">
<div class="wide">
<section id="privacy" aria-labelledby="privacy-title">
<h2 id="privacy-title">{{WORD_PRIVACY}}</h2>
{{>PRIVACY}}
</section>
{{#FOOTER}}
<p class="imprint">{{FOOTER:p}}</p>
{{/FOOTER}}
</div>
</footer>
