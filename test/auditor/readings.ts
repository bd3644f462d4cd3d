import type { Books } from '../../auditor/books/entry.ts'
import { readBooks } from '../../auditor/books/readBooks.ts'
import { connectNode } from '../../chain/node/node.ts'
import type { LocalLedger } from '../support/localLedger.ts'

/** The books of a ledger as it stands now. */
export async function booksOf({ rpcUrl, deployment, connection }: LocalLedger): Promise<Books> {
  const node = connectNode(rpcUrl, { chainId: deployment.chainId })
  const { signal } = new AbortController()
  return await readBooks({ node, deployment, connection, head: await node.latest(), signal })
}
