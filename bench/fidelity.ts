/**
 * How well attribution foretells retraining, on the setting that dattri publishes: images of ten digits, logistic regression and an
 * MLP, LDS over trainings on halves and leave-one-out. Small unless told: docs/fidelity.md says which size its tables have.
 *
 *     npm run bench:fidelity [-- --full] [-- --write-docs]
 */

import type { Interval } from '../pipeline/statistics/bootstrap.ts'
import { runCommand } from '../scripts/command.ts'
import { markdownTable, writeTables } from '../scripts/documentTables.ts'
import { drawDigits } from './fidelity/digits.ts'
import { type Method, methodsOf } from './fidelity/methods.ts'
import { datamodelingScore, leaveOneOutScore } from './fidelity/metrics.ts'
import { type Architecture, layersOf, margins, predictions, train, type Weights } from './fidelity/network.ts'
import { deal, payRules, type RulePay } from './fidelity/payout.ts'
import { PUBLISHED } from './fidelity/published.ts'
import { leaveRowsOut, retrainOnHalves, type World } from './fidelity/truth.ts'

const DOCS = 'docs/fidelity.md'
const CHECKPOINTS = 10

interface Size {
  readonly rows: number
  readonly tests: number
  readonly side: number
  readonly halves: number
  readonly contributors: number
  readonly width: number
  readonly dims: readonly number[]
  readonly trakDims: number
  readonly models: Readonly<Record<'LR' | 'MLP', Architecture & { readonly leftOut: number; readonly seeds: number }>>
}

/** Two to three minutes of one idle core. */
const SMALL: Size = {
  rows: 1_000,
  tests: 100,
  side: 14,
  halves: 50,
  contributors: 24,
  width: 2_048,
  dims: [64, 256, 1_024],
  trakDims: 256,
  models: {
    LR: { hidden: [], epochs: 40, learningRate: 0.01, momentum: 0, leftOut: 50, seeds: 2 },
    MLP: { hidden: [32], epochs: 20, learningRate: 0.01, momentum: 0.9, leftOut: 30, seeds: 2 },
  },
}

/** dattri's, but for the rows that are left out one by one: a sample of them. */
const FULL: Size = {
  rows: 5_000,
  tests: 500,
  side: 28,
  halves: 50,
  contributors: 40,
  width: 8_192,
  dims: [64, 256, 1_024, 4_096],
  trakDims: 512,
  models: {
    LR: { hidden: [], epochs: 20, learningRate: 0.01, momentum: 0, leftOut: 200, seeds: 2 },
    MLP: { hidden: [128, 64], epochs: 50, learningRate: 0.01, momentum: 0.9, leftOut: 50, seeds: 1 },
  },
}

await runCommand({
  usage: `npm run bench:fidelity [-- --full] [-- --write-docs]
Compares attribution with retraining on images of digits, and prints dattri's figures beside ours.
  --full         5,000 rows and 500 tests of 28 × 28 pixels; hours
  --write-docs   writes the tables into ${DOCS}`,
  options: { full: { type: 'boolean', default: false }, 'write-docs': { type: 'boolean', default: false } },
  async run(values) {
    const size = values.full ? FULL : SMALL
    const began = process.cpuUsage()
    const parts = (['LR', 'MLP'] as const).map((name) => measure(name, size))
    const { user, system } = process.cpuUsage(began)
    const tables = [...parts, `${describe(size)}, ${Math.round((user + system) / 1e6)} s of CPU time.`].join('\n\n')
    process.stdout.write(`${tables}\n`)
    if (values['write-docs']) writeTables(DOCS, tables)
  },
})

function measure(name: 'LR' | 'MLP', size: Size): string {
  const architecture = size.models[name]
  const world: World = {
    images: drawDigits(size.rows, size.side, 1, 'training'),
    test: drawDigits(size.tests, size.side, 1, 'test'),
    architecture,
    seed: 1,
  }
  const { images, test } = world
  const layers = layersOf(architecture, images.width)
  const checkpoints: Weights[] = []
  const every = Math.max(1, Math.floor(architecture.epochs / CHECKPOINTS))
  const weights = train(images, architecture, {
    seed: world.seed,
    onEpoch: (epoch, now) => {
      if (epoch % every === every - 1) checkpoints.push(now.map((own) => own.slice()))
    },
  })
  const right = predictions(weights, test, layers).filter((label, i) => label === test.labels[i]).length / test.n
  const halves = retrainOnHalves(world, size.halves)
  const leftOut = leaveRowsOut(world, margins(weights, test, layers, test.labels), architecture.leftOut)
  const trained = { images, test, layers, weights, checkpoints }
  const lines = [...methodsOf(trained, halves, size)].map((method) => {
    const scores = {
      lds: datamodelingScore(method.scores, images.n, halves),
      loo: leaveOneOutScore(method.scores, images.n, leftOut),
    }
    process.stderr.write(`${name}: ${method.name} ${interval(scores.lds)} ${interval(scores.loo)}\n`)
    return lineOf(name, method, scores)
  })
  const pay = payRules(world, deal(images, size.contributors, 1), size.width, architecture.seeds)
  const parameters = weights.reduce((all, own) => all + own.length, 0)
  return [
    `**${name}**, ${parameters.toLocaleString('en')} parameters, ${(100 * right).toFixed(0)} % of the tests right`,
    markdownTable(['method', 'LDS', 'dattri', 'LOO', 'dattri'], lines, 'right'),
    markdownTable(
      ['payout rule', 'follows worth', 'a row with wrong labels about, beside others'],
      pay.map(payLine),
      'right',
    ),
  ].join('\n\n')
}

function lineOf(model: 'LR' | 'MLP', { name }: Method, { lds, loo }: { lds: Interval; loo: Interval }) {
  const published = PUBLISHED[model][name] ?? PUBLISHED[model][name.replace(/, damping .*/, '')]
  return [name, interval(lds), shown(published?.lds), interval(loo), shown(published?.loo)]
}

function payLine({ rule, figure, wrongBesideRight }: RulePay): readonly string[] {
  return [rule, interval(figure), wrongBesideRight.toFixed(2)]
}

function describe({ rows, tests, side, halves, contributors, models }: Size): string {
  const left = `${models.LR.leftOut} and ${models.MLP.leftOut}`
  return `${rows.toLocaleString('en')} rows, ${tests} tests, ${side} × ${side} pixels; ${halves} halves, ${left} rows left out one by one, ${contributors} contributors`
}

function interval({ estimate, low, high }: Interval): string {
  return `${estimate.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`
}

function shown(figure: number | null | undefined): string {
  return figure === null || figure === undefined ? '' : figure.toFixed(2)
}
