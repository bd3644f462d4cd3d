/**
 * What drift says of traffic whose drift is known: models are really trained, their held-out texts asked as they are, in other
 * proportions, with their words in reverse order, and out of another corpus.
 *
 *     npm run bench:drift [-- --seeds 3]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Drift, drift } from '../attribution/drift/drift.ts'
import { rowSigns } from '../attribution/drift/rowSigns.ts'
import { rootOf } from '../attribution/merkle.ts'
import { signsOf } from '../attribution/querySketch.ts'
import { sketchRows } from '../attribution/sketcher.ts'
import { fitRunSketcher } from '../pipeline/publish/sketches.ts'
import { readRun } from '../pipeline/run/readRun.ts'
import { sketchAnswer } from '../pipeline/train/answerSketch.ts'
import { loadServedModel } from '../pipeline/train/servedModel.ts'
import { hashItems } from '../pipeline/train/tasks/item.ts'
import { MAIL } from '../pipeline/train/tasks/mail/mail.ts'
import { SPEECHES } from '../pipeline/train/tasks/speeches/speeches.ts'
import { splitTask } from '../pipeline/train/tasks/split.ts'
import type { Task } from '../pipeline/train/tasks/task.ts'
import { trainRun } from '../pipeline/train/trainRun.ts'
import { runCommand, wholeNumber } from '../scripts/command.ts'
import { contributionId, itemsTree } from '../sdk/contribution.ts'

const ROWS = 1_600
const ASKED = 800
const CACHE = 'var/cache/features'

await runCommand({
  usage: `npm run bench:drift [-- --seeds <n>]
Trains models on ${ROWS} rows, asks them traffic whose drift is known, and prints what the drift command would say of it.
  --seeds <n>   models of each task (3)`,
  options: { seeds: { type: 'string', default: '3' } },
  async run(values) {
    const seeds = Array.from({ length: wholeNumber('seeds', values.seeds, 1, 100) }, (_, i) => i + 1)
    process.stdout.write('| task | traffic | queries | largest PSI | p of MMD² | levels |\n|---|---|---|---|---|---|\n')
    for (const [task, other] of [
      [MAIL, SPEECHES],
      [SPEECHES, MAIL],
    ] as const) {
      const measured = new Map<string, Drift[]>()
      for (const seed of seeds)
        for (const [name, found] of await measure(task, other, seed))
          measured.set(name, [...(measured.get(name) ?? []), found])
      for (const [name, found] of measured) process.stdout.write(`${lineOf(task.name, name, found)}\n`)
    }
  },
})

/** One model's rows against several kinds of traffic. */
async function measure(task: Task, other: Task, seed: number): Promise<readonly (readonly [string, Drift])[]> {
  const folder = mkdtempSync(join(tmpdir(), 'drift-'))
  try {
    const { rows, heldOut, askedOf } = await trained(task, seed, join(folder, 'run'))
    const asked = await askedOf(heldOut.map(({ text }) => text))
    const [first, second] = task.classes.map((label) => asked.filter((_, i) => heldOut[i]?.label === label))
    if (first === undefined || second === undefined) throw new Error('A task has two classes')
    const mixed = (share: number) => {
      const count = Math.floor(Math.min(second.length / share, first.length / (1 - share)))
      const seconds = Math.round(count * share)
      return [...second.slice(0, seconds), ...first.slice(0, count - seconds)]
    }
    const strangers = splitTask(other, { seed, rows: 400, heldOut: 400, contributors: 8 }).heldOut
    const backwards = heldOut.slice(0, 400).map(({ text }) => text.split(/\s+/).toReversed().join(' '))
    const share = second.length / asked.length
    const [, name] = task.classes
    const traffic: readonly (readonly [string, readonly Int8Array[]])[] = [
      ['as trained on', asked],
      ...[0.1, 0.2, 0.3].map((more) => [`${name} more by ${more * 100} points`, mixed(share + more)] as const),
      ['words in reverse order', await askedOf(backwards)],
      [`texts of ${other.name}`, await askedOf(strangers.map(({ text }) => text))],
    ]
    const half = asked.length / 2
    return [
      ...traffic.map(([what, queries]) => [what, drift(rows, queries)] as const),
      ['as trained on, against earlier queries', drift(asked.slice(0, half), asked.slice(half))],
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function trained(task: Task, seed: number, outFolder: string) {
  const { contributors, heldOut } = splitTask(task, { seed, rows: ROWS, heldOut: ASKED })
  const contributions = contributors.map(({ name, items }, i) => {
    const itemHashes = hashItems(`${name} of seed ${seed}`, items)
    return { id: contributionId(1, i + 1, rootOf(itemsTree(itemHashes)), items.length), items, itemHashes }
  })
  const own = { task, contributions, heldOut, seed, outFolder, versions: ['1'], cacheFolder: CACHE }
  await trainRun({ ...own, compareFullPrecision: false })
  const { manifest, gradients, rows } = readRun(outFolder)
  const sketcher = fitRunSketcher(gradients, manifest.sketch)
  const kept = sketchRows(sketcher, gradients.u).filter((_, row) => rows[row]?.copies === undefined)
  return {
    heldOut,
    rows: rowSigns(kept),
    askedOf: async (texts: readonly string[]): Promise<readonly Int8Array[]> => {
      const model = loadServedModel(outFolder, { cacheFolder: CACHE })
      try {
        return (await model.answer(texts)).map(({ gradient }) => signsOf(sketchAnswer(sketcher, gradient).bits))
      } finally {
        await model.close()
      }
    },
  }
}

function lineOf(task: string, traffic: string, found: readonly Drift[]): string {
  const column = (of: (each: Drift) => number, digits: number) =>
    found.map((each) => of(each).toFixed(digits)).join(', ')
  const psi = column(({ largestPsi }) => largestPsi, 3)
  const p = column(({ discrepancy }) => discrepancy.pValue, 3)
  const levels = found.map(({ level }) => level).join(', ')
  return `| ${task} | ${traffic} | ${column(({ presentCount }) => presentCount, 0)} | ${psi} | ${p} | ${levels} |`
}
