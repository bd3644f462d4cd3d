import type { Hex } from 'viem'
import { contributionId } from '../../sdk/contribution.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import { measureEqualSplit } from './equalSplit.ts'
import { calldataFloor } from './floor.ts'
import { inferenceBatch } from './inferences.ts'
import type { Measured } from './measured.ts'
import { fileHash, type Outcome, payoutAddress, type Stage, setStage } from './stage.ts'
import { measureStrikes } from './strikes.ts'

const CONTRIBUTORS = 40
const CLAIMANTS = 100
const RECORDS = 200
const TERMS = { dims: 256, topK: 8, rowCount: 1_600 }
const FUNDS_GWEI = 1_000_000_000_000n
const MAX_FEE_GWEI = 10_000_000n

/** Plays one life of a model and measures what each act costs on the way. */
export async function measureActs(): Promise<readonly Measured[]> {
  const stage = await setStage({ epochSeconds: 3_600 })
  const measured: Measured[] = []
  const people = await openAccounts(stage)
  measured.push(...(await registerAll(stage, people)))
  measured.push(...(await fundTabs(stage, people)))
  measured.push(...(await depositBonds(stage, people)))
  const record = recorder(stage, people)
  measured.push(...(await recordBatches(stage, record)))
  measured.push(...(await claimAll(stage, people, record)))
  measured.push(...(await strikeAll(stage, people)))
  measured.push(...(await splitEqually(stage, people)))
  return measured
}

interface People {
  readonly operator: number
  readonly payers: readonly number[]
  readonly claimants: readonly number[]
}

/** Account 1 is the treasury, which also curates and owns the models; the rest are opened for it here. */
async function openAccounts({ act, accounts, deployer, holders }: Stage): Promise<People> {
  const open = async (payout: string) =>
    act({ from: deployer, to: accounts.address, abi: accounts.abi, functionName: 'open', args: [payout] })
  for (const holder of holders.slice(1, 6)) await open(holder)
  for (let i = 0; i < CLAIMANTS; i++) await open(payoutAddress(i))
  return { operator: 2, payers: [4, 5, 6], claimants: Array.from({ length: CLAIMANTS }, (_, i) => 7 + i) }
}

async function registerAll({ act, datasets, models, deployer, holders }: Stage, people: People): Promise<Measured[]> {
  const from = deployer
  const contributor = holders[2] ?? deployer
  const onDatasets = (functionName: string, args: readonly unknown[], sender = from) =>
    act({ from: sender, to: datasets.address, abi: datasets.abi, functionName, args })
  const onModels = (functionName: string, args: readonly unknown[]) =>
    act({ from, to: models.address, abi: models.abi, functionName, args })

  const dataset = {
    licence: 'CC0-1.0',
    termsHash: fileHash('terms'),
    metadataHash: fileHash('card'),
    metadataURI: 'https://example.org/card.json',
  }
  const registered = await onDatasets('register', [dataset])
  const contributed = await onDatasets('contribute', [1, fileHash('items'), 40], contributor)
  await onDatasets('contribute', [1, fileHash('more items'), 40], contributor)
  const name = contributionId(1, 3, fileHash('items'), 40)
  const accepted = await onDatasets('accept', [[name]])
  const frozen = await onDatasets('freeze', [1])

  const base = {
    name: 'base',
    licence: 'Apache-2.0',
    weightsHash: fileHash('weights'),
    weightsURI: '',
    royaltyBps: 300,
  }
  await onModels('registerBase', [base])
  const tuned = await onModels('registerFineTune', [fineTuneOf({ root: fileHash('root'), ...TERMS })])
  await onModels('setOperator', [2, people.operator, true])
  return [
    { name: 'register a dataset', gas: registered.gas },
    { name: 'contribute', gas: contributed.gas },
    { name: 'accept a contribution', gas: accepted.gas },
    { name: 'freeze a version', gas: frozen.gas },
    { name: 'register a fine-tune', gas: tuned.gas },
  ]
}

const INDEX = { indexHash: fileHash('index'), indexURI: 'https://example.org/index' }

function fineTuneOf(influence: { root: Hex; dims: number; topK: number; rowCount: number }, rule = 0) {
  return {
    parent: 1,
    versions: [(1n << 32n) | 1n],
    adapterHash: fileHash('adapter'),
    manifestHash: fileHash('manifest'),
    manifestURI: 'https://example.org/run.json',
    method: 2,
    quantisation: { scheme: 'nf4', bits: 4, doubleQuant: true },
    influence: { ...INDEX, ...influence, source: 0 },
    shares: { contributorBps: 6_000, operatorBps: 2_000, royaltyBps: 500 },
    rule,
  }
}

/** Bonds that cover whatever is recorded here. */
async function depositBonds({ act, ledger, token, deployer }: Stage, people: People): Promise<Measured[]> {
  const bonds = [BigInt(people.operator), (1n << 32n) | 2n]
  const wei = FUNDS_GWEI * WEI_PER_GWEI * 2n
  await act({ from: deployer, to: token.address, abi: token.abi, functionName: 'approve', args: [ledger.address, wei] })
  const gas: bigint[] = []
  for (const bond of bonds) {
    const args = [bond, FUNDS_GWEI]
    gas.push(
      (await act({ from: deployer, to: ledger.address, abi: ledger.abi, functionName: 'depositBond', args })).gas,
    )
  }
  return gas.slice(-1).map((last) => ({ name: 'deposit a bond', gas: last }))
}

async function fundTabs({ act, ledger, token, deployer, holders }: Stage, people: People): Promise<Measured[]> {
  const gas: bigint[] = []
  for (const payer of people.payers) {
    const from = holders[payer - 1] ?? deployer
    const wei = FUNDS_GWEI * WEI_PER_GWEI
    await act({ from: deployer, to: token.address, abi: token.abi, functionName: 'transfer', args: [from, wei] })
    await act({ from, to: token.address, abi: token.abi, functionName: 'approve', args: [ledger.address, wei] })
    const args = [people.operator, FUNDS_GWEI, MAX_FEE_GWEI]
    gas.push((await act({ from, to: ledger.address, abi: ledger.abi, functionName: 'fundTab', args })).gas)
  }
  return gas.slice(-1).map((last) => ({ name: 'fund a tab', gas: last }))
}

type Recorder = (seed: number, records: number, contributors: number) => Promise<Outcome>

function recorder({ act, ledger, deployer, holders }: Stage, people: People): Recorder {
  return (seed, records, contributors) => {
    const contributorOf = (row: number) => people.claimants[row % contributors] ?? 0
    const batch = inferenceBatch({ seed, records, terms: TERMS, payers: people.payers, contributorOf })
    const from = holders[people.operator - 1] ?? deployer
    return act({ from, to: ledger.address, abi: ledger.abi, functionName: 'recordBatch', args: [2, batch] })
  }
}

async function recordBatches({ mature }: Stage, record: Recorder): Promise<Measured[]> {
  const named = (name: string, { gas, calldata }: Outcome) => ({ name, gas, floor: calldataFloor(calldata) })
  const first = await record(1, RECORDS, CONTRIBUTORS)
  await mature()
  const steady = await record(2, RECORDS, CONTRIBUTORS)
  const alone = await record(3, 1, CONTRIBUTORS)
  await record(4, RECORDS, CLAIMANTS)
  return [
    named(`record ${RECORDS} inferences, ${CONTRIBUTORS} accounts paid for the first time`, first),
    named(`record ${RECORDS} inferences, ${CONTRIBUTORS} accounts paid before`, steady),
    { name: 'one inference of those', gas: steady.gas / BigInt(RECORDS) },
    named('record 1 inference', alone),
  ]
}

async function claimAll(
  { act, ledger, deployer, mature }: Stage,
  people: People,
  record: Recorder,
): Promise<Measured[]> {
  const onLedger = (functionName: string, args: readonly unknown[]) =>
    act({ from: deployer, to: ledger.address, abi: ledger.abi, functionName, args })
  const [claimant, ...others] = people.claimants
  await mature()
  const first = await onLedger('claim', [claimant])
  const firstMany = await onLedger('claimMany', [others])
  await record(5, RECORDS, CLAIMANTS)
  await mature()
  const again = await onLedger('claim', [claimant])
  const manyAgain = await onLedger('claimMany', [others])
  const each = BigInt(others.length)
  return [
    { name: 'claim, to an address without OPEN', gas: first.gas },
    { name: 'claim, to an address that holds OPEN', gas: again.gas },
    { name: `claimMany, each of ${each} without OPEN`, gas: firstMany.gas / each },
    { name: `claimMany, each of ${each} that hold OPEN`, gas: manyAgain.gas / each },
  ]
}

/** Puts down a bond that covers whatever is recorded here. */
async function putDown({ act, ledger, token, deployer }: Stage, bond: bigint): Promise<void> {
  const wei = FUNDS_GWEI * WEI_PER_GWEI
  const args = [ledger.address, wei]
  await act({ from: deployer, to: token.address, abi: token.abi, functionName: 'approve', args })
  const deposit = [bond, FUNDS_GWEI]
  await act({ from: deployer, to: ledger.address, abi: ledger.abi, functionName: 'depositBond', args: deposit })
}

/** A model with a real influence root, whose operator and owner are struck in every way. */
async function strikeAll(stage: Stage, people: People): Promise<readonly Measured[]> {
  const { act, accounts, models, ledger, deployer, holders } = stage
  const challenger = holders[CHALLENGER] ?? deployer
  const account = people.claimants.length + 7
  await act({ from: deployer, to: accounts.address, abi: accounts.abi, functionName: 'open', args: [challenger] })
  await putDown(stage, BigInt(account))
  return await measureStrikes(stage, {
    operator: people.operator,
    payers: people.payers,
    contributorOf: (row) => people.claimants[row % CONTRIBUTORS] ?? 0,
    contribution: contributionId(1, 3, fileHash('items'), 40),
    challenger,
    register: async (influence) => {
      const onModels = (functionName: string, args: readonly unknown[]) =>
        act({ from: deployer, to: models.address, abi: models.abi, functionName, args })
      await onModels('registerFineTune', [fineTuneOf(influence)])
      await onModels('setOperator', [STRUCK_MODEL, people.operator, true])
      await putDown(stage, (1n << 32n) | BigInt(STRUCK_MODEL))
      return STRUCK_MODEL
    },
    record: (model, batch) => {
      const from = holders[people.operator - 1] ?? deployer
      return act({ from, to: ledger.address, abi: ledger.abi, functionName: 'recordBatch', args: [model, batch] })
    },
  })
}

/** A model whose contributors share equally. */
async function splitEqually(stage: Stage, people: People): Promise<readonly Measured[]> {
  const { act, models, deployer } = stage
  return await measureEqualSplit(stage, {
    operator: people.operator,
    payers: people.payers,
    contribution: contributionId(1, 3, fileHash('items'), 40),
    register: async (influence, rule) => {
      const onModels = (functionName: string, args: readonly unknown[]) =>
        act({ from: deployer, to: models.address, abi: models.abi, functionName, args })
      const { gas } = await onModels('registerFineTune', [fineTuneOf(influence, rule)])
      await onModels('setOperator', [EQUAL_MODEL, people.operator, true])
      await putDown(stage, (1n << 32n) | BigInt(EQUAL_MODEL))
      return { model: EQUAL_MODEL, gas }
    },
  })
}

const CHALLENGER = 6
const STRUCK_MODEL = 3
const EQUAL_MODEL = 4
