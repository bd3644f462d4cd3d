import { type Address, createPublicClient, createWalletClient, custom, type Hex } from 'viem'
import { expectTypeOf, it } from 'vitest'
import {
  type AccountEarnings,
  addresses,
  type ChannelKey,
  type Claimed,
  claim,
  claimTypedData,
  contractsOf,
  type Deployment,
  deployments,
  earningsAbi,
  getEarnings,
  type proveInference,
  type ReadingClient,
  type SigningClient,
  signVoucher,
} from '../../sdk/index.ts'
import type { useClaim, useEarnings } from '../../sdk/react/index.ts'
import { paperDeployment } from '../support/paperDeployment.ts'

/** What the compiler checks (`tsc`): when they run, these only have to load. */
const transport = custom({ request: async () => null })

it('actions take viem’s clients as they are, and one that signs where something is signed', () => {
  const reading = createPublicClient({ transport })
  const signing = createWalletClient({ transport, account: paperDeployment.contracts.ledger })
  expectTypeOf(reading).toExtend<ReadingClient>()
  expectTypeOf(signing).toExtend<SigningClient>()
  expectTypeOf(reading).not.toExtend<SigningClient>()
  expectTypeOf(getEarnings).parameter(0).toEqualTypeOf<ReadingClient>()
  expectTypeOf(claim).parameter(0).toEqualTypeOf<SigningClient>()
  expectTypeOf(signVoucher).parameter(0).toEqualTypeOf<SigningClient>()
})

it('actions give what they say, in gwei and numbers', () => {
  expectTypeOf(getEarnings).returns.resolves.toEqualTypeOf<AccountEarnings>()
  expectTypeOf<AccountEarnings['claimableGwei']>().toEqualTypeOf<bigint>()
  expectTypeOf(claim).returns.resolves.toEqualTypeOf<Claimed>()
  expectTypeOf<Claimed['to']>().toEqualTypeOf<Address>()
  expectTypeOf(signVoucher).parameter(1).toHaveProperty('channel').toEqualTypeOf<ChannelKey>()
})

it('an inference is named by batch and index, or shown by its proof', () => {
  type Args = Parameters<typeof proveInference>[1]
  const asked = { deployment: paperDeployment, blockHash: '0x' as Hex }
  expectTypeOf<typeof asked & { batch: bigint; index: number }>().toExtend<Args>()
  expectTypeOf<typeof asked & { batch: bigint }>().not.toExtend<Args>()
  expectTypeOf<typeof asked>().not.toExtend<Args>()
})

it('ABIs, addresses and typed data keep their literals', () => {
  expectTypeOf(contractsOf(paperDeployment).earnings.abi).toEqualTypeOf(earningsAbi)
  const own = { contracts: { ...paperDeployment.contracts, ledger: '0x0b' } } as const
  expectTypeOf(addresses(own).ledger).toEqualTypeOf<'0x0b'>()
  expectTypeOf(deployments).toExtend<Readonly<Record<number, Deployment>>>()
  const message = { account: 1, to: own.contracts.ledger, minGwei: 1n, nonce: 0n, deadline: 0n } as const
  expectTypeOf(claimTypedData({ chainId: 1, address: '0x0b' }, message).primaryType).toEqualTypeOf<'Claim'>()
})

it('hooks give what the actions give', () => {
  expectTypeOf<ReturnType<typeof useEarnings>['data']>().toEqualTypeOf<AccountEarnings | undefined>()
  expectTypeOf<ReturnType<typeof useClaim>['data']>().toEqualTypeOf<Claimed | undefined>()
  expectTypeOf<ReturnType<typeof useClaim>['mutate']>().parameter(0).not.toHaveProperty('deployment')
})
