import { type Address, encodeFunctionData, erc20Abi, numberToHex } from 'viem'
import { z } from 'zod'
import { type RandomSource, randomSource } from '../../attribution/random.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { type Anvil, HOLDERS } from './anvil.ts'

/** Transfers of OPEN among its holders, one a transaction: a chain that any indexer can take. */
export interface TransferShape {
  readonly seed: number
  readonly transfers: number
  readonly aBlock: number
  /** How many blocks without a transaction follow each that has some. */
  readonly emptyBlocks: number
}

const GRANT_WEI = 10n ** 22n

export async function addTransfers(anvil: Anvil, { contracts }: Deployment, shape: TransferShape): Promise<void> {
  const holders = z
    .array(z.custom<Address>())
    .length(HOLDERS)
    .parse(await anvil.ask('eth_accounts'))
  const send = await senderOf(anvil, contracts.openToken, holders)
  const random = randomSource(shape.seed)
  for (let done = 0; done < shape.transfers; done += shape.aBlock) {
    const count = Math.min(shape.aBlock, shape.transfers - done)
    await send(Array.from({ length: count }, (_, i) => transferOf(done + i, random)))
    if (shape.emptyBlocks > 0) await anvil.ask('anvil_mine', [numberToHex(shape.emptyBlocks)])
  }
}

interface Transfer {
  readonly from: number
  readonly to: number
  readonly wei: bigint
}

/** At first the deployer, who holds the whole supply, gives everybody some. */
function transferOf(number: number, random: RandomSource): Transfer {
  if (number < HOLDERS - 1) return { from: 0, to: number + 1, wei: GRANT_WEI }
  return { from: random() % HOLDERS, to: random() % HOLDERS, wei: BigInt(random()) }
}

/** Sends transfers in one request and mines them into one block. Nonces are counted here, which saves asking for them. */
export async function senderOf(anvil: Anvil, token: Address, holders: readonly Address[]) {
  const nonces = await anvil.askAll(
    holders.map((holder) => ({ method: 'eth_getTransactionCount', params: [holder, 'latest'] })),
  )
  const next = nonces.map(Number)
  return async (transfers: readonly Transfer[]): Promise<void> => {
    const calls = transfers.map(({ from, to, wei }) => {
      const nonce = next[from] ?? 0
      next[from] = nonce + 1
      const args = [holders[to] ?? token, wei] as const
      const data = encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args })
      const transaction = { from: holders[from], to: token, data, gas: '0x30d40', gasPrice: '0x77359400' }
      return { method: 'eth_sendTransaction', params: [{ ...transaction, nonce: numberToHex(nonce) }] }
    })
    await anvil.askAll(calls)
    await anvil.ask('evm_mine')
  }
}
