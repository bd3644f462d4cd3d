import type { AddressInfo } from 'node:net'
import { createServer, type Socket, connect as tcpConnect } from 'node:net'

/**
 * A pooler as PgBouncer is in transaction mode: it gives a client one of its few sessions at a
 * server for as long as a transaction lasts, the last returned first. The server must trust its
 * user: this pooler knows no passwords.
 */
export interface TransactionPooler {
  readonly url: string
  stop(): Promise<void>
}

interface Session {
  readonly socket: Socket
  /** Receives the server's messages while a client has the session. */
  client: Socket | undefined
  onFree: () => void
}

const READY = 'Z'.charCodeAt(0)
const IDLE = 'I'.charCodeAt(0)
const TERMINATE = 'X'.charCodeAt(0)
const SSL_REQUEST = 80_877_103

export async function startTransactionPooler(serverSocket: string, sessions: number): Promise<TransactionPooler> {
  const free: Session[] = []
  const waiting: ((session: Session) => void)[] = []
  const release = (session: Session) => {
    const next = waiting.shift()
    if (next === undefined) free.push(session)
    else next(session)
  }
  const all = await Promise.all(Array.from({ length: sessions }, () => openSession(serverSocket, release)))
  free.push(...all)
  const clients = new Set<Socket>()
  const server = createServer((client) => {
    clients.add(client)
    client.on('error', () => {})
    serve(client, () => {
      const session = free.pop()
      return session === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(session)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `postgres://postgres@127.0.0.1:${(server.address() as AddressInfo).port}/postgres`,
    stop: async () => {
      for (const client of clients) client.destroy()
      for (const { socket } of all) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function openSession(path: string, release: (session: Session) => void): Promise<Session> {
  const socket = tcpConnect(path)
  socket.on('error', () => {})
  const session: Session = { socket, client: undefined, onFree: () => {} }
  const ready = new Promise<void>((resolve) => {
    session.onFree = resolve
  })
  eachMessage(socket, (message) => {
    session.client?.write(message)
    if (message[0] !== READY || message[5] !== IDLE) return
    session.client = undefined
    session.onFree()
  })
  socket.write(startup({ user: 'postgres', database: 'postgres' }))
  await ready
  session.onFree = () => release(session)
  return session
}

function serve(client: Socket, take: () => Promise<Session>): void {
  let session: Session | undefined
  let turn = Promise.resolve()
  const start = (data: Buffer) => {
    if (data.readInt32BE(4) === SSL_REQUEST) {
      client.write('N')
      client.once('data', start)
      return
    }
    client.write(
      Buffer.concat([typed('R', int32(0)), typed('K', Buffer.concat([int32(1), int32(2)])), typed('Z', 'I')]),
    )
    eachMessage(client, (message) => {
      turn = turn.then(async () => {
        if (message[0] === TERMINATE) return
        if (session?.client !== client) session = await take()
        session.client = client
        session.socket.write(message)
      })
    })
  }
  client.once('data', start)
}

function eachMessage(socket: Socket, take: (message: Buffer) => void): void {
  let rest = Buffer.alloc(0)
  socket.on('data', (data: Buffer) => {
    rest = Buffer.concat([rest, data])
    while (rest.length >= 5) {
      const length = 1 + rest.readInt32BE(1)
      if (rest.length < length) return
      take(rest.subarray(0, length))
      rest = rest.subarray(length)
    }
  })
}

function startup(options: Readonly<Record<string, string>>): Buffer {
  const text = Object.entries(options).flat()
  const body = Buffer.concat([int32(196_608), Buffer.from(`${text.join('\0')}\0\0`)])
  return Buffer.concat([int32(body.length + 4), body])
}

function typed(type: string, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body as string)
  return Buffer.concat([Buffer.from(type), int32(bytes.length + 4), bytes])
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
