import { type Address, encodeFunctionData, type Hex, keccak256, maxUint256, toHex } from 'viem'
import { z } from 'zod'
import { ledgerAbi } from '../../../deployments/abi/ledger.ts'
import { bondOfAccount, bondOfModel } from '../../../sdk/bond.ts'
import { connect } from '../../../sdk/contracts.ts'
import { contributionId } from '../../../sdk/contribution.ts'
import type { Deployment } from '../../../sdk/deployment.ts'
import { type Act, act } from '../../../sdk/transact.ts'
import { WEI_PER_GWEI } from '../../../sdk/units.ts'
import { castOf } from '../../demo/wallets.ts'
import { inferenceBatch } from '../inferences.ts'
import type { Anvil } from './anvil.ts'

/** A served model, its contributors, payers and operator, and batches of inferences: a chain of our own facts. */
export interface RecordShape {
  readonly seed: number
  readonly batches: number
  /** Records in a batch; a batch is a block. */
  readonly records: number
}

const CONTRIBUTORS = 40
const TERMS = { dims: 256, topK: 8, rowCount: 1_600 }
const FUNDS_GWEI = 10n ** 15n
const MODEL = 2
/** Contributors submit, and those whose earnings have matured claim, each time after so many batches. */
const BATCHES_A_SEASON = 25
const SEASON_SECONDS = 86_400

/** The accounts that are opened here, after the treasury's, in this order. */
const cast = castOf(CONTRIBUTORS)
const opened = [cast.owner, cast.operator, ...cast.payers, ...cast.contributors]
const accountOf = (holder: { readonly address: Address }) =>
  2 + opened.findIndex(({ address }) => address === holder.address)

/** What a batch costs in gas at most, by the rules of Osaka. */
const GAS = toHex(16_000_000)

/** Registers everything that recording needs. */
export async function setTheStage(anvil: Anvil, deployment: Deployment): Promise<void> {
  const { contracts } = await connect(anvil.url, deployment)
  const { deployer, curator, owner, operator, payers, contributors } = cast
  const send = senderOf(anvil)
  await send(opened.map(({ address }) => [deployer, act(contracts.accounts, 'open', [address])]))
  await send(
    payers.map(({ address }) => [deployer, act(contracts.openToken, 'transfer', [address, FUNDS_GWEI * WEI_PER_GWEI])]),
  )
  const approval = act(contracts.openToken, 'approve', [contracts.ledger.address, maxUint256])
  await send([deployer, ...payers].map((holder) => [holder, approval]))
  const bonds = [bondOfAccount(accountOf(operator)), bondOfModel(MODEL)]
  await send([
    [
      curator,
      act(contracts.datasets, 'register', [
        { licence: 'CC0-1.0', termsHash: hashOf('terms'), metadataHash: hashOf('card'), metadataURI: '' },
      ]),
    ],
    ...contributors.map((holder): Sent => [holder, act(contracts.datasets, 'contribute', [1, hashOf('items'), 40])]),
  ])
  const names = contributors.map((holder) => contributionId(1, accountOf(holder), hashOf('items'), 40))
  await send([
    [curator, act(contracts.datasets, 'accept', [names])],
    [curator, act(contracts.datasets, 'freeze', [1])],
    [
      owner,
      act(contracts.models, 'registerBase', [
        { name: 'base', licence: 'Apache-2.0', weightsHash: hashOf('weights'), weightsURI: '', royaltyBps: 300 },
      ]),
    ],
  ])
  await send([
    [owner, act(contracts.models, 'registerFineTune', [fineTune])],
    [owner, act(contracts.models, 'setOperator', [MODEL, accountOf(operator), true])],
    ...bonds.map((bond): Sent => [deployer, act(contracts.ledger, 'depositBond', [bond, FUNDS_GWEI])]),
    ...payers.map((payer): Sent => {
      const args = [accountOf(operator), FUNDS_GWEI, 10_000_000n] as const
      return [payer, act(contracts.ledger, 'fundTab', args)]
    }),
  ])
}

export async function addRecords(anvil: Anvil, deployment: Deployment, shape: RecordShape): Promise<void> {
  const { contracts } = await connect(anvil.url, deployment)
  const send = senderOf(anvil)
  for (let batch = 0; batch < shape.batches; batch++) {
    await send([recording(deployment, shape.seed + batch, shape.records)])
    if (batch % BATCHES_A_SEASON !== BATCHES_A_SEASON - 1) continue
    const { timestamp } = blockSchema.parse(await anvil.ask('eth_getBlockByNumber', ['latest', false]))
    await anvil.ask('evm_setNextBlockTimestamp', [timestamp + SEASON_SECONDS])
    const hasMatured = batch >= 3 * BATCHES_A_SEASON
    const claims = hasMatured ? [act(contracts.ledger, 'claimMany', [cast.contributors.map(accountOf)])] : []
    await send([
      ...cast.contributors.map((holder): Sent => {
        return [holder, act(contracts.datasets, 'contribute', [1, hashOf(`items ${shape.seed + batch}`), 40])]
      }),
      ...claims.map((claim): Sent => [cast.deployer, claim]),
    ])
  }
}

/** A transaction that records a batch, by whoever may. */
export function recording({ contracts }: Deployment, seed: number, records: number): Sent {
  const payers = cast.payers.map(accountOf)
  const contributorOf = (row: number) => accountOf(cast.contributors[row % CONTRIBUTORS] ?? cast.operator)
  const batch = inferenceBatch({ seed, records, terms: TERMS, payers, contributorOf })
  const data = encodeFunctionData({ abi: ledgerAbi, functionName: 'recordBatch', args: [MODEL, batch] })
  return [cast.operator, { to: contracts.ledger, data }]
}

type Sent = readonly [from: { readonly address: Address }, call: Pick<Act, 'to' | 'data'>]

/** Sends transactions in one request, mines them into one block, and fails if one of them does. */
export function senderOf(anvil: Anvil) {
  return async (transactions: readonly Sent[]): Promise<void> => {
    const calls = transactions.map(([{ address }, { to, data }]) => ({
      method: 'eth_sendTransaction',
      params: [{ from: address, to, data, gas: GAS, gasPrice: '0x77359400' }],
    }))
    await anvil.askAll(calls)
    await anvil.ask('evm_mine')
    const receipts = receiptsSchema.parse(await anvil.ask('eth_getBlockReceipts', ['latest']))
    if (receipts.length === calls.length && receipts.every(({ status }) => status === '0x1')) return
    throw new Error(
      `Of ${calls.length} transactions ${receipts.filter(({ status }) => status === '0x1').length} succeeded`,
    )
  }
}

const blockSchema = z.object({ timestamp: z.string().transform(Number) })
const receiptsSchema = z.array(z.object({ status: z.string() }))

function hashOf(name: string): Hex {
  return keccak256(toHex(name))
}

const fineTune = {
  parent: 1,
  versions: [(1n << 32n) | 1n],
  adapterHash: hashOf('adapter'),
  manifestHash: hashOf('manifest'),
  manifestURI: '',
  method: 2,
  quantisation: { scheme: 'nf4', bits: 4, doubleQuant: true },
  influence: { root: hashOf('root'), indexHash: hashOf('index'), indexURI: '', ...TERMS, source: 0 },
  shares: { contributorBps: 6_000, operatorBps: 2_000, royaltyBps: 500 },
  rule: 0,
}
