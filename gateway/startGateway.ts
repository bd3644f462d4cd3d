import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import type { LocalAccount, TransactionReceipt } from 'viem'
import type { Connection } from '../sdk/contracts.ts'
import { StopError } from '../sdk/errors.ts'
import { type Batcher, reasonOf, startBatcher } from './batcher/batcher.ts'
import type { Log } from './batcher/batching.ts'
import type { FillRule } from './batcher/fill.ts'
import { channelStates } from './channels/channelUse.ts'
import type { Gateway, OfferedModel } from './gateway.ts'
import { createApp } from './http/app.ts'
import { refuseMalformed } from './http/malformed.ts'
import { createSlots } from './load.ts'
import { createMetrics } from './metrics.ts'
import { openPayments } from './payment/openPayments.ts'
import type { ApiKeys } from './payment/payment.ts'
import { type PaymentToken, tokenPayments } from './payment/tokenPayments.ts'
import type { Facilitator } from './payment/x402.ts'
import type { Serving } from './serving.ts'
import { startStandings } from './standings.ts'
import { type DatabaseLocation, openDatabase } from './store/database.ts'

export interface GatewayOptions {
  readonly connection: Connection
  readonly database: DatabaseLocation
  readonly models: readonly OfferedModel[]
  /** Records batches and settles books; an operator's payout address, or one that it funds. */
  readonly account: LocalAccount
  readonly receiptKey: LocalAccount
  /** Submits x402 payments in OPEN; another than `account`, and of this process alone. */
  readonly facilitator?: LocalAccount | undefined
  /** Other tokens that x402 payments may be in. */
  readonly tokens?: readonly PaymentToken[] | undefined
  readonly apiKeys?: ApiKeys | undefined
  readonly fill: FillRule
  readonly promiseSeconds: number
  readonly topUpGwei?: bigint
  readonly finalityDepth?: number
  readonly stuckAfterMs?: number
  readonly settles?: boolean
  readonly budgetMs?: number
  /** Calls that are answered at once, and that wait beside them. */
  readonly atOnce?: number
  readonly queued?: number
  readonly host?: string
  /** 0 for any that is free. */
  readonly port: number
  readonly log: Log
  readonly passMs?: number
  readonly onRecorded?: (receipt: TransactionReceipt) => void
}

export interface RunningGateway {
  readonly url: string
  readonly app: Hono
  readonly gateway: Gateway
  readonly batcher: Batcher
  /** Takes no more calls, answers those that are in, records all that it can, and ends. */
  drain(): Promise<void>
  close(): Promise<void>
}

/** Opens the database, listens, and records in the background. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { connection, models, account, promiseSeconds, log } = options
  const servings = models.map(({ serving }) => serving)
  const [first] = servings
  if (first === undefined) throw new StopError('A gateway serves at least one model', {}, 'Name one.')
  const now = () => Date.now()
  const topUpGwei = options.topUpGwei ?? 0n
  await using opened = new AsyncDisposableStack()
  const deployment = `${connection.reader.chain.id} ${connection.contracts.ledger.address.toLowerCase()}`
  const database = opened.adopt(await openDatabase(options.database, deployment), (one) => one.close())
  const standings = opened.adopt(
    await startStandings({
      connection,
      database,
      servings,
      sender: account.address,
      promiseSeconds,
      topUpGwei,
      now,
      onError: (error) => log.warn({ reason: reasonOf(error) }, 'chain or database did not answer'),
    }),
    (one) => one.close(),
  )
  const batcher = opened.adopt(
    startBatcher(
      {
        connection,
        database,
        operator: first.operator,
        servings,
        account,
        fill: options.fill,
        promiseSeconds,
        finalityDepth: options.finalityDepth ?? 64,
        stuckAfterMs: options.stuckAfterMs ?? 60_000,
        topUpGwei,
        settles: options.settles ?? true,
        log,
        now,
        ...(options.onRecorded && { onRecorded: options.onRecorded }),
      },
      options.passMs,
    ),
    (one) => one.stop(),
  )
  const gateway: Gateway = {
    connection,
    database,
    models: new Map(models.map((model) => [model.name, model])),
    standings,
    channels: channelStates(connection, now),
    receiptKey: options.receiptKey,
    apiKeys: options.apiKeys ?? new Map(),
    facilitators: await facilitatorsOf(options, servings),
    promiseSeconds,
    budgetMs: options.budgetMs ?? 120_000,
    slots: createSlots(options.atOnce ?? 64, options.queued ?? 256),
    metrics: createMetrics(),
    log,
    now,
    random: (bytes) => randomBytes(bytes),
  }
  const app = createApp(gateway)
  const { url, stop } = await listen(app, options.host ?? '127.0.0.1', options.port)
  opened.defer(stop)
  const resources = opened.move()
  let closing: Promise<void> | undefined
  const close = () => (closing ??= resources.disposeAsync())
  return {
    url,
    app,
    gateway,
    batcher,
    drain: async () => {
      await gateway.slots.drain()
      await batcher
        .recordAll()
        .catch((error) => log.warn({ reason: reasonOf(error) }, 'not all calls are recorded yet'))
      await close()
    },
    close,
  }
}

async function facilitatorsOf(
  { connection, facilitator, tokens = [], apiKeys = new Map() }: GatewayOptions,
  servings: readonly Serving[],
): Promise<readonly Facilitator[]> {
  const operator = servings[0]?.operator ?? 0
  const others = await Promise.all(tokens.map((token) => tokenPayments(token, apiKeys, operator)))
  return facilitator === undefined ? others : [await openPayments(connection, facilitator, servings), ...others]
}

/** In which a request has come whole. */
const REQUEST_MS = 60_000

async function listen(app: Hono, host: string, port: number) {
  const server = createServer({ requestTimeout: REQUEST_MS }, getRequestListener(app.fetch))
  server.on('clientError', refuseMalformed)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new StopError(`The gateway cannot listen on ${host}:${port}`, {}, 'Name another port.', cause)),
    )
    server.listen(port, host, resolve)
  })
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${host}:${taken}`,
    stop: async () => {
      server.closeIdleConnections()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
