import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { embeddedBackend } from '../../gateway/backends/embedded.ts'
import type { FillRule } from '../../gateway/batcher/fill.ts'
import { USUAL_FILL } from '../../gateway/batcher/fill.ts'
import type { OfferedModel } from '../../gateway/gateway.ts'
import type { ApiKeys } from '../../gateway/payment/payment.ts'
import { API_KEY_PREFIX, hashOfSecret } from '../../gateway/payment/payment.ts'
import { ensureKeyFile, ensureKeyNamed } from '../../gateway/receipts/receiptKey.ts'
import { loadServing } from '../../gateway/serving.ts'
import { type RunningGateway, startGateway } from '../../gateway/startGateway.ts'
import type { ServedModel } from '../../pipeline/train/servedModel.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import { type Context, walletOf } from './context.ts'
import { openTab } from './payers.ts'
import { placesIn } from './places.ts'
import type { PublishedTask } from './publishing.ts'
import { type DemoSettings, FEE_GWEI } from './settings.ts'

/** The operator's gateway: both models, by one account, in a database of its own. */

export interface TaskToServe extends PublishedTask {
  readonly model: ServedModel
}

const PROMISE_SECONDS = 43_200

interface Opening {
  readonly fill: FillRule
  readonly port: number
  readonly apiKeys?: ApiKeys
}

/** Records every call of a day at its end, on request. */
export async function openGateway(context: Context, tasks: readonly TaskToServe[]): Promise<RunningGateway> {
  const fill = { ...USUAL_FILL, records: context.settings.batchSize, ageSeconds: PROMISE_SECONDS }
  return await open(context, tasks, { fill, port: 0 })
}

/** Records after some seconds, so that its reader sees it happen. The secret pays for calls of the first model. */
export async function leaveOpen(context: Context, tasks: readonly TaskToServe[]) {
  const [first] = tasks
  if (first === undefined) throw new Error('The demo has a model')
  const { signer, limitGwei, ...channel } = await openTab(context, first)
  const secret = secretAt(placesIn(context.settings).apiKey)
  const { model } = first.published.publication
  const apiKeys: ApiKeys = new Map([[hashOfSecret(secret), { model, channel, signer, limitGwei }]])
  const fill = { ...USUAL_FILL, ageSeconds: 5 }
  const gateway = await open(context, tasks, { fill, port: context.settings.gatewayPort, apiKeys })
  return { gateway, secret, model: first.demo.task.name }
}

/** Where the gateway will answer once the demo serves: the page has the address from the start. */
export function gatewayUrlOf({ gatewayPort }: DemoSettings): string {
  return `http://127.0.0.1:${gatewayPort}`
}

/** The same at every start. */
function secretAt(path: string): string {
  if (!existsSync(path)) writeWhole(path, `${API_KEY_PREFIX}${randomBytes(24).toString('base64url')}\n`, 0o600)
  return readFileSync(path, 'utf8').trim()
}

async function open(context: Context, tasks: readonly TaskToServe[], { fill, port, apiKeys }: Opening) {
  const { connection, wallets, settings } = context
  const places = placesIn(settings)
  const receiptKey = ensureKeyFile(places.receiptKey, 'receipt key')
  const [first] = tasks
  if (first !== undefined)
    await ensureKeyNamed(connection, walletOf(context, wallets.operator), first.published.operator, receiptKey)
  const models = await Promise.all(
    tasks.map(async ({ demo, published, model }): Promise<OfferedModel> => {
      const serving = await loadServing(connection, published, published.operator)
      return {
        name: demo.task.name,
        serving,
        backend: { ...embeddedBackend(model, serving.sketcher), close: async () => {} },
        price: { baseGwei: FEE_GWEI, perThousandInGwei: 0n, perThousandOutGwei: 0n },
        maxTokens: 16,
        indexFile: published.indexFile,
      }
    }),
  )
  return await startGateway({
    connection,
    database: { kind: 'embedded', folder: places.gateway },
    models,
    account: wallets.operator,
    receiptKey,
    ...(apiKeys && { apiKeys }),
    fill,
    promiseSeconds: PROMISE_SECONDS,
    settles: false,
    port,
    passMs: 250,
    log: {
      info: () => {},
      warn: () => {},
      error: (facts, message) => process.stderr.write(`${message} ${JSON.stringify(facts)}\n`),
    },
  })
}
