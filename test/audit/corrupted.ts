import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Report } from '../../auditor/report/report.ts'
import { startLyingNode } from '../support/lyingNode.ts'
import { auditAt } from './auditAt.ts'
import type { Corruption, Row } from './corruption.ts'
import { lyingCode, lyingHeader, lyingProof, lyingReceipts, lyingVoucher } from './lies.ts'
import { artifacts, type Material } from './material.ts'
import { alteredIndex, ask, lyingApi, patchedCode, tamperedSlot, tooManyStrikes, unvotedChange } from './tampering.ts'
import { alteredLog, deepKinds, deeplyAltered, droppedLog, movedLog } from './views.ts'

const makers: readonly ((material: Material) => Corruption)[] = [
  ...[lyingReceipts, lyingHeader, lyingProof, lyingCode, lyingVoucher],
  ...[droppedLog, alteredLog, movedLog, tamperedSlot, patchedCode, alteredIndex, unvotedChange, tooManyStrikes],
  ...deepKinds.map((kind) => (material: Material) => deeplyAltered(kind, material)),
]

/** So many single corruptions, of every kind in turn. */
export function corruptionsOf(material: Material, wanted: number): readonly Corruption[] {
  const all = material.api === undefined ? makers : [...makers, lyingApi, lyingApi, lyingApi]
  const made: Corruption[] = []
  for (let i = 0; made.length < wanted && i < 20 * wanted; i++) {
    try {
      made.push((all[i % all.length] as (typeof all)[number])(material))
    } catch (error) {
      // The history holds no such event.
      if (!(error instanceof RangeError)) throw error
    }
  }
  return made
}

/** Audits a chain of which one thing is otherwise. */
export async function auditOf({ ledger, api, index }: Material, corruption: Corruption): Promise<Report> {
  const { lie, answer, tamper, options } = corruption
  const whole = { artifacts, ...(options?.index !== undefined && { index }), ...options }
  if (tamper !== undefined) return await tampered(ledger, tamper, () => auditAt(ledger, ledger.rpcUrl, whole))
  if (answer !== undefined) {
    const lying = await startLyingApi(api as string, answer)
    try {
      return await auditAt(ledger, ledger.rpcUrl, { ...whole, api: lying.url })
    } finally {
      await lying.stop()
    }
  }
  if (lie === undefined) return await auditAt(ledger, ledger.rpcUrl, whole)
  const node = await startLyingNode(ledger.rpcUrl, lie)
  try {
    return await auditAt(ledger, node.url, whole)
  } finally {
    await node.stop()
  }
}

/** Whatever was done to the chain is undone afterwards. */
async function tampered<T>(
  ledger: Material['ledger'],
  tamper: NonNullable<Corruption['tamper']>,
  work: () => Promise<T>,
): Promise<T> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'evm_snapshot', params: [] })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(ledger.rpcUrl, { method: 'POST', headers, body })
  const { result } = (await answer.json()) as { result: string }
  try {
    await tamper(ledger)
    // A block whose state holds it.
    await ask(ledger, 'anvil_mine', ['0x1'])
    return await work()
  } finally {
    await ask(ledger, 'evm_revert', [result])
  }
}

async function startLyingApi(url: string, lie: (list: string, items: readonly Row[]) => readonly Row[]) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    const told = (await answer.json()) as { data?: { list: { items: readonly Row[] } } }
    const list = /list: (\w+)\(/.exec(body)?.[1] ?? ''
    if (told.data) told.data.list.items = lie(list, told.data.list.items)
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(told))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
