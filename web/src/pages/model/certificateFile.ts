import type { Hex } from 'viem'

/** What the page shows of a quality certificate (`certificate.json`, format 2). */
export interface CertificateFile {
  readonly sentences: readonly string[]
  readonly because: readonly string[]
  readonly warning: string | null
  readonly recommended: { readonly rule: string; readonly baseBps: number; readonly floorBps: number } | null
  readonly answerWorth: readonly RuleFigure[]
  /** What no rule can pass, as training again agrees with itself only so far. */
  readonly bestPossible: number | undefined
  /** Net influence, compared with each kind of worth. */
  readonly measures: readonly RuleFigure[]
  readonly planted: readonly Planted[]
  readonly contributors: number
}

export interface Figure {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

export interface RuleFigure {
  readonly rule: string
  readonly figure: Figure
}

export interface Planted {
  readonly kind: string
  readonly here: number | null
  readonly raw: number | null
}

/** Where the manifest says that its certificate is. */
export function certificateHash(manifest: string): Hex | undefined {
  const hash = at(JSON.parse(manifest), 'files', 'certificate.json', 'keccak256')
  return typeof hash === 'string' && /^0x[0-9a-f]{64}$/.test(hash) ? (hash as Hex) : undefined
}

/** Rules in the order in which they are compared; ours first. */
const COMPARED = [
  'net influence',
  'fixed weights',
  'equal split',
  'BM25',
  'DataInf',
  'gradient dot',
  'raw positive influence',
]

/** Measures by their names in the file, and as the page says them. */
const MEASURES = [
  ['answer worth', 'Worth to answers'],
  ['answer worth, without copiers', 'Without copiers'],
  ['loss worth', 'Worth to the loss'],
  ['answer worth of halves', 'Worth of halves'],
  ['answer by answer', 'Answer by answer'],
] as const

export function readCertificate(text: string): CertificateFile {
  const file: unknown = JSON.parse(text)
  const worth = list(at(file, 'worth')).find((measure) => at(measure, 'name') === 'answer worth')
  const rules = list(at(worth, 'rules')).map((rule) => ({
    rule: words(at(rule, 'rule')),
    figure: figureIn(at(rule, 'figure')),
  }))
  const verdict = at(file, 'verdict')
  const recommended = at(verdict, 'recommended')
  return {
    sentences: list(at(verdict, 'sentences')).map(words),
    because: list(at(verdict, 'because')).map(words),
    warning: at(verdict, 'warning') === null ? null : words(at(verdict, 'warning')),
    recommended:
      recommended === null || recommended === undefined
        ? null
        : {
            rule: words(at(recommended, 'rule')),
            baseBps: Number(at(recommended, 'baseBps')),
            floorBps: Number(at(recommended, 'floorBps')),
          },
    answerWorth: COMPARED.flatMap((name) => {
      const found = rules.find(({ rule }) => rule === name)
      return found?.figure === undefined ? [] : [{ rule: name, figure: found.figure }]
    }),
    bestPossible: numberIn(at(worth, 'ceiling')),
    measures: MEASURES.flatMap(([name, rule]) => {
      const measure = list(at(file, 'worth')).find((one) => at(one, 'name') === name)
      const ours = list(at(measure, 'rules')).find((one) => at(one, 'rule') === 'net influence')
      const figure = figureIn(at(ours, 'figure'))
      return figure === undefined ? [] : [{ rule, figure }]
    }),
    planted: list(at(file, 'earnings')).map((planted) => ({
      kind: words(at(planted, 'kind')),
      here: ratioOf(planted, 'net influence'),
      raw: ratioOf(planted, 'raw positive influence'),
    })),
    contributors: list(at(file, 'contributors')).length,
  }
}

function ratioOf(planted: unknown, name: string): number | null {
  const rule = list(at(planted, 'rules')).find((one) => at(one, 'rule') === name)
  return figureIn(at(rule, 'ratio'))?.estimate ?? null
}

function numberIn(value: unknown): number | undefined {
  const held = at(value, 'estimate') ?? value
  return typeof held === 'number' ? held : undefined
}

function figureIn(value: unknown): Figure | undefined {
  const [estimate, low, high] = ['estimate', 'low', 'high'].map((name) => at(value, name))
  const isWhole = [estimate, low, high].every((one) => typeof one === 'number')
  return isWhole ? { estimate: estimate as number, low: low as number, high: high as number } : undefined
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (inner instanceof Object ? (inner as Record<string, unknown>)[name] : undefined),
    value,
  )
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function words(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 600).toWellFormed() : ''
}
