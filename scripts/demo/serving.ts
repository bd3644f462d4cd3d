import { randomBytes } from 'node:crypto'
import { ensureAccount } from '../../pipeline/publish/account.ts'
import { answersOf } from '../../pipeline/serve/answers.ts'
import { coverFor, ensureBond } from '../../pipeline/serve/bond.ts'
import { openCallJournal } from '../../pipeline/serve/callJournal.ts'
import { operate, type Request } from '../../pipeline/serve/operator.ts'
import { loadServing } from '../../pipeline/serve/serving.ts'
import { ensureTab } from '../../pipeline/serve/tab.ts'
import type { ServedModel } from '../../pipeline/train/servedModel.ts'
import type { Split } from '../../pipeline/train/tasks/split.ts'
import { bondOfAccount, bondOfModel } from '../../sdk/bond.ts'
import { act, transact } from '../../sdk/transact.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import { batchEpochs, reachEpoch } from './epochs.ts'
import { placesIn } from './places.ts'
import type { Report } from './progress.ts'
import type { PublishedMail } from './publishing.ts'
import { DEMO_TERMS } from './settings.ts'
import { type Stage, walletOf } from './stage.ts'

/** The demo's traffic: held-out mails, asked in turn by the payers, one batch a day. */

export async function serveMail(
  stage: Stage,
  published: PublishedMail,
  model: ServedModel,
  split: Split,
  report: Report,
): Promise<void> {
  const { settings, connection, cast } = stage
  const { operator } = published
  const payers = await fundPayers(stage, operator)
  await bondServers(stage, operator, published.publication.model)
  const requests = split.heldOut.map((mail, i): Request => {
    const payer = payers[i % payers.length]
    if (payer === undefined) throw new Error('The demo has payers')
    return { id: `mail-${i + 1}`, payer, text: mail.text }
  })
  const serving = await loadServing(connection, published.publication.model, operator, published.indexFile)
  const journal = openCallJournal(placesIn(settings).calls)
  try {
    for (let from = 0; from < requests.length; from += settings.batchSize) {
      const today = requests.slice(from, from + settings.batchSize)
      const last = (await batchEpochs(stage)).at(-1)
      const isNew = today.some(({ id }) => journal.calls.every((call) => call.id !== id))
      if (isNew && last !== undefined) await reachEpoch(stage, last + 1)
      await operate(
        {
          connection,
          wallet: walletOf(stage, cast.operator),
          serving,
          sketcher: published.sketcher,
          answer: answersOf(model),
          journal,
          feeGwei: DEMO_TERMS.feeGwei,
          batchSize: settings.batchSize,
          random32: () => randomBytes(32),
        },
        today,
      )
      report(Math.min(from + settings.batchSize, requests.length), requests.length)
    }
  } finally {
    journal.close()
  }
}

/** Gives every payer what its share of the calls costs, and a tab at the operator. */
async function fundPayers(stage: Stage, operator: number): Promise<readonly number[]> {
  const { settings, connection, cast } = stage
  const { reader, contracts } = connection
  const calls = BigInt(Math.ceil(settings.heldOut / cast.payers.length))
  const amountGwei = calls * DEMO_TERMS.feeGwei
  const accounts: number[] = []
  for (const payer of cast.payers) {
    const account = await ensureAccount(connection, walletOf(stage, payer))
    accounts.push(account)
    const given = await reader.getContractEvents({
      ...contracts.openToken,
      eventName: 'Transfer',
      args: { from: cast.deployer.address, to: payer.address },
      fromBlock: connection.fromBlock,
    })
    if (given.length === 0) {
      const gift = act(contracts.openToken, 'transfer', [payer.address, amountGwei * WEI_PER_GWEI])
      await transact(reader, walletOf(stage, cast.deployer), gift)
    }
    await ensureTab(connection, walletOf(stage, payer), account, {
      operator,
      amountGwei,
      maxFeeGwei: DEMO_TERMS.maxFeeGwei,
    })
  }
  return accounts
}

/** Puts down what operator and model answer with for all calls of the demo; whoever holds OPEN may do it for them. */
async function bondServers(stage: Stage, operator: number, model: number): Promise<void> {
  const { settings, connection, cast } = stage
  const amountGwei = await coverFor(connection, BigInt(settings.heldOut) * DEMO_TERMS.feeGwei)
  for (const bond of [bondOfAccount(operator), bondOfModel(model)]) {
    await ensureBond(connection, walletOf(stage, cast.deployer), bond, amountGwei)
  }
}
