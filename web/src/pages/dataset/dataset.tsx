export function Dataset() {
  return <h1>Dataset</h1>
}
