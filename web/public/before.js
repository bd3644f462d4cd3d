// Before the first paint: the theme that the viewer chose here, if it is not the system's.
const chosen = localStorage.getItem('theme')
if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen
// zod would try whether it may compile code, as soon as it is loaded: this page's policy forbids that, and reports it.
globalThis.__zod_globalConfig = { jitless: true }
