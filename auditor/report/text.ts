import type { Report } from './report.ts'

/** The report in a few lines, for a terminal. */
export function reportText({
  verdict,
  deployment,
  audited,
  checks,
  findings,
  notChecked,
  figures,
}: Report): readonly string[] {
  const { block, hash, from, trust } = audited
  const counts = nouns.map(([one, many]) => {
    const number = figures[many] ?? '0'
    return `${number} ${number === '1' ? one : many}`
  })
  return [
    `${deployment.name} (chain ${deployment.chainId}), blocks ${from} to ${block}: ${counts.join(', ')}.`,
    `Block ${hash}: ${trust}.`,
    ...checks
      .filter(({ count, findings: found }) => count + found > 0)
      .map(
        ({ name, count, findings: found }) =>
          `  ${name.padEnd(11)} ${`${count}`.padStart(9)} compared  ${found === 0 ? 'as they must be' : `${found} ${found === 1 ? 'finding' : 'findings'}`}`,
      ),
    ...findings.slice(0, MOST_TOLD).flatMap(({ severity, check, what, place, found, expected, reproduce }) => [
      `${severity} (${check}): ${what}`,
      `    at ${Object.entries(place)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}`,
      `    found ${found}`,
      `    expected ${expected}`,
      `    see it: ${reproduce}`,
    ]),
    ...(findings.length > MOST_TOLD ? [`… and ${findings.length - MOST_TOLD} more, in the report.`] : []),
    ...notChecked.map(({ check, what, why }) => `not checked (${check}): ${what}: ${why}`),
    verdicts[verdict],
  ]
}

const MOST_TOLD = 10

const nouns = [
  ['inference', 'inferences'],
  ['batch', 'batches'],
  ['book', 'books'],
  ['account', 'accounts'],
] as const

const verdicts: Readonly<Record<Report['verdict'], string>> = {
  clean: 'Clean: every number follows from the chain.',
  findings: 'Not clean: see the findings.',
  incomplete: 'Nothing was found, but not everything could be checked.',
}
