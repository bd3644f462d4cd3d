/** Markup that cannot be broken by what is put into it: every value is escaped, unless it is markup itself. */

export interface Markup {
  readonly markup: string
}

type Value = string | number | Markup | readonly Markup[]

/** As in html`<p>${text}</p>`. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const filled = parts.map((part, i) => (i < values.length ? `${part}${written(values[i] as Value)}` : part))
  return { markup: filled.join('') }
}

export const NOTHING: Markup = { markup: '' }

function written(value: Value): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escaped(value)
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
