import { FallbackProvider, JsonRpcProvider, Network, Wallet } from 'ethers'
import { createWalletClient, custom } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, describe, expect, it } from 'vitest'
import { clientOfProvider, clientOfSigner } from '../../sdk/ethers/index.ts'
import { signVoucher } from '../../sdk/index.ts'
import { paperDeployment } from '../support/paperDeployment.ts'

const key = `0x${'17'.repeat(32)}` as const
const network = Network.from(1)

describe('a client made of ethers', () => {
  // Nothing is asked of it.
  const provider = new JsonRpcProvider('http://127.0.0.1:1', network, { staticNetwork: network })
  afterAll(() => provider.destroy())

  it('signs typed data as viem does', async () => {
    const args = {
      deployment: paperDeployment,
      channel: { payer: 1, operator: 2, model: 3, salt: 4 },
      maxClaimableAmount: 10n ** 30n,
    }
    const ours = await clientOfSigner(new Wallet(key, provider))
    const transport = custom({ request: async () => null })
    const viems = createWalletClient({ account: privateKeyToAccount(key), transport })
    expect(ours.account.address).toBe(viems.account.address)
    expect(await signVoucher(ours, args)).toEqual(await signVoucher(viems, args))
  })

  it('needs a provider that passes calls on', async () => {
    await expect(clientOfSigner(new Wallet(key))).rejects.toThrow('The signer has no provider')
    const several = new FallbackProvider([provider], network)
    expect(() => clientOfProvider(several)).toThrow('makes no JSON-RPC calls')
  })
})
