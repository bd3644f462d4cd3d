import type { Address } from 'viem'

/** A wallet in a page, announced by EIP-6963, that signs by the local chain's own accounts. Tests steer it by `window.testWallet`. */

export interface TestWallet {
  readonly rpcUrl: string
  readonly account: Address
}

/** Steered from tests. */
export interface WalletState {
  /** Says no to whatever it is to sign. */
  declines: boolean
  chainId: string
}

/** Runs in the page, before its own scripts. */
export function announceWallet({ rpcUrl, account }: TestWallet): void {
  const state: WalletState & { isConnected: boolean } = { declines: false, chainId: '0x7a69', isConnected: false }
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
  const provider = {
    on: (name: string, listener: (value: unknown) => void) => {
      listeners.set(name, (listeners.get(name) ?? new Set()).add(listener))
    },
    removeListener: (name: string, listener: (value: unknown) => void) => listeners.get(name)?.delete(listener),
    request: async ({ method, params }: { method: string; params?: unknown }) => {
      if (method === 'eth_requestAccounts' || method === 'wallet_requestPermissions') {
        state.isConnected = true
        return method === 'eth_requestAccounts' ? [account] : [{ parentCapability: 'eth_accounts' }]
      }
      if (method === 'eth_accounts') return state.isConnected ? [account] : []
      if (method === 'eth_chainId') return state.chainId
      if (method === 'wallet_switchEthereumChain') {
        const [{ chainId }] = params as [{ chainId: string }]
        state.chainId = chainId
        emit('chainChanged', chainId)
        return null
      }
      const isSigning = method === 'eth_sendTransaction' || method === 'eth_signTypedData_v4'
      if (isSigning && state.declines) throw Object.assign(new Error('User rejected the request.'), { code: 4001 })
      return await forward(method, params)
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
