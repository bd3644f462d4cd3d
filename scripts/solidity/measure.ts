import { compile, readSources, wholeCode } from './compile.ts'
import { detached } from './detach.ts'
import { type Probe, probed } from './probes.ts'
import { artifactsOf, createRunner, suitesOf } from './suites.ts'

export interface Measured {
  readonly probe: Probe
  readonly isHit: boolean
}

/** A few random inputs and short games pass wherever dozens do; the tests proper go on for longer. */
const effort = { fuzzRuns: 16, invariantRuns: 2, invariantDepth: 64 }

const isMeasured = (file: string): boolean => file.startsWith('contracts/') && !file.startsWith('contracts/interfaces/')

/** Runs every Solidity test over contracts that tell where execution passes. */
export async function measure(): Promise<readonly Measured[]> {
  const sources = readSources()
  const { syntax } = compile(sources, { '*': { '': ['ast'] } })
  const { sources: told, probes } = probed(detached(sources, syntax).sources, syntax, isMeasured)
  const { contracts, errors } = compile(told, { '*': { '*': wholeCode } })
  if (errors.length > 0) throw new Error(`The contracts do not compile with probes in them:\n${errors.join('\n')}`)
  const hits = new Set<string>()
  const failed = await (await createRunner()).run(artifactsOf(contracts), suitesOf(contracts), effort, (tags) => {
    for (const tag of tags) hits.add(Buffer.from(tag).toString('hex'))
  })
  if (failed.length > 0) throw new Error(`Tests fail, so that what they cover says little:\n${failed.join('\n')}`)
  return probes.map((probe) => ({ probe, isHit: hits.has(probe.tag) }))
}
