import { audit } from '../../auditor/audit.ts'
import { chainOf } from '../../chain/chains.ts'
import { connectNode } from '../../chain/node/node.ts'
import { releaseFolder } from '../../scripts/deploy/release.ts'
import { StopError } from '../../sdk/errors.ts'
import { readDeployment } from '../../sdk/node/readDeployment.ts'
import type { Context } from './context.ts'
import { placesIn } from './places.ts'
import type { Report } from './progress.ts'
import type { Summary } from './summary.ts'

/** What `attribution audit` says of the demo's chain, its row indexes and its index. Throws where it finds something. */
export async function auditDemo(
  { chain, connection, settings }: Context,
  api: string,
  done: Report,
): Promise<Summary['audit']> {
  const { deployment: file, blobs } = placesIn(settings)
  const deployment = readDeployment(file)
  const node = connectNode(chain.rpcUrl, { chainId: deployment.chainId })
  const { verdict, checks, findings } = await audit({
    node,
    reader: connection.reader,
    deployment,
    treasury: deployment.treasury ?? 0,
    verify: chainOf(deployment.chainId).strongest,
    at: 'latest',
    trust: undefined,
    sample: undefined,
    artifacts: `${releaseFolder}/artifacts`,
    index: blobs,
    run: undefined,
    api,
    checkpoint: undefined,
    signal: new AbortController().signal,
    progress: (step, at, total) => {
      if (step === 'blocks') done(at, total)
    },
  })
  const [first] = findings
  if (first !== undefined) {
    const { check, what, found, expected, place } = first
    throw new StopError(
      `The audit of the demo finds: ${what}`,
      { check, where: JSON.stringify(place), found, expected },
      'Audit it yourself: `attribution audit` with this node and deployment says all of it.',
    )
  }
  // A chain that is started again makes empty blocks, which hold no value.
  const values = checks.filter(({ name }) => name !== 'headers').reduce((sum, { count }) => sum + count, 0)
  return { verdict, values, findings: findings.length }
}
