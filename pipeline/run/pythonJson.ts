/** JSON as Python writes it: NaN and Infinity may stand for numbers. Who reads such a field refuses it; nobody else needs to. */

const MARK = '\u0000not finite: '

export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error
    return JSON.parse(marked(text), (_, value) =>
      typeof value === 'string' && value.startsWith(MARK) ? Number(value.slice(MARK.length)) : value,
    )
  }
}

/** The same text with strings in the place of such numbers; what already stands in a string stays. */
function marked(text: string): string {
  let out = ''
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at)
    const bare = quote < 0 ? text.slice(at) : text.slice(at, quote)
    out += bare.replace(/-?\bInfinity\b|\bNaN\b/g, (word) => JSON.stringify(`${MARK}${word}`))
    if (quote < 0) break
    const end = endOfString(text, quote)
    out += text.slice(quote, end)
    at = end
  }
  return out
}

function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return text.length
}
