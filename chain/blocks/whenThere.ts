import type { Node } from '../node/node.ts'

/** Long enough for the servers of one provider to agree on a new block. */
const PAUSES_MS = [500, 1_000, 2_000]

/** Asks again, after growing pauses, for what a node does not have yet; gives its last answer. */
export async function whenThere<T>(
  node: Pick<Node, 'pause'>,
  ask: () => Promise<T>,
  isThere: (answer: T) => boolean,
): Promise<T> {
  for (const ms of PAUSES_MS) {
    const answer = await ask()
    if (isThere(answer)) return answer
    await node.pause(ms)
  }
  return await ask()
}
