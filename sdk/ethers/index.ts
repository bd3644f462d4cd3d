// ethers v6 for the actions of this package: a client that asks what ethers asks, and signs by what signs for ethers.

import type { JsonRpcApiProvider, Provider, Signer, TransactionRequest } from 'ethers'
import { type Address, createClient, custom, type EIP1193Parameters, type Hex } from 'viem'
import type { ReadingClient, SigningClient } from '../actions/client.ts'
import { StopError } from '../errors.ts'

/**
 * A client that reads by an ethers provider.
 *
 * @example
 * const client = clientOfProvider(new JsonRpcProvider('http://127.0.0.1:8545'))
 * const { claimableGwei } = await getEarnings(client, { deployment, account: 7 })
 */
export function clientOfProvider(provider: Provider): ReadingClient {
  const node = sending(provider)
  return createClient({
    pollingInterval: node.pollingInterval,
    transport: custom({ request: ({ method, params }: Asked) => node.send(method, params ?? []) }, NO_RETRY),
  })
}

/**
 * A client that reads by an ethers signer's provider, and signs by the signer.
 *
 * @example
 * const client = await clientOfSigner(await new BrowserProvider(window.ethereum).getSigner())
 * const { amountGwei } = await claim(client, { deployment, account: 7 })
 */
export async function clientOfSigner(signer: Signer): Promise<SigningClient> {
  const { provider } = signer
  if (provider === null) {
    throw new StopError('The signer has no provider', {}, 'Connect it to one first: signer.connect(provider).')
  }
  const node = sending(provider)
  const request = async ({ method, params = [] }: Asked): Promise<unknown> => {
    const [first, second] = params
    if (method === 'eth_sendTransaction') return await sendBy(signer, first as RpcTransaction)
    if (method === 'eth_signTypedData_v4') return await signBy(signer, second as string)
    return await node.send(method, params)
  }
  return createClient({
    account: { address: (await signer.getAddress()) as Address, type: 'json-rpc' },
    pollingInterval: node.pollingInterval,
    transport: custom({ request }, NO_RETRY),
  })
}

/** ethers asks again by itself. */
const NO_RETRY = { retryCount: 0 } as const

type Asked = Pick<EIP1193Parameters, 'method'> & { readonly params?: unknown[] }

interface RpcTransaction {
  readonly to?: Address
  readonly data?: Hex
  readonly value?: Hex
  readonly gas?: Hex
}

async function sendBy(signer: Signer, { to, data, value, gas }: RpcTransaction): Promise<string> {
  // Nonce and fees are the signer's business.
  const transaction: TransactionRequest = {
    ...(to !== undefined && { to }),
    ...(data !== undefined && { data }),
    ...(value !== undefined && { value }),
    ...(gas !== undefined && { gasLimit: gas }),
  }
  return (await signer.sendTransaction(transaction)).hash
}

async function signBy(signer: Signer, json: string): Promise<string> {
  const { domain, types, message } = JSON.parse(json)
  const { EIP712Domain: _, ...ownTypes } = types
  return await signer.signTypedData(domain, ownTypes, message)
}

function sending(provider: Provider): Pick<JsonRpcApiProvider, 'send'> & { readonly pollingInterval: number } {
  if ('send' in provider && typeof provider.send === 'function') {
    const node = provider as JsonRpcApiProvider & { readonly pollingInterval?: number }
    return { send: (method, params) => node.send(method, params), pollingInterval: node.pollingInterval ?? POLL_MS }
  }
  throw new StopError(
    'This ethers provider makes no JSON-RPC calls',
    {},
    'Use a JsonRpcProvider, a BrowserProvider or a WebSocketProvider.',
  )
}

const POLL_MS = 4_000
