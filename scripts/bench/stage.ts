import { createHardhatRuntimeEnvironment } from 'hardhat/hre'
import { type Abi, type Address, encodeFunctionData, type Hex, keccak256, pad, toHex } from 'viem'
import { accountsAbi } from '../../deployments/abi/accounts.ts'
import { courtAbi } from '../../deployments/abi/court.ts'
import { datasetsAbi } from '../../deployments/abi/datasets.ts'
import { ledgerAbi } from '../../deployments/abi/ledger.ts'
import { modelsAbi } from '../../deployments/abi/models.ts'
import { openTokenAbi } from '../../deployments/abi/openToken.ts'
import { poolsAbi } from '../../deployments/abi/pools.ts'
import config from '../../hardhat.config.ts'
import { buildRelease, releaseFolder } from '../deploy/release.ts'

/** A chain of one's own in this process, by the rules of Osaka, with the release build deployed on it. */
export type Stage = Awaited<ReturnType<typeof setStage>>

export interface Act {
  readonly from: Address
  readonly to: Address
  readonly abi: Abi | readonly unknown[]
  readonly functionName: string
  readonly args: readonly unknown[]
}

export interface Outcome {
  readonly gas: bigint
  readonly calldata: Hex
}

export async function setStage({ epochSeconds }: { readonly epochSeconds: number }) {
  await buildRelease()
  const hre = await createHardhatRuntimeEnvironment({
    ...config,
    paths: { ...config.paths, artifacts: `${releaseFolder}/artifacts`, cache: `${releaseFolder}/cache` },
  })
  const { viem, networkHelpers } = await hre.network.create({ override: { hardfork: 'osaka' } })
  const client = await viem.getPublicClient()
  const wallets = await viem.getWalletClients()
  const holders = wallets.map(({ account }) => account.address)
  const [deployer] = holders
  if (deployer === undefined) throw new Error('Hardhat gives no accounts')

  async function act({ from, to, abi, functionName, args }: Act): Promise<Outcome> {
    const calldata = encodeFunctionData({ abi: abi as Abi, functionName, args: [...args] })
    const wallet = wallets.find(({ account }) => account.address === from)
    if (wallet === undefined) throw new Error(`${from} has no wallet here`)
    const hash = await wallet.sendTransaction({ to, data: calldata, gas: 16_000_000n })
    const { gasUsed, status } = await client.waitForTransactionReceipt({ hash })
    if (status !== 'success') throw new Error(`${functionName} failed`)
    return { gas: gasUsed, calldata }
  }

  const manager = await viem.deployContract('AccessManager', [deployer])
  const token = await viem.deployContract('OpenToken', [deployer])
  const accounts = await viem.deployContract('Accounts', [])
  await act({ from: deployer, to: accounts.address, abi: accountsAbi, functionName: 'open', args: [deployer] })
  const datasets = await viem.deployContract('Datasets', [accounts.address])
  const pools = await viem.deployContract('Pools', [token.address, accounts.address, datasets.address])
  const models = await viem.deployContract('Models', [accounts.address, datasets.address, pools.address])
  const ledger = await viem.deployContract('Ledger', [
    token.address,
    accounts.address,
    models.address,
    manager.address,
    1,
    {
      epochSeconds,
      tabNoticeSeconds: 60,
      bondNoticeSeconds: 2 * epochSeconds,
      treasuryBps: 200,
      bondRule: { minimumGwei: 1_000_000n, ratioBps: 10_000, bountyBps: 5_000 },
    },
  ])

  const court = await viem.deployContract('Court', [
    ledger.address,
    datasets.address,
    manager.address,
    {
      demandFeeGwei: 1_000_000n,
      demandSeconds: epochSeconds,
      appealStakeGwei: 1_000_000n,
      rulingSeconds: epochSeconds,
    },
  ])
  await act({
    from: deployer,
    to: ledger.address,
    abi: ledgerAbi,
    functionName: 'appointCourt',
    args: [court.address],
  })

  return {
    holders,
    deployer,
    accounts: { address: accounts.address, abi: accountsAbi },
    datasets: { address: datasets.address, abi: datasetsAbi },
    pools: { address: pools.address, abi: poolsAbi },
    models: { address: models.address, abi: modelsAbi },
    ledger: { address: ledger.address, abi: ledgerAbi },
    court: { name: 'Court', address: court.address, abi: courtAbi },
    token: { address: token.address, abi: openTokenAbi },
    act,
    poolOf: (model: number) =>
      client.readContract({ address: models.address, abi: modelsAbi, functionName: 'poolOf', args: [model] }),
    mine: (blocks: number) => networkHelpers.mine(blocks),
    /** What stands in the header of the batch recorded last, as long as the epoch and the treasury's share stay. */
    lastBatch: async () => {
      const onLedger = { address: ledger.address, abi: ledgerAbi } as const
      return {
        number: await client.readContract({ ...onLedger, functionName: 'batchCount' }),
        epoch: await client.readContract({ ...onLedger, functionName: 'currentEpoch' }),
        treasuryBps: await client.readContract({ ...onLedger, functionName: 'treasuryBps' }),
      }
    },
    /** Lets everything credited so far mature. */
    mature: () => networkHelpers.time.increase(2 * epochSeconds),
  }
}

/** An address that nobody holds the key of; contributors need none to be paid. */
export function payoutAddress(number: number): Address {
  return pad(toHex(0xa11ce0000 + number), { size: 20 })
}

/** A hash that stands for a file. */
export function fileHash(name: string): Hex {
  return keccak256(toHex(name))
}
