import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BaseSequencer, type Reporter, type TestModule, type TestSpecification } from 'vitest/node'
import { writeWhole } from '../../sdk/node/writeWhole.ts'

/**
 * How long test files take. A run of them all writes what it saw to var/times/files.json; test/fileSeconds.json, which is of a run on
 * two idle cores, has the long ones begin first, so that none of them runs alone at the end.
 */

const project = fileURLToPath(new URL('../../', import.meta.url))
const expected = JSON.parse(readFileSync(`${project}test/fileSeconds.json`, 'utf8')) as Readonly<Record<string, number>>

const secondsOf = ({ moduleId }: TestSpecification): number => expected[relative(project, moduleId)] ?? 0

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files)
    const groupOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder
    return usual.toSorted((a, b) => groupOf(a) - groupOf(b) || secondsOf(b) - secondsOf(a))
  }
}

export const keepFileTimes: Reporter = {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: string) {
    // Whatever else hooks into the end of this process.
    if (reason === 'failed' || errors.length > 0) process.once('exit', () => (process.exitCode = 1))
    // A few files by themselves say nothing of the whole.
    if (modules.length < Object.keys(expected).length) return
    const rows = modules.map((module) => {
      const { duration, collectDuration } = module.diagnostic()
      return [module.relativeModuleId, Math.round((duration + collectDuration) / 100) / 10] as const
    })
    const longest = rows.toSorted(([, a], [, b]) => b - a)
    writeWhole(`${project}var/times/files.json`, `${JSON.stringify(Object.fromEntries(longest), null, 2)}\n`)
  },
}
