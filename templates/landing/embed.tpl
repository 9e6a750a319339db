{{%AUTOESCAPE context="HTML"}}
<!DOCTYPE html>
<html lang="{{LANG}}">
{{>EMBED}}
<body class="embedded">
{{>FORM}}
<details class="foot" id="privacy">
<summary>{{WORD_PRIVACY}}</summary>
{{>PRIVACY}}
</details>
</body>
</html>
