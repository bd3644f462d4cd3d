import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Window } from 'happy-dom'
import { createElement } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { http, type LocalAccount } from 'viem'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createConfig, mock, WagmiProvider } from 'wagmi'
import { connect, disconnect } from 'wagmi/actions'
import { parseOpen } from '../../sdk/index.ts'
import {
  useChannel,
  useDeposit,
  useEarnings,
  useOpenAccount,
  useOpenChannel,
  useSignVoucher,
} from '../../sdk/react/index.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { fund, letOperate, registerLocalModel } from '../support/localModel.ts'

function Using({ use }: { readonly use: () => void }): null {
  use()
  return null
}

describe('the hooks, in a page on a real chain', () => {
  let local: LocalLedger
  let payer: LocalAccount
  let place: { readonly operator: number; readonly model: number }
  let config: ReturnType<typeof createConfig>
  let root: Root
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const page = new Window()
  let uses = 0

  /** Shows a component that uses hooks, and gives what they said last. */
  async function shown<result>(useHooks: () => result): Promise<() => result> {
    let last: result | undefined
    const use = () => {
      last = useHooks()
    }
    // Other hooks are another component.
    const asked = createElement(
      QueryClientProvider,
      { client: queries },
      createElement(Using, { use, key: `${++uses}` }),
    )
    const connected = createElement(WagmiProvider, { config, reconnectOnMount: false }, asked)
    root.render(connected)
    await vi.waitFor(() => expect(last).toBeDefined())
    return () => last as result
  }

  beforeAll(async () => {
    Object.assign(globalThis, { window: page, document: page.document })
    local = await startLocalLedger(3)
    const { model } = await registerLocalModel(local, { items: [40, 22, 30], k: 64 })
    place = { operator: await letOperate(local, model), model }
    payer = local.wallets.payers[1] as LocalAccount
    await fund(local, payer, parseOpen('10'))
    const { chain } = local.connection.reader
    config = createConfig({
      chains: [chain],
      transports: { [chain.id]: http(local.rpcUrl) },
      connectors: [mock({ accounts: [payer.address] })],
      pollingInterval: 50,
      multiInjectedProviderDiscovery: false,
      storage: null,
    })
    root = createRoot(page.document.createElement('div') as unknown as Element)
  })
  afterAll(async () => {
    root?.unmount()
    await local?.stop()
    for (const name of ['window', 'document']) Reflect.deleteProperty(globalThis, name)
  })

  it('ask nothing before they know of whom', async () => {
    const earnings = await shown(() => useEarnings({ deployment: local.deployment, account: undefined }))
    expect(earnings()).toMatchObject({ fetchStatus: 'idle', data: undefined })
  })

  it('read earnings without a wallet, and say that one is missing where something is to be sent', async () => {
    const { deployment } = local
    const hooks = await shown(() => ({
      earnings: useEarnings({ deployment, account: place.operator }),
      opening: useOpenAccount(deployment),
    }))
    await vi.waitFor(() => expect(hooks().earnings.data).toMatchObject({ claimableGwei: 0n, pending: [] }))
    await expect(hooks().opening.mutateAsync({})).rejects.toThrow('Connector not connected')
  })

  it('open a channel with the wallet, and read it again after a deposit', async () => {
    const { deployment } = local
    const [connector] = config.connectors
    if (connector === undefined) throw new Error('There is one')
    await connect(config, { connector })
    const opening = await shown(() => useOpenChannel(deployment))
    const { channel } = await opening().mutateAsync({
      ...place,
      salt: 4,
      signer: payer.address,
      amountGwei: parseOpen('6'),
    })
    const hooks = await shown(() => ({
      channel: useChannel({ deployment, channel }),
      depositing: useDeposit(deployment),
      vouching: useSignVoucher(deployment),
    }))
    await vi.waitFor(() => expect(hooks().channel.data?.depositGwei).toBe(parseOpen('6')))
    await hooks().depositing.mutateAsync({ channel, amountGwei: parseOpen('3') })
    await vi.waitFor(() => expect(hooks().channel.data?.depositGwei).toBe(parseOpen('9')))
    const voucher = await hooks().vouching.mutateAsync({ channel, maxClaimableAmount: 5n })
    expect(voucher.channelId).toBe(hooks().channel.data?.id)
    await disconnect(config)
  })
})
