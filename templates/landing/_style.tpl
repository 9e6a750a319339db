<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#0a3327">
<link rel="icon" href="{{STATIC_URL}}/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{{STATIC_URL}}/piste.css">
