import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import type { Connection } from '../sdk/contracts.ts'
import { isExplained, StopError } from '../sdk/errors.ts'
import { parseReceipt, type Receipt, signedReceipt, signerOfReceipt } from '../sdk/receipt.ts'

/**
 * Receipts from payers: files of one receipt each, or of one reply a line. Nothing in them is
 * trusted.
 */
export interface Receipts {
  /** Reads new and changed files, and gives what is wrong with them. */
  read(): Promise<readonly string[]>
  /** Receipts that a court accepts, by the record that they promise. */
  readonly held: ReadonlyMap<Hex, Receipt>
}

export function receiptsIn(folder: string | undefined, connection: Connection): Receipts {
  const held = new Map<Hex, Receipt>()
  const seen = new Set<string>()
  const read = new Map<string, string>()
  return {
    held,
    read: async () => {
      const problems: string[] = []
      for (const path of folder === undefined ? [] : filesIn(folder)) {
        const found = statSync(path, { throwIfNoEntry: false })
        const state = `${found?.size} ${found?.mtimeMs}`
        if (found === undefined || read.get(path) === state) continue
        for (const { source, text } of receiptsOf(path)) {
          if (seen.has(text)) continue
          try {
            const receipt = parseReceipt(text, source)
            await requireCounting(connection, receipt, source)
            held.set(signedReceipt(receipt).recordHash, receipt)
          } catch (error) {
            // A node that does not answer is asked again in the next round.
            if (!isExplained(error)) throw error
            problems.push(error.message)
          }
          seen.add(text)
        }
        read.set(path, state)
      }
      return problems
    },
  }
}

/** Throws on a receipt of another chain or court, or signed by a key that was not the operator's. */
export async function requireCounting(
  { reader, contracts }: Connection,
  receipt: Receipt,
  source: string,
): Promise<void> {
  const { court } = contracts
  if (receipt.chainId !== reader.chain.id || receipt.court.toLowerCase() !== court.address.toLowerCase()) {
    throw new StopError(`${source} is a receipt of another chain or another court`, {}, 'Watch it there.')
  }
  const signer = await signerOfReceipt(receipt)
  const args = [receipt.operator, signer ?? court.address] as const
  const term = await reader.readContract({ ...court, functionName: 'keyTermOf', args })
  if (signer !== undefined && receipt.recordBy >= term.from && receipt.recordBy < term.until) return
  throw new StopError(
    `${source} is not signed by a receipt key of account ${receipt.operator}`,
    { signer: signer ?? 'nobody' },
    'Nobody can hold the operator to it: do not pay for its answer.',
  )
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.jsonl?$/.test(name))
      .map((name) => join(folder, name))
  } catch (cause) {
    throw new StopError(`${folder} cannot be read`, {}, 'Name the folder of the receipts.', cause)
  }
}

/** `*.json` holds one receipt, `*.jsonl` one reply a line, as an operator writes them. */
function receiptsOf(path: string): readonly { readonly source: string; readonly text: string }[] {
  const content = readFileSync(path, 'utf8')
  if (path.endsWith('.json')) return [{ source: path, text: content }]
  return content
    .split('\n')
    .slice(0, -1)
    .flatMap((line, i) => {
      const receipt = receiptIn(line)
      return receipt === undefined ? [] : [{ source: `Line ${i + 1} of ${path}`, text: JSON.stringify(receipt) }]
    })
}

function receiptIn(line: string): unknown {
  try {
    return (JSON.parse(line) as { receipt?: unknown }).receipt
  } catch {
    return undefined
  }
}
