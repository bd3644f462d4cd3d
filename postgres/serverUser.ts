import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'

/** How to start PostgreSQL's programs, and as which user. */
export interface ServerUser {
  /** The command that starts the program. */
  readonly by: readonly string[]
  /** The user to switch to. */
  readonly as?: { readonly uid: number; readonly gid: number }
}

/** Creating a namespace takes a moment; if it takes longer, it counts as refused. */
const ANSWER_WITHIN_MS = 10_000

const NOBODY = { uid: 65_534, gid: 65_534 }

/**
 * PostgreSQL refuses to run as root. So the owner of its files runs it, if that is another user.
 * Else root runs it in a user namespace, where it is not root but reaches all of root's folders.
 * Where the system refuses a namespace, as in most containers, the user nobody runs it.
 */
export function serverUser(folder: string, data: string, answerWithinMs: number = ANSWER_WITHIN_MS): ServerUser {
  if (process.getuid?.() !== 0) return { by: [] }
  const { uid, gid } = statSync(existsSync(data) ? data : folder)
  if (uid !== 0) return { by: [], as: { uid, gid } }
  const namespace = ['unshare', '--user']
  const [program = '', ...args] = [...namespace, 'true']
  const { status } = spawnSync(program, args, { stdio: 'ignore', timeout: answerWithinMs, killSignal: 'SIGKILL' })
  return status === 0 ? { by: namespace } : { by: [], as: NOBODY }
}
