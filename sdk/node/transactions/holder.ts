import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { lock } from 'proper-lockfile'
import * as z from 'zod'
import { writeWhole } from '../writeWhole.ts'

/** Who holds a journal, or held it last: a lock alone does not say whether its process lives, nor what it does. */
export interface Holder {
  /** Adds to what this process does with the journal. */
  serve(intent: string): void
  /** Whether its holder does this. */
  isServing(intent: string): boolean
  /** Whether another process took it for the same after this command was started. */
  hasServed(asker: { readonly intent: string; readonly startedAtMs: number }): boolean
  /** Whether its process is known to have ended. */
  isGone(): boolean
}

const holderSchema = z.strictObject({
  pid: z.int(),
  host: z.string(),
  heldAtMs: z.number(),
  intents: z.array(z.string()),
})
type Held = z.infer<typeof holderSchema>

export function holderAt(path: string): Holder {
  let own: Held | undefined
  const read = (): Held | undefined => {
    if (!existsSync(path)) return undefined
    try {
      return holderSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
    } catch {
      // It says nothing that the journal does not: what cannot be read is written anew.
      return undefined
    }
  }
  return {
    serve(intent) {
      own = {
        ...(own ?? { pid: process.pid, host: hostname(), heldAtMs: Date.now() }),
        intents: [...(own?.intents ?? []), intent],
      }
      writeWhole(path, `${JSON.stringify(own)}\n`, 0o600)
    },
    isServing: (intent) => read()?.intents.includes(intent) === true,
    hasServed({ intent, startedAtMs }) {
      const last = read()
      return last !== undefined && last.heldAtMs > startedAtMs && last.intents.includes(intent)
    },
    isGone() {
      const last = read()
      return last !== undefined && last.host === hostname() && !isAlive(last.pid)
    },
  }
}

/** How old a lock may be whose holder no longer renews it: busy processes renew late, and those of other machines are not seen. */
const STALE_MS = 20_000
/** The same where the holder's process is known to have ended. */
const STALE_GONE_MS = 2_000
const LOOKS = 44
const LOOK_MS = 500

/**
 * Takes the lock of a file for this process, and waits a while where another has it; undefined where that goes on.
 *
 * @param onLost Hears that another process took it, as after a night in which this machine slept.
 * @param onWait Called while another has it; may throw.
 */
export async function lockFor(
  path: string,
  holder: Holder,
  onLost: (error: Error) => void,
  onWait: () => void = () => {},
): Promise<(() => Promise<void>) | undefined> {
  for (let looks = 0; looks < LOOKS; looks++) {
    try {
      const stale = holder.isGone() ? STALE_GONE_MS : STALE_MS
      return await lock(path, { realpath: false, stale, update: STALE_GONE_MS / 2, onCompromised: onLost })
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'ELOCKED')) throw cause
      onWait()
      await sleep(LOOK_MS)
    }
  }
  return undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Of somebody else, and alive.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
