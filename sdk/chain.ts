import {
  type Account,
  type Chain,
  type Client,
  createPublicClient,
  createWalletClient,
  defineChain,
  type HttpTransport,
  http,
  type PublicClient,
  type WalletClient,
} from 'viem'
import { StopError } from './errors.ts'
import { nodeFailure, withoutCredentials } from './nodeFailure.ts'

export type Reader = PublicClient<HttpTransport, Chain>
export type Wallet = WalletClient<HttpTransport, Chain, Account>

/** A client for `rpcUrl`, once the node there has said that it is on the chain we mean. */
export async function connectReader(rpcUrl: string, chainId?: number): Promise<Reader> {
  const found = await askChainId(rpcUrl)
  if (chainId !== undefined && found !== chainId) {
    throw new StopError(
      `The node at ${withoutCredentials(rpcUrl)} is on another chain`,
      { expected: chainId, found },
      'Use a node of the chain that the deployment names.',
    )
  }
  return createPublicClient({
    chain: chainAt(rpcUrl, found),
    transport: http(rpcUrl, { retryCount: 2 }),
    pollingInterval: 50,
    cacheTime: 0,
  })
}

/** A client that signs as `account` on the reader's chain. */
export function walletOn(reader: Reader, account: Account): Wallet {
  return createWalletClient({ account, chain: reader.chain, transport: http(urlOf(reader), { retryCount: 0 }) })
}

function urlOf(client: Pick<Client<HttpTransport, Chain>, 'chain'>): string {
  const [url] = client.chain.rpcUrls.default.http
  if (url === undefined) throw new Error('A client of ours always carries its node’s address')
  return url
}

async function askChainId(rpcUrl: string): Promise<number> {
  if (!URL.canParse(rpcUrl) || !/^https?:$/.test(new URL(rpcUrl).protocol)) {
    throw new StopError(`"${rpcUrl}" is not the address of a node`, {}, 'Give one like http://127.0.0.1:8545.')
  }
  try {
    return await createPublicClient({ transport: http(rpcUrl, { retryCount: 1, timeout: 5_000 }) }).getChainId()
  } catch (cause) {
    throw (
      nodeFailure(cause) ??
      new StopError(
        `${withoutCredentials(rpcUrl)} answers, but not as a node does`,
        {},
        'Check the address: it takes the JSON-RPC address of a node.',
        cause,
      )
    )
  }
}

function chainAt(rpcUrl: string, id: number): Chain {
  return defineChain({
    id,
    name: `chain ${id}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  })
}
