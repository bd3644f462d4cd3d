/** A plan, from its dry run to its receipts: the one way in which commands send anything. */
import type { Address, LocalAccount, TransactionReceipt } from 'viem'
import { formatEther, formatGwei } from 'viem'
import type { Connection } from '../sdk/contracts.ts'
import { dryRun } from '../sdk/node/transactions/dryRun.ts'
import { holdJournal } from '../sdk/node/transactions/journal.ts'
import { type Plan, unsignedOf } from '../sdk/node/transactions/plan.ts'
import { type SendEvent, sendPlan } from '../sdk/node/transactions/send.ts'
import { formatOpen, WEI_PER_GWEI } from '../sdk/units.ts'
import type { Context } from './context.ts'
import { UsageError } from './usageError.ts'

/** Whose transactions they are: the signer's, or of the address that signs elsewhere. */
export async function senderOf({ sending, signer }: Context): Promise<Address> {
  if (sending.kind !== 'unsigned') return (await signer()).address
  if (sending.from === undefined) throw new UsageError('--unsigned needs --from <address>: the account that will sign.')
  return sending.from
}

/**
 * Shows the plan, and carries it out as the options say. The receipts; undefined where nothing was sent, and then everything has been
 * said.
 */
export async function carryOut(context: Context, plan: Plan): Promise<readonly TransactionReceipt[] | undefined> {
  const { sending, terminal } = context
  const connection = await context.connection()
  const from = await senderOf(context)
  if (sending.kind === 'unsigned') {
    const unsigned = unsignedOf(plan, connection.reader.chain.id, from)
    terminal.result({ unsigned }, [JSON.stringify(unsigned, null, 2)])
    return undefined
  }
  const signer = await context.signer()
  const left = await leftOpen(context, connection, signer, plan)
  if (left) return await send(context, connection, signer, plan)
  if (plan.transactions.length === 0) return []
  const shown = await show(context, connection, from, plan)
  if (sending.kind === 'dryRun') {
    terminal.result({ ...shown.value, sent: false }, ['Nothing was sent.'])
    return undefined
  }
  if (!sending.yes && !(await isAgreed(context, plan))) {
    terminal.result({ ...shown.value, sent: false }, ['Nothing was sent. Add --yes to send it without being asked.'])
    return undefined
  }
  return await send(context, connection, signer, plan)
}

/** Whether a command with the same intent was cut short: then there is nothing to ask any more. */
async function leftOpen(
  { config }: Context,
  { reader }: Connection,
  signer: LocalAccount,
  plan: Plan,
): Promise<boolean> {
  const journal = await holdJournal(config.need('state'), reader.chain.id, signer.address)
  try {
    return journal.read()?.intent === plan.intent
  } finally {
    await journal.release()
  }
}

async function show({ terminal }: Context, { reader }: Connection, from: Address, plan: Plan) {
  const { transactions, feeWei, gasPriceWei } = await dryRun(plan, reader, from)
  const total = transactions.length
  for (const [i, { effect, gas }] of transactions.entries()) {
    const cost =
      gas === null ? 'its cost shows once those before it are mined' : `${Number(gas).toLocaleString('en-US')} gas`
    terminal.say(
      `${total > 1 ? `${i + 1}. ` : ''}${effect} (${plan.transactions[i]?.call.contract}.${plan.transactions[i]?.call.name}, ${cost})`,
    )
  }
  const spends = plan.spendsWei > 0n ? `${formatOpen(plan.spendsWei / WEI_PER_GWEI)} OPEN, and ` : ''
  terminal.say(
    `In all ${spends}about ${formatEther(feeWei)} ETH for gas at ${formatGwei(gasPriceWei)} gwei, from ${from}.`,
  )
  return { value: { from, transactions, feeWei, spendsWei: plan.spendsWei } }
}

async function isAgreed({ terminal }: Context, { transactions }: Plan): Promise<boolean> {
  const what = transactions.length === 1 ? 'this transaction' : `these ${transactions.length} transactions`
  const answer = await terminal.ask(`Send ${what}? [y/N]`)
  return answer !== undefined && /^y(es)?$/i.test(answer.trim())
}

async function send(context: Context, { reader }: Connection, account: LocalAccount, plan: Plan) {
  const { config, signal } = context
  const journal = await holdJournal(config.need('state'), reader.chain.id, account.address)
  try {
    return await sendPlan(plan, { reader, account, journal, signal, onEvent: (event) => tell(context, event) })
  } finally {
    await journal.release()
  }
}

function tell({ terminal, config }: Context, event: SendEvent): void {
  const explorer = config.find('explorer')?.value.replace(/\/$/, '')
  const linkTo = (hash: string): string => (explorer === undefined ? hash : `${explorer}/tx/${hash}`)
  terminal.note(lineOf(event, linkTo))
}

function lineOf(event: SendEvent, linkTo: (hash: string) => string): string {
  switch (event.kind) {
    case 'resumed':
      return `Going on with what was begun at ${event.startedAt}: ${event.intent}`
    case 'sent':
      return `Sent ${event.total > 1 ? `${event.place + 1} of ${event.total}: ` : ''}${linkTo(event.hash)}`
    case 'replaced':
      return `Not mined for a while; sent again for a higher fee: ${linkTo(event.hash)}`
    case 'mined':
      return `Mined in block ${event.receipt.blockNumber}, ${Number(event.receipt.gasUsed).toLocaleString('en-US')} gas: ${event.effect}`
  }
}

/** Of receipts, what `--json` says. */
export function minedOf(receipts: readonly TransactionReceipt[]) {
  return receipts.map(({ transactionHash, blockNumber, gasUsed }) => ({
    transaction: transactionHash,
    block: Number(blockNumber),
    gas: Number(gasUsed),
  }))
}
