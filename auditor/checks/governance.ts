// Changes of parameters and authorities with what governance executed: the timelock's own event of that very call, in the same
// transaction, by receipts that hash to their block's receiptsRoot.

import { decodeEventLog, encodeEventTopics, encodeFunctionData, type Hex } from 'viem'
import type { Node } from '../../chain/node/node.ts'
import { falseReceipts } from '../../chain/verify/falseReceipts.ts'
import type { Header } from '../../chain/verify/header.ts'
import type { Receipt } from '../../chain/verify/receipt.ts'
import { receiptsInTrie } from '../../chain/verify/receiptsInTrie.ts'
import type { Verification } from '../../chain/verify/verification.ts'
import { abis } from '../../sdk/contracts.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { placeOf, receiptOf } from '../report/finding.ts'
import { count, find, type Tally } from '../report/tally.ts'
import type { GovernedChange } from '../world/settings.ts'
import { askAgain } from './askAgain.ts'

export interface GovernanceQuery {
  readonly node: Node
  readonly deployment: Deployment
  readonly verify: Verification
  readonly tally: Tally
}

/** A call that the timelock executed. */
interface Executed {
  readonly transaction: Hex
  readonly target: string
  readonly data: Hex
}

const [CALL_EXECUTED] = encodeEventTopics({ abi: abis.timelock, eventName: 'CallExecuted' })

/** @param headerOf The header of a block that was read. */
export async function checkGovernance(
  query: GovernanceQuery,
  changes: readonly GovernedChange[],
  headerOf: (block: bigint) => Header,
): Promise<void> {
  const { deployment, tally } = query
  for (const [block, made] of Map.groupBy(changes, ({ at }) => at.block)) {
    const receipts = await receiptsOf(query, headerOf(block))
    if (receipts === undefined) continue
    const executed = receiptsExecuted(receipts, deployment.contracts.timelock)
    for (const change of made) {
      count(tally, 'governance')
      const call = callOf(change, deployment)
      const isExecuted = executed.some(
        ({ transaction, target, data }) =>
          transaction === change.at.transactionHash && target === call.target && data === call.data,
      )
      if (isExecuted) continue
      const others = executed.filter(({ transaction }) => transaction === change.at.transactionHash)
      find(tally, {
        check: 'governance',
        severity: 'error',
        what: `${change.parameter} changed, and the timelock executed no such call`,
        place: placeOf(change.at, change.contract),
        found: others.map(({ target, data }) => `${target} ${data}`).join('; ') || 'no call in that transaction',
        expected: `CallExecuted of ${deployment.contracts.timelock} with target ${call.target}, data ${call.data}`,
        reproduce: receiptOf(change.at),
      })
    }
  }
}

function callOf({ contract, call, value }: GovernedChange, { contracts }: Deployment) {
  const address = contracts[contract]
  const isAuthority = call === 'updateAuthority'
  const data = encodeFunctionData({
    abi: isAuthority ? abis.accessManager : abis[contract],
    functionName: call,
    args: isAuthority ? [address, value] : [value],
  } as never)
  return { target: (isAuthority ? contracts.accessManager : address).toLowerCase(), data }
}

function receiptsExecuted(receipts: readonly Receipt[], timelock: string): readonly Executed[] {
  return receipts.flatMap(({ transactionHash: transaction, logs }) =>
    logs
      .filter(({ address, topics }) => address.toLowerCase() === timelock.toLowerCase() && topics[0] === CALL_EXECUTED)
      .map(({ topics, data: told }) => {
        const { args } = decodeEventLog({
          abi: abis.timelock,
          eventName: 'CallExecuted',
          topics: topics as [Hex, ...Hex[]],
          data: told,
        })
        return { transaction, target: args.target.toLowerCase(), data: args.data }
      }),
  )
}

/** Proven where headers are; undefined where the node has none, or false ones, and that is said. */
async function receiptsOf(
  { node, verify, tally }: GovernanceQuery,
  header: Header,
): Promise<readonly Receipt[] | undefined> {
  const { found, why } = await askAgain(
    async () => {
      const given = await node.receipts(header)
      const covered = given && receiptsInTrie(header, given)
      const lie = covered && verify !== 'off' ? falseReceipts(header, covered) : undefined
      return { found: lie === undefined ? covered : undefined, why: lie?.what ?? 'the node gives no receipts of it' }
    },
    (answer) => answer.found === undefined,
  )
  if (found === undefined) {
    const what = `who changed parameters in block ${header.number}`
    tally.unchecked.push({ check: 'governance', what, why, isNeeded: true })
  }
  return found
}
