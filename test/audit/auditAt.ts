import { audit } from '../../auditor/audit.ts'
import type { AuditOptions } from '../../auditor/options.ts'
import type { Report } from '../../auditor/report/report.ts'
import { connectNode } from '../../chain/node/node.ts'
import { connectReader } from '../../sdk/chain.ts'
import type { LocalLedger } from '../support/localLedger.ts'

/** Audits the newest block of a ledger through a node at `rpcUrl`. */
export async function auditAt(
  { deployment }: Pick<LocalLedger, 'deployment'>,
  rpcUrl: string,
  options: Partial<AuditOptions> = {},
): Promise<Report> {
  return await audit({
    node: connectNode(rpcUrl, { chainId: deployment.chainId }),
    reader: await connectReader(rpcUrl, deployment.chainId),
    deployment,
    treasury: deployment.treasury as number,
    verify: 'receipts',
    at: 'latest',
    trust: undefined,
    sample: undefined,
    artifacts: undefined,
    index: undefined,
    run: undefined,
    api: undefined,
    checkpoint: undefined,
    signal: new AbortController().signal,
    progress: () => {},
    ...options,
  })
}
