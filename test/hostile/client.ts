import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A client with an address of its own: all of 127.0.0.0/8 is this machine. */
export interface Client {
  /** The answer's status, text and milliseconds; status 0 if the connection was cut. */
  ask(body: object): Promise<{ readonly status: number; readonly text: string; readonly ms: number }>
  /** Sends a whole request, and hangs up after `ms`. */
  askAndLeave(body: object, ms: number): Promise<void>
  /** Announces a body, sends a byte of it at times, and resolves when the server ends that. */
  sendSlowly(untilMs: number): Promise<void>
  close(): void
}

export function clientAt(address: string, url: string): Client {
  const { port, hostname } = new URL(url)
  const agent = new Agent({ keepAlive: true, localAddress: address, maxSockets: 200 })
  const open = (): Socket =>
    connect({ port: Number(port), host: hostname, localAddress: address }).on('error', () => {})
  const head = (length: number) =>
    `POST /graphql HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`
  return {
    ask: (body) =>
      new Promise((resolve) => {
        const began = performance.now()
        const end = (status: number, text: string) => resolve({ status, text, ms: performance.now() - began })
        const headers = { 'content-type': 'application/json' }
        const sent = request(`${url}/graphql`, { agent, method: 'POST', headers }, (response) => {
          const parts: Buffer[] = []
          response.on('data', (part) => parts.push(part))
          response.once('end', () => end(response.statusCode ?? 0, Buffer.concat(parts).toString()))
          response.once('error', () => end(0, ''))
        })
        sent.once('error', (error) => end(0, error.message))
        sent.end(JSON.stringify(body))
      }),
    askAndLeave: async (body, ms) => {
      const text = JSON.stringify(body)
      const socket = open()
      socket.write(head(Buffer.byteLength(text)) + text)
      await sleep(ms)
      socket.destroy()
    },
    sendSlowly: async (untilMs) => {
      const socket = open()
      let isOpen = true
      socket.once('close', () => {
        isOpen = false
      })
      socket.write(head(50_000))
      const began = performance.now()
      while (isOpen && performance.now() - began < untilMs) {
        socket.write('{')
        await sleep(500)
      }
      socket.destroy()
    },
    close: () => agent.destroy(),
  }
}
