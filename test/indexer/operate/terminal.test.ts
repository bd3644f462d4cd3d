import { describe, expect, it } from 'vitest'
import type { IndexerEvent } from '../../../indexer/events.ts'
import type { LogFormat } from '../../../indexer/operate/log.ts'
import { logEventOf } from '../../../indexer/operate/logEvents.ts'
import { terminalTo } from '../../../indexer/operate/terminal.ts'
import { RetryError, StopError } from '../../../sdk/errors.ts'
import { stored } from './stored.ts'

/** The output for events, each some milliseconds after the one before. */
function outputOf(
  told: readonly (readonly [number, IndexerEvent])[],
  { format = 'text', columns }: { format?: LogFormat; columns?: number } = {},
): readonly string[] {
  let time = Date.UTC(2026, 0, 1)
  const said: string[] = []
  const write = (text: string | Uint8Array) => said.push(`${text}`) > 0
  const tty = columns === undefined ? {} : { isTTY: true, columns }
  const env = { LANG: 'en_GB.UTF-8' }
  const terminal = terminalTo({ write, ...tty } as never, { format, verify: 'receipts', env, now: () => time })
  for (const [ms, event] of told) {
    time += ms
    terminal.handle(event)
  }
  terminal.end()
  return said
}

const behind = { nodeHead: 1_000n, events: 20 }
const trouble: IndexerEvent = {
  kind: 'troubled',
  error: new RetryError('The node at http://n does not answer eth_getLogs', { status: 500 }, 'It is asked again.'),
  node: 'http://n',
}

describe('what an indexer says', () => {
  it('without a terminal is a line for each event, and one a second for progress', () => {
    const said = outputOf([
      [1_000, stored(1n, 100n, behind)],
      [500, stored(101n, 150n, behind)],
      [500, stored(151n, 200n, behind)],
      [0, trouble],
      [0, { kind: 'undone', ancestor: 190n, depth: 10n }],
      [1_000, stored(191n, 1_000n, behind)],
      [0, { kind: 'caughtUp', block: 1_000n }],
      [2_000, stored(1_001n, 1_001n)],
    ])
    expect(said).toEqual([
      'Indexed to block 100 of 1000: 20 events, 20 a second, 0:09 left\n',
      'Indexed to block 200 of 1000: 60 events, 30 a second, 0:08 left\n',
      'The node at http://n does not answer eth_getLogs (status 500). It is asked again.\n',
      'The chain was reorganised: rolled back 10 blocks to block 190\n',
      'Caught up with the node at block 1000\n',
    ])
  })

  it('for machines is one object a line, with all the facts', () => {
    const told: readonly (readonly [number, IndexerEvent])[] = [
      [1_000, stored(1n, 100n, behind)],
      [0, trouble],
      [0, { kind: 'caughtUp', block: 2n ** 60n }],
    ]
    expect(outputOf(told, { format: 'json', columns: 80 }).map((line) => JSON.parse(line))).toEqual([
      {
        time: '2026-01-01T00:00:01.000Z',
        level: 'info',
        event: 'progress',
        message: 'Indexed to block 100 of 1000: 20 events, 20 a second, 0:09 left',
        block: 100,
        nodeHead: 1000,
        events: 20,
        eventsPerSecond: 20,
        secondsLeft: 9,
      },
      {
        time: '2026-01-01T00:00:01.000Z',
        level: 'warn',
        event: 'troubled',
        message: 'The node at http://n does not answer eth_getLogs (status 500). It is asked again.',
        node: 'http://n',
        status: 500,
      },
      {
        time: '2026-01-01T00:00:01.000Z',
        level: 'info',
        event: 'caughtUp',
        message: 'Caught up with the node at block 1152921504606846976',
        block: '1152921504606846976',
      },
    ])
  })

  it('on a terminal is a bar that makes way for lines, comes back below them, and is gone at the end', () => {
    const said = outputOf(
      [
        [1_000, stored(1n, 500n, behind)],
        [50, stored(501n, 510n, behind)],
        [50, stored(511n, 600n, behind)],
        [0, trouble],
        [0, { kind: 'caughtUp', block: 1_000n }],
      ],
      { columns: 50 },
    )
    const bar = '\r\x1b[Kblock 600/1000 ███████▏░░░░  60%  0:01 left  55/s'
    expect(said).toEqual([
      '\r\x1b[Kblock 500/1000 ██████░░░░░░  50%  0:01 left  20/s',
      bar,
      '\r\x1b[KThe node at http://n does not answer eth_getLogs (status 500). It is asked again.\n',
      bar,
      '\r\x1b[K',
      'Caught up with the node at block 1000\n',
    ])
  })

  it('holds no credentials, wherever they come from', () => {
    const error = new Error('connect postgres://me:secret@db:5432/x and https://user:pw@node/path?a=b@c')
    error.stack = error.message
    const [line = ''] = outputOf([[0, { kind: 'failedAnswer', error, id: '7a' }]])
    expect(line).toBe(
      'A query failed (its answer names 7a): connect postgres://db:5432/x and https://node/path?a=b@c\n',
    )
  })

  it('has a level for everything', () => {
    const stop = new StopError('It is over', {}, 'Begin again.')
    const overtaken = { node: 'a', head: 1n, by: 'b', headThere: 2n }
    const all: readonly IndexerEvent[] = [
      { kind: 'looked', nodeHead: 1n, timestamp: 1n },
      stored(1n, 1n),
      { kind: 'undone', ancestor: 1n, depth: 1n },
      { kind: 'caughtUp', block: 1n },
      { kind: 'journalsHeld', block: 1n, by: 'proof' },
      trouble,
      { kind: 'gaveUpNode', error: stop, node: 'a' },
      { kind: 'leftNode', overtaken },
      { kind: 'failedAnswer', error: stop, id: '7a' },
      { kind: 'readerEnded', number: 1, how: 'SIGKILL' },
      { kind: 'standsBy', holder: 'another process' },
      { kind: 'switched', schema: 'test', history: 'history_1' },
      { kind: 'leads' },
      { kind: 'stopped', error: stop },
    ]
    expect(all.map((event) => [event.kind, logEventOf(event)?.level])).toEqual([
      ['looked', undefined],
      ['stored', undefined],
      ['undone', 'warn'],
      ['caughtUp', 'info'],
      ['journalsHeld', undefined],
      ['troubled', 'warn'],
      ['gaveUpNode', 'error'],
      ['leftNode', 'warn'],
      ['failedAnswer', 'error'],
      ['readerEnded', 'warn'],
      ['standsBy', 'info'],
      ['switched', 'info'],
      ['leads', 'info'],
      ['stopped', undefined],
    ])
  })
})
