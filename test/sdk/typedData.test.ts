import hre, { network } from 'hardhat'
import { getContract, type Hex, keccak256, stringToHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { beforeAll, describe, expect, it } from 'vitest'
import { accountsAbi } from '../../deployments/abi/accounts.ts'
import { datasetsAbi } from '../../deployments/abi/datasets.ts'
import { ledgerAbi } from '../../deployments/abi/ledger.ts'
import { claimTypedData, contributionTypedData } from '../../sdk/typedData.ts'

const itemsRoot = keccak256(stringToHex('items'))
const zero: Hex = `0x${'00'.repeat(32)}`

const LEDGER_TERMS = {
  epochSeconds: 60,
  tabNoticeSeconds: 60,
  bondNoticeSeconds: 120,
  treasuryBps: 0,
  bondRule: { minimumGwei: 1n, ratioBps: 0, bountyBps: 0 },
}

async function deploy() {
  await hre.tasks.getTask('build').run({ noTests: true, quiet: true })
  const { viem } = await network.create()
  const reader = await viem.getPublicClient()
  const [wallet] = await viem.getWalletClients()
  if (!wallet) throw new Error('The Hardhat network has accounts')
  const client = { public: reader, wallet }
  const { address: accountsAddress } = await viem.deployContract('Accounts')
  const { address } = await viem.deployContract('Datasets', [accountsAddress])
  const accounts = getContract({ address: accountsAddress, abi: accountsAbi, client })
  const datasets = getContract({ address, abi: datasetsAbi, client })
  const holder = privateKeyToAccount(generatePrivateKey())
  const contribution = { contributor: 1, dataset: 1, itemsRoot, itemCount: 3, nonce: 0n, deadline: 2n ** 40n }
  await accounts.write.open([holder.address])
  await datasets.write.register([
    { licence: 'CC0-1.0', termsHash: zero, metadataHash: zero, metadataURI: 'ipfs://card' },
  ])
  return { reader, accounts, datasets, holder, contribution, place: { chainId: reader.chain.id, address } }
}

describe('a contribution to sign', () => {
  let stage: Awaited<ReturnType<typeof deploy>>
  beforeAll(async () => {
    stage = await deploy()
  })

  const bring = async (signature: Hex) => {
    const { reader, datasets, contribution } = stage
    const { contributor, dataset, itemCount, deadline } = contribution
    const hash = await datasets.write.contributeBySig([contributor, dataset, itemsRoot, itemCount, deadline, signature])
    return (await reader.getTransactionReceipt({ hash })).status
  }

  it('names the domain that the contract names', async () => {
    const { datasets, place, contribution } = stage
    const [, name, version, chainId, verifyingContract] = await datasets.read.eip712Domain()
    expect({ name, version, chainId: Number(chainId), verifyingContract: verifyingContract.toLowerCase() }).toEqual({
      ...contributionTypedData(place, contribution).domain,
      verifyingContract: place.address.toLowerCase(),
    })
  })

  it('signed by a wallet for another chain, contract or nonce is refused', async () => {
    const { holder, place, contribution } = stage
    const elsewhere = [
      contributionTypedData({ ...place, chainId: place.chainId + 1 }, contribution),
      contributionTypedData({ ...place, address: stage.accounts.address }, contribution),
      contributionTypedData(place, { ...contribution, nonce: 1n }),
    ]
    for (const typedData of elsewhere) {
      await expect(bring(await holder.signTypedData(typedData))).rejects.toThrow('Datasets_BadSignature')
    }
  })

  it('signed by the contributor’s wallet is taken from anyone, once', async () => {
    const { datasets, holder, place, contribution } = stage
    const signature = await holder.signTypedData(contributionTypedData(place, contribution))
    expect(await bring(signature)).toBe('success')
    expect(await datasets.read.nonces([holder.address])).toBe(1n)
    const [submitted] = await datasets.getEvents.ContributionSubmitted()
    expect(submitted?.args).toMatchObject({ dataset: 1, contributor: 1, itemsRoot, itemCount: 3 })
    await expect(bring(signature)).rejects.toThrow('Datasets_BadSignature')
  })
})

async function deployLedger() {
  await hre.tasks.getTask('build').run({ noTests: true, quiet: true })
  // The default build is larger than a chain takes; the release build is what is deployed.
  const { viem } = await network.create({ override: { allowUnlimitedContractSize: true } })
  const reader = await viem.getPublicClient()
  const [wallet] = await viem.getWalletClients()
  if (!wallet) throw new Error('The Hardhat network has accounts')
  const client = { public: reader, wallet }
  const deployer = wallet.account.address
  const { address: token } = await viem.deployContract('OpenToken', [deployer])
  const { address: accountsAddress } = await viem.deployContract('Accounts')
  const { address: datasets } = await viem.deployContract('Datasets', [accountsAddress])
  const { address: pools } = await viem.deployContract('Pools', [token, accountsAddress, datasets])
  const { address: models } = await viem.deployContract('Models', [accountsAddress, datasets, pools])
  const accounts = getContract({ address: accountsAddress, abi: accountsAbi, client })
  const holder = privateKeyToAccount(generatePrivateKey())
  await accounts.write.open([holder.address])
  const { address } = await viem.deployContract('Ledger', [token, accountsAddress, models, deployer, 1, LEDGER_TERMS])
  return {
    ledger: getContract({ address, abi: ledgerAbi, client }),
    holder,
    to: deployer,
    place: { chainId: reader.chain.id, address },
    message: { account: 1, to: deployer, nonce: 0n, deadline: 2n ** 40n },
  }
}

describe('a claim to sign', () => {
  let stage: Awaited<ReturnType<typeof deployLedger>>
  beforeAll(async () => {
    stage = await deployLedger()
  })

  const bring = ({ to, message, ledger }: typeof stage, signature: Hex) =>
    ledger.write.claimBySig([message.account, to, message.deadline, signature])

  it('names the domain that the contract names', async () => {
    const { ledger, place, message } = stage
    const [, name, version, chainId, verifyingContract] = await ledger.read.eip712Domain()
    expect({ name, version, chainId: Number(chainId), verifyingContract: verifyingContract.toLowerCase() }).toEqual({
      ...claimTypedData(place, message).domain,
      verifyingContract: place.address.toLowerCase(),
    })
  })

  it('signed by the holder’s wallet passes for theirs: what is asked next is whether anything has matured', async () => {
    const { holder, place, message } = stage
    const signature = await holder.signTypedData(claimTypedData(place, message))
    await expect(bring(stage, signature)).rejects.toThrow('Ledger_NothingToClaim')
  })

  it('signed for another chain, contract, receiver or nonce is refused', async () => {
    const { holder, place, message } = stage
    const elsewhere = [
      claimTypedData({ ...place, chainId: place.chainId + 1 }, message),
      claimTypedData({ ...place, address: stage.to }, message),
      claimTypedData(place, { ...message, to: holder.address }),
      claimTypedData(place, { ...message, nonce: 1n }),
    ]
    for (const typedData of elsewhere) {
      await expect(bring(stage, await holder.signTypedData(typedData))).rejects.toThrow('Ledger_BadSignature')
    }
  })
})
