import { spawnSync } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Hex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { openOperatorJournal } from '../../../pipeline/serve/operatorJournal.ts'
import { type Receipt, signReceipt } from '../../../sdk/receipt.ts'
import { newFolder } from '../../support/folder.ts'

const hash: Hex = `0x${'ab'.repeat(32)}`
const signature: Hex = `0x${'cd'.repeat(65)}`
const key = privateKeyToAccount(generatePrivateKey())
const receiptOf = (payer: number): Promise<Receipt> =>
  signReceipt(key, {
    chainId: 1,
    court: `0x${'c0'.repeat(20)}`,
    model: 1,
    operator: 2,
    payer,
    channelSalt: 1,
    requestHash: hash,
    answerHash: hash,
    salt: hash,
    querySketch: '0x',
    recordBy: 1_800_000_000,
    feeUnits: 5,
    bits: new Uint8Array(),
  })
const batch = {
  batch: 7n,
  book: 1n << 65n,
  number: 0,
  recordedIn: 12,
  units: 5n,
  root: hash,
  channels: [{ payer: 3, salt: 1 }],
  records: Uint8Array.of(1, 2, 3),
}

describe('an operator’s journal', () => {
  const path = join(newFolder('journal'), 'journal.jsonl')

  it('remembers calls, the largest voucher of each channel, and batches', async () => {
    const calls = [
      { id: 'a', receipt: await receiptOf(3) },
      { id: 'b', receipt: await receiptOf(4) },
    ]
    const first = openOperatorJournal(path)
    first.keepVouchers([
      { payer: 3, salt: 1, maxClaimableAmount: 5n, signature },
      { payer: 3, salt: 1, maxClaimableAmount: 9n, signature },
      { payer: 3, salt: 1, maxClaimableAmount: 7n, signature },
    ])
    first.keepCalls(calls)
    first.keepBatch(batch)
    const told = [new Map(first.calls), new Map(first.vouchers), new Map(first.batches)]
    first.close()
    const again = openOperatorJournal(path)
    expect([again.calls, again.vouchers, again.batches]).toEqual(told)
    expect([...again.calls]).toEqual(calls.map(({ id, receipt }) => [id, receipt]))
    expect(again.vouchers.get('3/1')?.maxClaimableAmount).toBe(9n)
    expect(again.batches.get(7n)).toEqual(batch)
    again.close()
  })

  it('drops a last line that a power cut left unfinished, and refuses any other that it does not know', () => {
    const whole = readFileSync(path, 'utf8')
    appendFileSync(path, '{"kind":"call","id":"c"')
    const journal = openOperatorJournal(path)
    expect([...journal.calls.keys()]).toEqual(['a', 'b'])
    journal.close()
    expect(readFileSync(path, 'utf8')).toBe(whole)
    appendFileSync(path, '{"kind":"call","id":"c"}\n')
    expect(() => openOperatorJournal(path)).toThrow(/Line \d+ of .* is no fact that an operator remembers/)
  })

  it('is open in one process at a time, and free again when that process was killed', () => {
    const other = join(newFolder('journal'), 'journal.jsonl')
    const module = fileURLToPath(new URL('../../../pipeline/serve/operatorJournal.ts', import.meta.url))
    const script = (end: string) => `import { openOperatorJournal } from ${JSON.stringify(module)}
openOperatorJournal(${JSON.stringify(other)})
${end}`
    const elsewhere = (end: string) =>
      spawnSync(process.execPath, ['--input-type=module', '--eval', script(end)], { encoding: 'utf8' })
    const journal = openOperatorJournal(other)
    expect(elsewhere('').stderr).toContain('Another process works with this operator’s journal')
    journal.close()
    expect(elsewhere("process.kill(process.pid, 'SIGKILL')").signal).toBe('SIGKILL')
    openOperatorJournal(other).close()
  })
})
