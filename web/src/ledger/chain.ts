import { defineChain, type EIP1193Provider, type Transport } from 'viem'
import { type Config, createConfig, custom, http } from 'wagmi'
import { getConnection } from 'wagmi/actions'
import type { Page } from '../page.ts'

const NODE = 'node'
/** How often a node is asked while a transaction waits for its block. */
const POLL_MS = 1_000

/** The viewer's own node, if they named one here; else the server's. */
export function nodeOf({ rpcUrl }: Page): { readonly url: string | undefined; readonly isOwn: boolean } {
  const own = localStorage.getItem(NODE)
  return own === null ? { url: rpcUrl, isOwn: false } : { url: own, isOwn: true }
}

/** Takes effect when the page is loaded again: what was read of another node is then forgotten. */
export function chooseNode(url: string | undefined): void {
  if (url === undefined) localStorage.removeItem(NODE)
  else localStorage.setItem(NODE, url)
  location.reload()
}

/** Wallets that announce themselves by EIP-6963, on the ledger's chain. */
export function walletsOf(page: Page): Config {
  const { chainId, name } = page.deployment
  const { url } = nodeOf(page)
  const chain = defineChain({
    id: chainId,
    name: `Attribution ledger (${name})`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: url === undefined ? [] : [url] } },
  })
  const config: Config = createConfig({
    chains: [chain],
    pollingInterval: POLL_MS,
    transports: { [chainId]: url === undefined ? throughWallet(() => config) : http(url, { batch: true }) },
  })
  return config
}

/** Asks the connected wallet's node. */
function throughWallet(configOf: () => Config): Transport {
  return custom({
    request: async (call) => {
      const { connector } = getConnection(configOf())
      if (connector === undefined) throw new Error('Connect a wallet, or name a node of your own')
      const provider = (await connector.getProvider()) as EIP1193Provider
      return await provider.request(call as Parameters<EIP1193Provider['request']>[0])
    },
  })
}
