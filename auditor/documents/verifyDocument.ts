import { parse } from 'yaml'
import { StopError } from '../../sdk/errors.ts'
import { type DocumentFormat, formatOf, formats } from './document.ts'
import { type Named, namedIn, type Subject } from './subject.ts'

/** A field of a document that is not what the chain says. `undefined` is what is not there. */
export interface FalseField {
  readonly field: string
  readonly said: string | undefined
  readonly onChain: string | undefined
}

/** What a document is and is about, before anything is read from the chain. */
export function identifyDocument(
  text: string,
  file: string,
): { readonly format: DocumentFormat; readonly named: Named } {
  const format = formatOf(text)
  const named = namedIn(text)
  if (format !== undefined && named !== undefined) return { format, named }
  throw new StopError(
    `${file} is no document that \`attribution audit document\` wrote`,
    {
      problem: format === undefined ? 'its format is none of them' : 'it does not say urn:attribution:… of its source',
    },
    `Give one of the formats ${Object.keys(formats).join(', ')}.`,
  )
}

/** Every field that differs from the document that the chain gives at the block that it names. */
export function falseFields(text: string, format: DocumentFormat, subject: Subject): readonly FalseField[] {
  const expected = formats[format](subject)
  if (format === 'ai-act') return differentLines(text, expected, 1)
  if (format !== 'model-card') return differences(JSON.parse(text), JSON.parse(expected), '')
  const [said, truth] = [splitCard(text), splitCard(expected)]
  return [
    ...differences(parse(said.yaml), parse(truth.yaml), ''),
    ...differentLines(said.body, truth.body, said.yaml.split('\n').length + 1),
  ]
}

function differences(said: unknown, truth: unknown, path: string): readonly FalseField[] {
  if (isObject(said) && isObject(truth) && Array.isArray(said) === Array.isArray(truth)) {
    const keys = new Set([...Object.keys(truth), ...Object.keys(said)])
    return [...keys].flatMap((key) => {
      const at = Array.isArray(truth) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
      return differences(said[key], truth[key], at)
    })
  }
  return Object.is(said, truth) ? [] : [{ field: path, said: shown(said), onChain: shown(truth) }]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function shown(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value)
}

function differentLines(said: string, truth: string, firstLine: number): readonly FalseField[] {
  const [ours, theirs] = [said.split('\n'), truth.split('\n')]
  return Array.from({ length: Math.max(ours.length, theirs.length) }, (_, i) => i).flatMap((i) =>
    ours[i] === theirs[i] ? [] : [{ field: `line ${firstLine + i}`, said: ours[i], onChain: theirs[i] }],
  )
}

function splitCard(text: string): { readonly yaml: string; readonly body: string } {
  const end = text.indexOf('\n---\n', 3)
  return { yaml: text.slice(4, end + 1), body: text.slice(end + 5) }
}
