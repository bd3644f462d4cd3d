import { type Abi, decodeEventLog, type Hex } from 'viem'
import type { ChainLog, JournaledName } from '../../chain/events/contracts.ts'
import { abis } from '../../sdk/contracts.ts'
import { expectTold, type Step } from './step.ts'

/** Events that set parameters carry the values before them, which must be those that were set last. */
export function checkPrevious(step: Step, log: ChainLog): void {
  const contract = step.contract as JournaledName
  const [selector, ...indexed] = log.topics as [Hex, ...Hex[]]
  const { eventName, args } = decodeEventLog({
    abi: abis[contract] as Abi,
    topics: [selector, ...indexed],
    data: log.data,
  })
  const { previous, ...set } = (args ?? {}) as Readonly<Record<string, unknown>>
  const [value] = Object.values(set)
  const parameter = `${contract}.${eventName}`
  const { lastSet } = step.world.settings
  const before = lastSet.get(parameter)
  if (before !== undefined && previous !== undefined) {
    const what = `A change of parameters (${eventName} of ${contract}) names other values than those before it`
    expectTold(step, what, plain(previous), before, 'parameters')
  }
  lastSet.set(parameter, plain(value))
  // A contract's construction sets them too, and nobody decided on that.
  if (before !== undefined) govern(step, contract, setters[contract] ?? '', parameter, value)
}

const setters: Readonly<Partial<Record<JournaledName, string>>> = {
  ledger: 'setTerms',
  bonds: 'setRule',
  court: 'setTerms',
  unitCourt: 'setTerms',
  models: 'setTerms',
  channels: 'setNotice',
}

/** Notes a change that governance must have executed. */
export function govern(step: Step, contract: JournaledName, call: string, parameter: string, value: unknown): void {
  const { block, logIndex, transactionHash } = step.at
  const at = { block, logIndex, transactionHash }
  step.world.settings.unconfirmed.push({ contract, call, parameter, value, at })
}

function plain(value: unknown): string {
  return JSON.stringify(value, (_, field) => (typeof field === 'bigint' ? `${field}` : field))
}
