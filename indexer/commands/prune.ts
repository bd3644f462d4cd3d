import { settings } from '../commandLine.ts'
import { command } from '../operate/command.ts'
import { isOn } from '../operate/settings.ts'
import { terminalTo } from '../operate/terminal.ts'
import { prune as dropHistory, type HistoryFound, prunable } from '../store/histories.ts'
import { openExisting } from './openHistory.ts'

const { database, log } = settings

/** Drops histories that are no longer served. */
export const prune = command({
  about: `Lists the histories in a database that no name stands for and nobody writes: those of older versions, and of deployments that are
served no more. With --drop they are dropped.

  attribution index prune --database <where> [--drop]`,
  settings: { drop: { help: 'drop them', read: isOn }, database, log },
  run: async ({ drop, database, log }, { env, out }) => {
    const terminal = terminalTo(out, { format: log, verify: '', env, now: Date.now })
    const say = (event: string, message: string, found?: HistoryFound) =>
      terminal.log({
        level: 'info',
        event,
        message,
        facts: found === undefined ? {} : { schema: found.schema, bytes: found.bytes },
      })
    const connections = await openExisting(database)
    try {
      const found = await prunable(connections)
      if (found.length === 0)
        say('nothing', 'There is nothing to drop; a history is kept for a minute after a newer one replaces it')
      for (const history of found) {
        const { deployment = 'no deployment yet', head, bytes } = history
        const what = `${history.schema} (${deployment}, ${head === undefined ? 'empty' : `up to block ${head}`}, ${megabytes(bytes)} MB)`
        if (!drop) say('prunable', `Would drop ${what}`, history)
        else if (await dropHistory(connections, history)) say('dropped', `Dropped ${what}`, history)
        else say('kept', `Kept ${what}: it has come into use`, history)
      }
      if (found.length > 0 && !drop) say('asked', 'Nothing was dropped: give --drop for that')
      return 0
    } finally {
      await connections.close()
    }
  },
})

function megabytes(bytes: bigint): string {
  return (Number(bytes) / 1e6).toFixed(1)
}
