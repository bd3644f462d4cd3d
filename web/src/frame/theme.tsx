export function Theme() {
  const change = () => {
    const { dataset } = document.documentElement
    const now = dataset.theme ?? (matchMedia('(prefers-color-scheme:dark)').matches ? 'dark' : 'light')
    dataset.theme = now === 'dark' ? 'light' : 'dark'
    localStorage.setItem('theme', dataset.theme)
  }
  return (
    <button className="btn ghost icon" type="button" onClick={change} aria-label="Switch between light and dark">
      <svg
        viewBox="0 0 24 24"
        width="17"
        height="17"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        aria-hidden="true"
      >
        <path d="M12 3.5a8.5 8.5 0 0 0 0 17z" fill="currentColor" />
        <circle cx="12" cy="12" r="8.5" />
      </svg>
    </button>
  )
}
