import { randomInt } from 'node:crypto'
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

/** Above those of known services, below those that systems give to outgoing connections (RFC 6335 and Linux: from 32,768). */
const FIRST_PORT = 11_000
const PORTS = 21_768

/**
 * A port that no program listens on now. Drawn, not given by the system: that would give the same one to another program while
 * ours does not listen yet, or restarts.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + randomInt(PORTS)
    if (await isFree(port)) return port
  }
}

export async function requireFree(port: number, option: string): Promise<void> {
  if (!(await isFree(port))) throw portTaken(port, option)
}

export function portTaken(port: number, option: string): StopError {
  return new StopError(
    `Port ${port} is taken by another program`,
    {},
    `Stop that program, or choose another port with ${option}.`,
  )
}
