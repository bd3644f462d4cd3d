import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { ApiError, errorBody } from '../apiError.ts'
import type { Endpoint } from '../backends/backend.ts'
import type { Gateway } from '../gateway.ts'
import { handleCall, modelNamed } from './calls.ts'
import { anyOrigin } from './cors.ts'
import { knownError } from './knownError.ts'
import { modelObject } from './models.ts'
import { handleReceipt } from './receipts.ts'

const PATHS: Readonly<Record<string, Endpoint>> = {
  '/v1/chat/completions': 'chat',
  '/v1/completions': 'completions',
  '/v1/responses': 'responses',
  '/v1/embeddings': 'embeddings',
  '/v1/classifications': 'classifications',
}

const MOST_BODY = 1 << 20
/** Of an address, in what is said of it. */
const MOST_PATH = 200

/** Every address of a gateway. */
export function createApp(gateway: Gateway): Hono {
  const app = new Hono()
  app.use('/v1/*', anyOrigin)
  app.use('*', async (c, next) => {
    const startedAt = performance.now()
    await next()
    // Never what was asked or answered.
    gateway.log.info(
      {
        method: c.req.method,
        path: c.req.path.slice(0, MOST_PATH),
        status: c.res.status,
        ms: Math.round(performance.now() - startedAt),
      },
      'request',
    )
  })
  const limit = bodyLimit({
    maxSize: MOST_BODY,
    onError: () => {
      throw new ApiError(413, 'too_large', `A request has at most ${MOST_BODY} bytes.`, {
        // What is still on its way is not read.
        headers: { Connection: 'close' },
      })
    },
  })
  for (const [path, endpoint] of Object.entries(PATHS)) app.post(path, limit, (c) => handleCall(gateway, endpoint, c))
  app.get('/v1/models', (c) =>
    c.json({ object: 'list', data: [...gateway.models.values()].map((model) => modelObject(gateway, model)) }),
  )
  app.get('/v1/models/:name', (c) => c.json(modelObject(gateway, modelNamed(gateway, c.req.param('name')))))
  app.get('/v1/receipts/:id', (c) => handleReceipt(gateway, c))
  app.get('/health', (c) => c.json({ status: 'ok' }))
  app.get('/ready', async (c) => {
    const reasons = await reasonsNotReady(gateway)
    return c.json({ ready: reasons.length === 0, reasons }, reasons.length === 0 ? 200 : 503)
  })
  app.get('/metrics', async (c) => {
    gateway.metrics.waiting.set(gateway.standings.owed().records)
    return c.text(await gateway.metrics.registry.metrics(), 200, {
      'Content-Type': gateway.metrics.registry.contentType,
    })
  })
  app.notFound((c) =>
    errorReply(c, new ApiError(404, 'not_found', `There is nothing at ${c.req.path.slice(0, MOST_PATH)}.`)),
  )
  app.onError((error, c) => errorReply(c, knownError(gateway.log, error)))
  return app
}

/** Why no calls are taken; nothing where they are. */
async function reasonsNotReady({ models, standings, database }: Gateway): Promise<readonly string[]> {
  const reasons = await Promise.all(
    [...models.values()].map(async ({ name, serving, backend }) => {
      const standing = standings.recordBy(serving.model.model)
      const reason = 'reason' in standing ? standing.reason : await backend.ready()
      return reason === undefined ? [] : [`${name}: ${reason}`]
    }),
  )
  const isOpen = await database.pool.query('select 1').then(
    () => true,
    () => false,
  )
  return [...reasons.flat(), ...(isOpen ? [] : ['the database does not answer'])]
}

function errorReply(c: Context, error: ApiError): Response {
  gatewayHeaders(c, error)
  return c.json(errorBody(error), error.status)
}

function gatewayHeaders(c: Context, { headers }: ApiError): void {
  for (const [name, value] of Object.entries(headers)) c.header(name, value)
}
