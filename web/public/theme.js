// Before the first paint: the theme that the viewer chose here, if it is not the system's.
const chosen = localStorage.getItem('theme')
if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen
