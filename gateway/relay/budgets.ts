import { existsSync, readFileSync } from 'node:fs'
import * as z from 'zod'
import { StopError } from '../../sdk/errors.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'

/** What a relayer spends on gas in a day (UTC), in all and for each account. It survives restarts. */
export interface Budgets {
  /** Sets the fee aside before it is spent; the reason if it does not fit any more. */
  reserve(account: number, wei: bigint): Reserved | { readonly refused: string }
}

export interface Reserved {
  /** Says what was spent in the end. */
  spent(wei: bigint): void
}

export interface BudgetLimits {
  readonly accountWei: bigint
  readonly totalWei: bigint
}

const weiText = z.string().regex(/^\d+$/).transform(BigInt)
const daySchema = z.strictObject({ day: z.iso.date(), accounts: z.record(z.string(), weiText) })
type Day = z.infer<typeof daySchema>

export function openBudgets(file: string, { accountWei, totalWei }: BudgetLimits, now: () => number): Budgets {
  let stored = existsSync(file) ? readDay(file) : undefined
  const today = (): Day => {
    const day = new Date(now()).toISOString().slice(0, 10)
    if (stored?.day !== day) stored = { day, accounts: {} }
    return stored
  }
  const add = (day: string, account: number, more: bigint): void => {
    const current = today()
    // What is spent after midnight was set aside before it.
    if (current.day !== day) return
    current.accounts[account] = (current.accounts[account] ?? 0n) + more
    const accounts = Object.fromEntries(Object.entries(current.accounts).map(([id, spent]) => [id, `${spent}`]))
    writeWhole(file, `${JSON.stringify({ day, accounts })}\n`, 0o600)
  }
  return {
    reserve: (account, most) => {
      const { day, accounts } = today()
      const own = accounts[account] ?? 0n
      const all = Object.values(accounts).reduce((sum, spent) => sum + spent, 0n)
      if (own + most > accountWei) {
        return {
          refused: `The relayer pays no more gas for account ${account} today; try tomorrow (UTC), or claim by a transaction of your own`,
        }
      }
      if (all + most > totalWei) {
        return {
          refused:
            'The relayer has spent what it spends a day; try tomorrow (UTC), or claim by a transaction of your own',
        }
      }
      add(day, account, most)
      return { spent: (wei) => add(day, account, wei - most) }
    },
  }
}

function readDay(file: string): Day {
  try {
    return daySchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new StopError(`${file} does not say what was spent today`, {}, 'Delete it to begin a new day.', cause)
  }
}
