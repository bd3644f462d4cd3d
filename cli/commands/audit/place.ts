import { identify } from '../../../chain/node/identity.ts'
import { connectNode, type Node } from '../../../chain/node/node.ts'
import type { Deployment } from '../../../sdk/deployment.ts'
import { readDeployment } from '../../../sdk/node/readDeployment.ts'
import type { Context } from '../../context.ts'

/** The deployment that a command names, and a node of its chain that is known to hold it. */
export async function placeOf({
  config,
  signal,
}: Context): Promise<{ readonly node: Node; readonly deployment: Deployment }> {
  const deployment = readDeployment(config.need('deployment'))
  const node = connectNode(config.need('rpc'), { chainId: deployment.chainId })
  await identify(node.until(signal), deployment)
  return { node, deployment }
}
