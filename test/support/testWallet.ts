import type { Address } from 'viem'

/** A wallet in a page, announced by EIP-6963, that signs by the local chain's own accounts. Tests steer it by `window.testWallet`. */

export interface TestWallet {
  readonly rpcUrl: string
  readonly account: Address
  /** Signs for it where the account is a contract. */
  readonly owner: Address
}

/** Steered from tests. */
export interface WalletState {
  /** Says no to whatever it is to sign. */
  declines: boolean
  /** Sends several calls as one (EIP-5792). */
  batches: boolean
  chainId: string
}

/** Runs in the page, before its own scripts. */
export function announceWallet({ rpcUrl, account, owner }: TestWallet): void {
  const state: WalletState & { isConnected: boolean; asked: string[] } = {
    declines: false,
    batches: false,
    chainId: '0x7a69',
    isConnected: false,
    asked: [],
  }
  Object.assign(globalThis, { testWallet: state })
  const listeners = new Map<string, Set<(value: unknown) => void>>()
  const emit = (name: string, value: unknown) => {
    for (const listener of listeners.get(name) ?? []) listener(value)
  }
  const forward = async (method: string, params: unknown) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const response = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const { result, error } = (await response.json()) as { result: unknown; error?: { code: number; message: string } }
    if (error !== undefined) throw Object.assign(new Error(error.message), error)
    return result
  }
  const sendCalls = async ([{ calls }]: [{ calls: { to: string; data: string }[] }]) => {
    const hashes: unknown[] = []
    for (const { to, data } of calls) hashes.push(await forward('eth_sendTransaction', [{ from: account, to, data }]))
    return { id: hashes.join() }
  }
  const callsStatus = async ([id]: [string]) => {
    const receipts = await Promise.all(id.split(',').map((hash) => forward('eth_getTransactionReceipt', [hash])))
    return { version: '2.0.0', id, chainId: state.chainId, status: 200, atomic: true, receipts }
  }
  const others: Readonly<Record<string, (params: never) => unknown>> = {
    eth_requestAccounts: () => {
      state.isConnected = true
      return [account]
    },
    wallet_requestPermissions: () => {
      state.isConnected = true
      return [{ parentCapability: 'eth_accounts' }]
    },
    eth_accounts: () => (state.isConnected ? [account] : []),
    eth_chainId: () => state.chainId,
    wallet_switchEthereumChain: ([{ chainId }]: [{ chainId: string }]) => {
      state.chainId = chainId
      emit('chainChanged', chainId)
      return null
    },
    wallet_getCapabilities: () => (state.batches ? { [state.chainId]: { atomic: { status: 'supported' } } } : {}),
    wallet_sendCalls: sendCalls,
    wallet_getCallsStatus: callsStatus,
    eth_signTypedData_v4: ([, data]: [string, string]) => forward('eth_signTypedData_v4', [owner, data]),
  }
  const provider = {
    on: (name: string, listener: (value: unknown) => void) => {
      listeners.set(name, (listeners.get(name) ?? new Set()).add(listener))
    },
    removeListener: (name: string, listener: (value: unknown) => void) => listeners.get(name)?.delete(listener),
    request: async ({ method, params }: { method: string; params?: unknown }) => {
      state.asked.push(method)
      const isSigning = ['eth_sendTransaction', 'eth_signTypedData_v4', 'wallet_sendCalls'].includes(method)
      if (isSigning && state.declines) throw Object.assign(new Error('User rejected the request.'), { code: 4001 })
      const other = others[method]
      return other === undefined ? await forward(method, params) : await other(params as never)
    },
  }
  const info = {
    uuid: '00000000-0000-4000-8000-000000000001',
    name: 'Test wallet',
    icon: 'data:image/svg+xml,',
    rdns: 'test.wallet',
  }
  const announce = () => {
    const detail = Object.freeze({ info, provider })
    globalThis.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }))
  }
  globalThis.addEventListener('eip6963:requestProvider', announce)
  announce()
}
