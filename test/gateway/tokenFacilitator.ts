import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { x402Facilitator } from '@x402/core/facilitator'
import type { PaymentPayload, PaymentRequirements } from '@x402/core/types'
import { toFacilitatorEvmSigner } from '@x402/evm'
import { ExactEvmScheme } from '@x402/evm/exact/facilitator'
import {
  type Address,
  createWalletClient,
  getContractAddress,
  type Hex,
  http,
  isAddressEqual,
  publicActions,
} from 'viem'
import type { LocalLedger } from '../support/localLedger.ts'

/** A token beside OPEN that takes ERC-3009 authorisations: the same code once more, whose whole supply the deployer holds. */
export async function deployToken({ connection, walletOf, wallets }: LocalLedger): Promise<Address> {
  const { reader, contracts } = connection
  const data = await creationOf(contracts.openToken.address)
  const hash = await walletOf(wallets.deployer).sendTransaction({ data } as never)
  const { contractAddress } = await reader.waitForTransactionReceipt({ hash })
  return contractAddress as Address

  async function creationOf(address: Address): Promise<Hex> {
    for (let blockNumber = 1n; ; blockNumber++) {
      const { transactions } = await reader.getBlock({ blockNumber, includeTransactions: true })
      for (const { from, nonce, to, input } of transactions)
        if (to === null && isAddressEqual(getContractAddress({ from, nonce: BigInt(nonce) }), address)) return input
    }
  }
}

interface Asked {
  readonly paymentPayload: PaymentPayload
  readonly paymentRequirements: PaymentRequirements
}

/** The facilitator of the x402 packages over HTTP, which pays for gas with a key of its own. */
export async function startTokenFacilitator({ connection, rpcUrl, wallets }: LocalLedger) {
  const { chain } = connection.reader
  const client = createWalletClient({ account: wallets.treasury, chain, transport: http(rpcUrl) }).extend(publicActions)
  const signer = toFacilitatorEvmSigner({ ...client, address: wallets.treasury.address } as never)
  const facilitator = new x402Facilitator().register(`eip155:${chain.id}`, new ExactEvmScheme(signer))
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    asked.push(`${request.url}`)
    const given = request.method === 'POST' ? ((await json(request)) as Asked) : undefined
    const answer = {
      '/supported': async () => facilitator.getSupported(),
      '/verify': async () => given && facilitator.verify(given.paymentPayload, given.paymentRequirements),
      '/settle': async () => given && facilitator.settle(given.paymentPayload, given.paymentRequirements),
    }[`${request.url}`]
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(await answer?.()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What was asked of it, in order. */
    asked: asked as readonly string[],
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
