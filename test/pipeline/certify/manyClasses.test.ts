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
import { trainRun } from '../../../pipeline/train/trainRun.ts'
import { contributionId, itemsTree } from '../../../sdk/contribution.ts'

const folder = mkdtempSync(join(tmpdir(), 'classes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const features = { cacheFolder: join(folder, 'features'), threads: 1 }

const task = DEFINITIONS

describe('a run of ten classes', () => {
  it('is trained, evaluated, served and certified with all of them', async () => {
    const outFolder = join(folder, task.name)
    const split = splitTask(task, { seed: 7, rows: 40, heldOut: 8, contributors: 8 })
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
      maxTokens: 8,
      projectionWidth: 64,
      sketch: { ...DEFAULT_SKETCH, dims: 64 },
      compareFullPrecision: false,
      ...features,
    })
    expect(manifest.task).toEqual({ name: task.name, classes: [...task.classes] })
    expect(readFileSync(join(outFolder, 'README.md'), 'utf8')).toContain('a head of 10 classes')

    const run = readRun(outFolder)
    expect(run.adapter?.tensors.get('base_model.model.classifier.weight')?.shape).toEqual([10, 512])
    const { samples } = parseEvaluation('evaluation.jsonl', readFileSync(join(outFolder, 'evaluation.jsonl')))
    expect(samples.map(({ model }) => model.logits?.length)).toEqual(split.heldOut.map(() => 10))
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
