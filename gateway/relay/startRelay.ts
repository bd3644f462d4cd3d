import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { type Address, isAddress, type LocalAccount } from 'viem'
import * as z from 'zod'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import { reasonOf } from '../batcher/batcher.ts'
import type { Log } from '../batcher/batching.ts'
import { type BudgetLimits, openBudgets } from './budgets.ts'
import { createRelay, NotRelayed, type Relay } from './relay.ts'

export interface RelayServerOptions extends BudgetLimits {
  readonly connection: Connection
  readonly account: LocalAccount
  /** Where it keeps what it spent today. */
  readonly budgetFile: string
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
  readonly log: Log
}

export interface RunningRelay {
  readonly url: string
  /** Takes no more claims, and ends once those that are under way have ended. */
  close(): Promise<void>
}

const MOST_BODY = 16_384

const whole = (bits: number) =>
  z
    .string()
    .regex(/^\d{1,78}$/, 'takes a whole number as text')
    .transform(BigInt)
    .refine((value) => value < 2n ** BigInt(bits), 'is too large')

const claimSchema = z.strictObject({
  account: z
    .int()
    .min(1)
    .max(2 ** 32 - 1),
  to: z
    .string()
    .refine((text) => isAddress(text), 'is no address')
    .transform((text) => text as Address),
  minGwei: whole(64),
  deadline: whole(64),
  nonce: whole(256),
  signature: z
    .string()
    .regex(/^0x([0-9a-fA-F]{2}){1,4096}$/, 'is no signature')
    .transform((text) => text as `0x${string}`),
})

/** Serves `POST /`: a signed claim in, the hash of its transaction out. */
export async function startRelay(options: RelayServerOptions): Promise<RunningRelay> {
  const { connection, account, budgetFile, host, port, log } = options
  const relay = createRelay({ connection, account, budgets: openBudgets(budgetFile, options, Date.now) })
  const server = createServer(getRequestListener(appOf(relay, log).fetch))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new StopError(
          `The relayer cannot listen on ${host}:${port}`,
          { code: `${cause.code}` },
          'Choose another --host or --port.',
          cause,
        ),
      ),
    )
    server.listen(port, host, resolve)
  })
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function appOf(relay: Relay, log: Log): Hono {
  const app = new Hono()
  // Pages of other addresses post here.
  app.use('*', cors({ origin: '*', allowMethods: ['POST', 'GET'], maxAge: 86_400 }))
  const tooLarge = bodyLimit({
    maxSize: MOST_BODY,
    onError: (c) => c.json({ error: `A claim has at most ${MOST_BODY} bytes` }, 413),
  })
  app.post('/', tooLarge, async (c) => {
    const read = claimSchema.safeParse(await c.req.json().catch(() => undefined))
    if (!read.success) {
      const [fault] = read.error.issues
      const where = fault?.path.join('.') || 'The body'
      return c.json(
        { error: `${where}: ${fault?.message}. Post {account, to, minGwei, deadline, nonce, signature}.` },
        400,
      )
    }
    const claim = read.data
    const transactionHash = await relay.submit(claim)
    log.info({ account: claim.account, to: claim.to, transaction: transactionHash }, 'claim relayed')
    return c.json({ transactionHash })
  })
  app.get('/health', (c) => c.json({ status: 'ok' }))
  app.notFound((c) => c.json({ error: 'Post a signed claim to /' }, 404))
  app.onError((error, c) => {
    if (error instanceof NotRelayed) return c.json({ error: `${error.message}.` }, error.status)
    log.warn({ reason: reasonOf(error) }, 'claim not relayed')
    return c.json({ error: 'The chain’s node did not answer; try again in a minute.' }, 503)
  })
  return app
}
