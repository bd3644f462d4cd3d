import { type Address, type Hex, keccak256, type LocalAccount } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureDataset } from '../../pipeline/publish/dataset.ts'
import { callTo, eventIn } from '../../sdk/contractCall.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import {
  type ClaimToSign,
  type ContributionToSign,
  claimTypedData,
  contributionTypedData,
  receiptTypedData,
  type SigningPlace,
  voucherTypedData,
} from '../../sdk/typedData.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'

const FAR = 2n ** 40n
const termsHash = keccak256('0x01')
const zero: Hex = `0x${'00'.repeat(32)}`

describe('what is signed', () => {
  let local: LocalLedger
  let place: (address: Address) => SigningPlace
  let holder: LocalAccount
  let account: number

  beforeAll(async () => {
    local = await startLocalLedger(1)
    const { connection, wallets, walletOf } = local
    const { reader, contracts } = connection
    place = (address) => ({ chainId: reader.chain.id, address })
    holder = privateKeyToAccount(generatePrivateKey())
    const opened = await transact(
      reader,
      walletOf(wallets.deployer),
      callTo(contracts.accounts, 'open', [holder.address]),
    )
    account = eventIn(opened, contracts.accounts, 'AccountOpened').account
  })
  afterAll(() => local?.stop())

  it('names the domain that each contract names', async () => {
    const { reader, contracts } = local.connection
    const { channels, court, datasets, earnings } = contracts
    const claim: ClaimToSign = { account, to: holder.address, minGwei: 0n, nonce: 0n, deadline: FAR }
    const contribution = { contributor: 1, dataset: 1, termsHash, itemsRoot: termsHash, itemCount: 1 }
    const signed = [
      [datasets, contributionTypedData(place(datasets.address), { ...contribution, nonce: 0n, deadline: FAR })],
      [earnings, claimTypedData(place(earnings.address), claim)],
      [channels, voucherTypedData(place(channels.address), { channelId: zero, maxClaimableAmount: 1n })],
      [court, receiptTypedData(place(court.address), { model: 1, channel: zero, recordHash: zero, recordBy: 1n })],
    ] as const
    for (const [{ address }, { domain }] of signed) {
      const [, name, version, chainId, verifyingContract] = await reader.readContract({
        address,
        abi: datasets.abi,
        functionName: 'eip712Domain',
      })
      expect({ name, version, chainId: Number(chainId), verifyingContract }).toEqual(domain)
    }
  })

  describe('a contribution', () => {
    const itemsRoot = keccak256('0x02')
    let contribution: ContributionToSign
    const bring = async (signature: Hex) => {
      const { connection, wallets, walletOf } = local
      const { datasets } = connection.contracts
      const { contributor, dataset, itemCount, deadline } = contribution
      const args = [contributor, dataset, termsHash, itemsRoot, itemCount, deadline, signature] as const
      return await transact(connection.reader, walletOf(wallets.curator), callTo(datasets, 'contributeBySig', args))
    }

    beforeAll(async () => {
      const { connection, wallets, walletOf } = local
      const terms = { licence: 'CC0-1.0', termsHash, metadataHash: termsHash, metadataURI: 'ipfs://card' }
      const dataset = await ensureDataset(connection, walletOf(wallets.curator), terms)
      contribution = { contributor: account, dataset, termsHash, itemsRoot, itemCount: 3, nonce: 0n, deadline: FAR }
    })

    it('signed for another chain, contract, nonce or other terms is refused', async () => {
      const { datasets, accounts } = local.connection.contracts
      const here = place(datasets.address)
      const elsewhere = [
        contributionTypedData({ ...here, chainId: here.chainId + 1 }, contribution),
        contributionTypedData(place(accounts.address), contribution),
        contributionTypedData(here, { ...contribution, nonce: 1n }),
        contributionTypedData(here, { ...contribution, termsHash: itemsRoot }),
      ]
      for (const typedData of elsewhere) {
        await expect(bring(await holder.signTypedData(typedData))).rejects.toMatchObject({
          errorName: 'Datasets_BadSignature',
        })
      }
    })

    it('signed by the contributor’s wallet is taken from anyone, once', async () => {
      const { datasets } = local.connection.contracts
      const signature = await holder.signTypedData(contributionTypedData(place(datasets.address), contribution))
      const { dataset } = contribution
      expect(eventIn(await bring(signature), datasets, 'ContributionSubmitted')).toMatchObject({
        dataset,
        contributor: account,
        itemsRoot,
        itemCount: 3,
      })
      await expect(bring(signature)).rejects.toMatchObject({ errorName: 'Datasets_BadSignature' })
    })
  })

  describe('a claim', () => {
    const message = (): ClaimToSign => ({
      account,
      to: local.wallets.curator.address,
      minGwei: 5n,
      nonce: 0n,
      deadline: FAR,
    })
    const bring = async ({ to, minGwei, deadline }: ClaimToSign, signature: Hex) => {
      const { connection, wallets, walletOf } = local
      const { earnings } = connection.contracts
      const args = [account, to, minGwei, deadline, signature] as const
      return await transact(connection.reader, walletOf(wallets.curator), callTo(earnings, 'claimBySig', args))
    }

    it('signed by the holder’s wallet passes for theirs: what is asked next is whether anything was earned', async () => {
      const { earnings } = local.connection.contracts
      const signature = await holder.signTypedData(claimTypedData(place(earnings.address), message()))
      await expect(bring(message(), signature)).rejects.toMatchObject({ errorName: 'Earnings_NothingToClaim' })
    })

    it('signed for another chain, contract, receiver, nonce or less is refused', async () => {
      const { earnings, accounts } = local.connection.contracts
      const here = place(earnings.address)
      const elsewhere = [
        claimTypedData({ ...here, chainId: here.chainId + 1 }, message()),
        claimTypedData(place(accounts.address), message()),
        claimTypedData(here, { ...message(), to: holder.address }),
        claimTypedData(here, { ...message(), nonce: 1n }),
        claimTypedData(here, { ...message(), minGwei: 4n }),
      ]
      for (const typedData of elsewhere) {
        await expect(bring(message(), await holder.signTypedData(typedData))).rejects.toMatchObject({
          errorName: 'Earnings_BadSignature',
        })
      }
    })
  })
})
