export function Auditor() {
  return <h1>Auditor</h1>
}
