/**
 * What was proved last, kept beside the proofs: the digest of each source with the solver that answered. Two contracts take
 * the solver minutes, so `npm test` holds those to what `npm run prove` proved of these very bytes.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { z } from 'zod'

const kept = new URL('../../test/proofs/proved.json', import.meta.url)
const solve = new URL('solve.ts', import.meta.url)

/** By contract. */
export type Proved = Readonly<Record<string, string>>

export function proofDigest(source: string): string {
  const { version } = z.object({ version: z.string() }).parse(createRequire(import.meta.url)('solc/package.json'))
  return createHash('sha256')
    .update(`${version}\n${readFileSync(solve, 'utf8')}\n${source}`)
    .digest('hex')
}

export function readProved(): Proved {
  return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(kept, 'utf8')))
}

export function keepProved(proved: Proved): void {
  writeFileSync(kept, `${JSON.stringify(proved, null, 2)}\n`)
}
