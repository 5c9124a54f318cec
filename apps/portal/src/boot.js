/*
 * Runs before the first paint, from a file of its own because the content security policy allows
 * no inline script: puts on the chosen theme, so that nothing flashes, and asks for the page's own
 * chunks, texts and first answers beside the main bundle instead of after it. The build fills in the
 * names of the chunks; `Api` takes the answers over.
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

  var page = preloads[location.pathname];
  if (!page) return;

  page.chunks.concat(page[language]).forEach(function (file) {
    var link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = file;
    document.head.appendChild(link);
  });

  var addresses = page.first.map(function (address) {
    return address.split('{query}').join(location.search);
  });
  if (!location.search) addresses = addresses.concat(page.firstWithoutQuery);
  window.fxFirstAnswers = {};
  addresses.forEach(function (address) {
    var answer = fetch(address, { headers: { accept: 'application/json' }, cache: 'no-store' });
    answer.catch(function () {});
    window.fxFirstAnswers[address] = answer;
  });
  // What nobody has taken by then is too old to be shown.
  setTimeout(function () {
    delete window.fxFirstAnswers;
  }, 15000);
})();
