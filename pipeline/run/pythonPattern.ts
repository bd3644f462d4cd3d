/**
 * Regular expressions that Python wrote, such as PEFT's `rank_pattern`. They come from strangers' files, and may take for ever: they
 * run in a context of their own, for two seconds at most.
 */
import { runInNewContext } from 'node:vm'

const LIMIT_MS = 2_000

/** Which names a pattern matches as a whole, as re.fullmatch does; null where it is no pattern, or takes too long. */
export function matchWhole(pattern: string, names: readonly string[]): ReadonlySet<string> | null {
  const source = `^(?:${inJavaScript(pattern)})$`
  try {
    // The first run refuses what only breaks out of the group: ")|(" and the like.
    new RegExp(inJavaScript(pattern))
    const script = 'JSON.stringify(JSON.parse(names).filter((name) => new RegExp(source, "s").test(name)))'
    const found: string = runInNewContext(script, { source, names: JSON.stringify(names) }, { timeout: LIMIT_MS })
    return new Set(JSON.parse(found))
  } catch {
    return null
  }
}

/** Named groups, and the ends of a text, are written otherwise. */
function inJavaScript(pattern: string): string {
  return pattern
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$')
}
