/** A plan, from its dry run to its receipts: the one way in which commands send anything. */
import type { Address, LocalAccount, TransactionReceipt } from 'viem'
import { formatGwei } from 'viem'
import type { ContractCall } from '../sdk/contractCall.ts'
import type { Connection } from '../sdk/contracts.ts'
import { StopError } from '../sdk/errors.ts'
import { dryRun } from '../sdk/node/transactions/dryRun.ts'
import type { HeldJournal } from '../sdk/node/transactions/journal.ts'
import { type Plan, unsignedOf } from '../sdk/node/transactions/plan.ts'
import { type SendEvent, sendPlan } from '../sdk/node/transactions/send.ts'
import { formatOpen, spokenEther, WEI_PER_GWEI } from '../sdk/units.ts'
import { spokenTime } from './chainTime.ts'
import type { Context } from './context.ts'
import { ExitError } from './exitError.ts'
import { rounded } from './rounded.ts'
import { UsageError } from './usageError.ts'

/** The sender: the signer, or the address that signs elsewhere. */
export async function senderOf({ sending, signer }: Context): Promise<Address> {
  if (sending.kind !== 'unsigned') return (await signer()).address
  if (sending.from === undefined) throw new UsageError('--unsigned needs --from <address>: the account that will sign.')
  return sending.from
}

/** What a command was asked to do, and the plan for it: made only if the same was not started before. */
export interface Asked {
  readonly intent: string
  /** Undefined if there is nothing to do, and that was printed. */
  readonly plan: () => Promise<Omit<Plan, 'intent'> | undefined>
}

/**
 * Shows the plan, and carries it out as the options say. Returns the receipts; undefined if nothing was sent, and that was printed.
 */
export async function carryOut(
  context: Context,
  asked: Plan | Asked,
): Promise<readonly TransactionReceipt[] | undefined> {
  const { sending, journals } = context
  const { reader } = await context.connection()
  if (sending.kind !== 'send') {
    const plan = await planOf(asked)
    if (plan === undefined) return undefined
    if (sending.kind === 'unsigned') await writeUnsigned(context, plan)
    else await agree(context, plan)
    return undefined
  }
  const signer = await context.signer()
  const journal = await journals.hold(reader.chain.id, signer.address, asked.intent)
  if (journal.read()?.intent === asked.intent) {
    // It was interrupted, so it was agreed to before.
    return await send(context, journal, signer, { intent: asked.intent, transactions: [], spendsWei: 0n })
  }
  const plan = await planOf(asked)
  if (plan === undefined) return undefined
  if (plan.transactions.length === 0) return []
  return (await agree(context, plan)) ? await send(context, journal, signer, plan) : undefined
}

async function planOf(asked: Plan | Asked): Promise<Plan | undefined> {
  if (!('plan' in asked)) return asked
  const plan = await asked.plan()
  return plan && { ...plan, intent: asked.intent }
}

async function writeUnsigned(context: Context, plan: Plan): Promise<void> {
  const { reader } = await context.connection()
  const unsigned = unsignedOf(plan, reader.chain.id, await senderOf(context))
  context.terminal.result({ unsigned }, [JSON.stringify(unsigned, null, 2)])
}

/**
 * Shows what would be sent. Returns whether to go on: not in a dry run, and not if the answer is no, and that was printed.
 *
 * @param later What depends on results of the plan, so that it cannot be tried yet; it is listed too.
 */
export async function agree(context: Context, plan: Plan, later: readonly string[] = []): Promise<boolean> {
  const { sending, terminal } = context
  if (sending.kind === 'unsigned')
    throw new UsageError('--unsigned does not work here: later transactions follow from what earlier ones give.')
  const shown = await show(context, await context.connection(), (await context.signer()).address, plan, later)
  if (sending.kind === 'dryRun') {
    terminal.result({ ...shown.value, sent: false }, ['Nothing was sent.'])
    return false
  }
  if (sending.yes) return true
  const answer = await askToSend(context, plan.transactions.length + later.length)
  if (answer === 'yes') return true
  const how = answer === 'no' ? '' : ' Add --yes to send it without being asked.'
  terminal.result({ ...shown.value, sent: false }, [`Nothing was sent.${how}`])
  // A script that forgot --yes must not go on as if everything were done.
  if (answer === 'nobody to ask') throw new ExitError(2)
  return false
}

async function show(
  { terminal }: Context,
  connection: Connection,
  from: Address,
  plan: Plan,
  later: readonly string[],
) {
  await requireOpen(connection, from, plan.spendsWei)
  const { transactions, feeWei, gasPriceWei } = await dryRun(plan, connection.reader, from)
  const all = [...transactions, ...later.map((effect) => ({ effect, gas: null }))]
  for (const [i, { effect, gas }] of all.entries()) {
    const call = plan.transactions[i]?.call
    const unknown = i === 0 ? 'its gas is not known yet' : 'its gas is known once those before it are mined'
    const cost = gas === null ? unknown : `${Number(gas).toLocaleString('en-US')} gas`
    const what = call === undefined ? cost : `${call.contract}.${call.name}, ${cost}`
    terminal.say(`${all.length > 1 ? `${i + 1}. ` : ''}${effect} (${what})`)
  }
  if (all.length === 0) {
    terminal.say('There is nothing to send: all of it is on chain already.')
    return { value: { from, transactions: all, feeWei, spendsWei: plan.spendsWei } }
  }
  const spends = plan.spendsWei > 0n ? `${formatOpen(plan.spendsWei / WEI_PER_GWEI)} OPEN, and ` : ''
  terminal.say(`In all ${spends}${gasLine(feeWei, gasPriceWei, later.length > 0)}, from ${from}.`)
  return { value: { from, transactions: all, feeWei, spendsWei: plan.spendsWei } }
}

function gasLine(feeWei: bigint, gasPriceWei: bigint, isMoreToCome: boolean): string {
  const price = `at ${rounded(formatGwei(gasPriceWei))} gwei`
  if (feeWei === 0n) return `gas that is not known yet, ${price}`
  const gas = `about ${spokenEther(feeWei)} ETH for gas ${price}`
  return isMoreToCome ? `${gas} and the gas of the later ones` : gas
}

async function requireOpen({ reader, contracts }: Connection, from: Address, spendsWei: bigint): Promise<void> {
  if (spendsWei === 0n) return
  const held = await reader.readContract({ ...contracts.openToken, functionName: 'balanceOf', args: [from] })
  if (held >= spendsWei) return
  const [has, needs] = [held, spendsWei].map((wei) => formatOpen(wei / WEI_PER_GWEI))
  throw new StopError(`${from} holds ${has} OPEN, and needs ${needs}`, {}, 'Get OPEN first, or name a smaller amount.')
}

async function askToSend({ terminal }: Context, count: number): Promise<'yes' | 'no' | 'nobody to ask'> {
  const what = count === 1 ? 'this transaction' : `these ${count} transactions`
  const answer = await terminal.ask(`Send ${what}? [y/N]`)
  if (answer === undefined) return 'nobody to ask'
  return /^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no'
}

/** Local chains make a block only when something is sent. */
const LOCAL_CHAIN_ID = 31_337

async function send(context: Context, journal: HeldJournal, account: LocalAccount, plan: Plan) {
  const { journals, signal } = context
  const { reader } = await context.connection()
  const receipts = await sendPlan(plan, {
    reader,
    account,
    journal,
    signal,
    keepsJournal: true,
    onEvent: (event) => report(context, event),
    ...(reader.chain.id === LOCAL_CHAIN_ID && {
      makeBlock: async () => void (await reader.request({ method: 'evm_mine' } as never)),
    }),
  })
  journals.finished(journal)
  return receipts
}

/** Sends one transaction after another, all of which were agreed to before the first. */
export function stepsOf(context: Context, intent: string) {
  const agreed: Context = {
    ...context,
    sending: { kind: 'send', yes: true },
    terminal: { ...context.terminal, say: () => {} },
  }
  return async (name: string, call: ContractCall, effect: string): Promise<TransactionReceipt> => {
    const receipts = await carryOut(agreed, {
      intent: `${intent}: ${name}`,
      spendsWei: 0n,
      transactions: [{ call, effect }],
    })
    const [receipt] = receipts ?? []
    if (receipt === undefined) throw new Error('A plan that was agreed to is sent')
    return receipt
  }
}

function report({ terminal, config }: Context, event: SendEvent): void {
  const explorer = config.find('explorer')?.value.replace(/\/$/, '')
  const linkTo = (hash: string): string => (explorer === undefined ? hash : `${explorer}/tx/${hash}`)
  terminal.note(lineOf(event, linkTo))
}

function lineOf(event: SendEvent, linkTo: (hash: string) => string): string {
  switch (event.kind) {
    case 'resumed':
      return `Going on with what was begun at ${spokenTime(event.startedAt)}: ${event.intent}`
    case 'sent':
      return `Sent ${event.total > 1 ? `${event.place + 1} of ${event.total}: ` : ''}${linkTo(event.hash)}`
    case 'replaced':
      return `Not mined for a while; sent again for a higher fee: ${linkTo(event.hash)}`
    case 'waiting':
      return `Announced; the next one is sent from block ${event.block} on`
    case 'mined':
      return `Mined in block ${event.receipt.blockNumber}, ${Number(event.receipt.gasUsed).toLocaleString('en-US')} gas: ${event.effect}`
  }
}

/** What `--json` prints of receipts. */
export function minedOf(receipts: readonly TransactionReceipt[]) {
  return receipts.map(({ transactionHash, blockNumber, gasUsed }) => ({
    transaction: transactionHash,
    block: Number(blockNumber),
    gas: Number(gasUsed),
  }))
}
