import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'

/** How to start PostgreSQL's programs, and whom their files are to belong to. */
export interface ServerUser {
  /** What stands before the program on its command line. */
  readonly by: readonly string[]
  /** Another user than ours. */
  readonly as?: { readonly uid: number; readonly gid: number }
}

/** Whether a namespace can be made takes a moment to see; where it takes longer, something is in the way. */
const ANSWER_WITHIN_MS = 10_000

const NOBODY = { uid: 65_534, gid: 65_534 }

/**
 * PostgreSQL refuses to run as root. Then its files' owner runs it, if that is somebody else; or root itself within a namespace in which it is
 * nobody, so that it gets to all of root's folders; or, where the system does not let us make one, as in most containers, the user nobody.
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
