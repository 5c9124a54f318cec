/*
 * Runs before the first paint, from a file of its own because the content security policy allows
 * no inline script: puts on the chosen theme, so that nothing flashes, and asks for the page's own
 * chunks, texts and first answer beside the main bundle instead of after it. The build fills in the
 * names of the chunks; `Api` takes the answer over.
 */
(function () {
  var preloads = __PRELOADS__;
  var root = document.documentElement;
  var language;
  try {
    var theme = localStorage.getItem('flixcheck.theme');
    if (theme === 'light' || theme === 'dark') root.setAttribute('data-theme', theme);
    language = localStorage.getItem('flixcheck.language');
  } catch (_) {
    language = null;
  }
  if (language !== 'de' && language !== 'en') {
    language = 'de';
    for (var i = 0; i < navigator.languages.length; i++) {
      var spoken = navigator.languages[i].slice(0, 2).toLowerCase();
      if (spoken === 'de' || spoken === 'en') {
        language = spoken;
        break;
      }
    }
  }
  root.lang = language;

  function ask(address) {
    var answer = fetch(address, { headers: { accept: 'application/json' }, cache: 'no-store' });
    answer.catch(function () {});
    window.fxFirstAnswer = { path: address, answer: answer };
  }

  var path = location.pathname;
  for (var prefix in preloads) {
    if (path.indexOf(prefix) !== 0) continue;
    if (preloads[prefix].first) ask(preloads[prefix].first.split('{query}').join(location.search));
    preloads[prefix].chunks.concat(preloads[prefix][language]).forEach(function (file) {
      var link = document.createElement('link');
      link.rel = 'modulepreload';
      link.href = file;
      document.head.appendChild(link);
    });
  }
})();
