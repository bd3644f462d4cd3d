/** What a schema finds wrong, in words: `"licence" is missing`, not `licence: Invalid input: expected string, received undefined`. */
export function schemaFault(field: string, problem: string): string {
  const name = field === '' || /^(\(whole\)|top level)$/.test(field) ? 'it' : `"${field}"`
  const [, expected, received] = /^Invalid input: expected (\S+), received (\S+)$/.exec(problem) ?? []
  if (received === 'undefined') return `${name} is missing`
  if (expected !== undefined) return `${name} must be ${withArticle(expected)}, not ${withArticle(received ?? '')}`
  const [, unknown] = /^Unrecognized keys?: (.*)$/.exec(problem) ?? []
  if (unknown !== undefined) return `${name} has no field ${unknown}`
  if (/^(is|are|has|must|does|takes) /.test(problem)) return `${name} ${problem}`
  return `${name} is wrong: ${problem.charAt(0).toLowerCase()}${problem.slice(1)}`
}

function withArticle(type: string): string {
  if (type === 'null' || type === 'undefined' || type === 'NaN') return type
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`
}
