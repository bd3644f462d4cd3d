import { createServer } from 'node:net'
import { StopError } from '../../sdk/errors.ts'

/** Whether a program could listen on `port` of this machine now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)))
  })
}

/** A port that no program listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(address)))
    })
  })
}

export async function requireFree(port: number, option: string): Promise<void> {
  if (await isFree(port)) return
  throw new StopError(
    `Port ${port} is taken by another program`,
    {},
    `Stop that program, or choose another port with ${option}.`,
  )
}
