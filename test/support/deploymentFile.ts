import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LocalLedger } from './localLedger.ts'

/** Writes a ledger's deployment file, where commands and processes find it. */
export function deploymentFileOf({ folder, deployment }: LocalLedger): string {
  const file = join(folder, 'deployment.json')
  writeFileSync(file, JSON.stringify(deployment))
  return file
}
