/**
 * Runs before the first paint, from a file of its own because the content security policy allows no
 * inline script: puts on the theme that was chosen in the portal.
 */
try {
  const theme = localStorage.getItem('flixcheck.theme');
  if (theme === 'light' || theme === 'dark') {
    document.documentElement.setAttribute('data-theme', theme);
  }
} catch {
  // Storage may be switched off; then the page follows the browser.
}
