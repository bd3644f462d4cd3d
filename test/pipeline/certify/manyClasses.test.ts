import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { rootOf } from '../../../attribution/merkle.ts'
import { isAbsent } from '../../../pipeline/certify/certificate.ts'
import { setOfSplit } from '../../../pipeline/certify/certificationSet.ts'
import { certify, isEmbedded } from '../../../pipeline/certify/certify.ts'
import { parseEvaluation } from '../../../pipeline/evaluate/evaluationFile.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import { DEFAULT_SKETCH } from '../../../pipeline/train/emit/describeRun.ts'
import { loadServedModel } from '../../../pipeline/train/servedModel.ts'
import { DEFINITIONS } from '../../../pipeline/train/tasks/definitions/definitions.ts'
import { hashItems } from '../../../pipeline/train/tasks/item.ts'
import { splitTask } from '../../../pipeline/train/tasks/split.ts'
import { YEARS } from '../../../pipeline/train/tasks/years/years.ts'
import { trainRun } from '../../../pipeline/train/trainRun.ts'
import { contributionId, itemsTree } from '../../../sdk/contribution.ts'

const folder = mkdtempSync(join(tmpdir(), 'classes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const features = { cacheFolder: join(folder, 'features'), threads: 1 }

describe.each([
  { task: DEFINITIONS, outputs: 10, says: 'a head of 10 classes', ordered: undefined },
  { task: YEARS, outputs: 2, says: 'a two-output head over 24 bins of a number', ordered: true },
])('a run of $task.name', ({ task, outputs, says, ordered }) => {
  it('is trained, evaluated, served and certified with all of its classes', async () => {
    const outFolder = join(folder, task.name)
    const split = splitTask(task, { seed: 7, rows: 64, heldOut: 12, contributors: 8 })
    const { evaluation, ...manifest } = await trainRun({
      contributions: split.contributors.map(({ name, items }, i) => {
        const itemHashes = hashItems(name, items)
        return { id: contributionId(1, i + 1, rootOf(itemsTree(itemHashes)), items.length), items, itemHashes }
      }),
      versions: ['1'],
      heldOut: split.heldOut,
      task,
      outFolder,
      seed: 7,
      maxTokens: 16,
      projectionWidth: 64,
      sketch: { ...DEFAULT_SKETCH, dims: 64 },
      compareFullPrecision: false,
      ...features,
    })
    expect(manifest.task).toEqual({ name: task.name, classes: [...task.classes], ...(ordered && { ordered }) })
    expect(readFileSync(join(outFolder, 'README.md'), 'utf8')).toContain(says)

    const run = readRun(outFolder)
    expect(run.adapter?.tensors.get('base_model.model.classifier.weight')?.shape).toEqual([outputs, 512])
    const { samples } = parseEvaluation('evaluation.jsonl', readFileSync(join(outFolder, 'evaluation.jsonl')))
    expect(samples.map(({ model }) => model.logits?.length)).toEqual(split.heldOut.map(() => task.classes.length))
    const answers = await loadServedModel(outFolder, features).answer(split.heldOut.map(({ text }) => text))
    const right = answers.filter(({ label }, i) => label === split.heldOut[i]?.label).length
    expect(right / answers.length).toBe(evaluation.fineTuned.accuracy)

    if (!isEmbedded(run)) throw new Error('the run was trained here')
    const { worth, contributors } = await certify(run, setOfSplit(run.manifest, task, 7), {
      counts: { seeds: 2, halves: 4, halfSeeds: 2 },
      replicates: 20,
      features,
      retraining: { cacheFolder: join(folder, 'retrainings'), threads: 1 },
    })
    if (isAbsent(worth) || isAbsent(contributors)) throw new Error('everything was measured')
    expect(worth.map(({ ceiling }) => ceiling !== null && ceiling >= 0)).toEqual(worth.map(() => true))
    expect(contributors.some(({ answerWorth, lossWorth }) => answerWorth !== 0 && lossWorth !== 0)).toBe(true)
  })
})
