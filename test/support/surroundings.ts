import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { deploymentFileOf } from './deploymentFile.ts'
import type { LocalLedger } from './localLedger.ts'

/** What a command needs to know of a local ledger, with a state folder of its own. */
export function surroundingsOf(local: LocalLedger): Readonly<Record<string, string>> {
  return {
    ATTRIBUTION_RPC: local.rpcUrl,
    ATTRIBUTION_DEPLOYMENT: deploymentFileOf(local),
    ATTRIBUTION_STATE: mkdtempSync(join(local.folder, 'state-')),
  }
}
