export function Answer() {
  return <h1>Answer</h1>
}
