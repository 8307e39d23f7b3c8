// Before the first paint: the chosen theme and language. Anything else waits for the console itself.
(() => {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem('holdfast.theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    const locale = localStorage.getItem('holdfast.locale');
    if (locale === 'en' || locale === 'fr') root.lang = locale;
  } catch {
    // Storage is switched off: the system's theme and the browser's language are used.
  }
})();
