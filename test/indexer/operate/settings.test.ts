import { describe, expect, it } from 'vitest'
import {
  blockNumber,
  choose,
  describe as describeSettings,
  isOn,
  oneOf,
  optional,
  required,
  wholeNumber,
} from '../../../indexer/operate/settings.ts'

const settings = {
  nodes: { value: '<url>', env: 'NODES_URL', isList: true, help: 'nodes', read: required((text) => text.split(',')) },
  maxRange: { value: '<n>', byDefault: '500', help: 'how many blocks', read: required(wholeNumber(1, 10_000)) },
  verify: { value: '<how>', byDefault: 'all', help: 'how much', read: required(oneOf(['all', 'some'])) },
  block: { value: '<n>', help: 'up to which', read: optional(blockNumber) },
  repair: { help: 'put right what differs', read: isOn },
}

describe('settings', () => {
  it('come from options, else from the environment, else from defaults', () => {
    const args = ['--nodes', 'a,b', '--nodes', 'c', '--block', '7']
    const env = { NODES_URL: 'unused', ATTRIBUTION_MAX_RANGE: '20', ATTRIBUTION_VERIFY: '', ATTRIBUTION_REPAIR: 'true' }
    expect(choose(settings, args, env)).toEqual({
      nodes: ['a', 'b', 'c'],
      maxRange: 20,
      verify: 'all',
      block: 7n,
      repair: true,
    })
  })

  it('take their own variable before the other, and no bare name', () => {
    const bare = { NODES: 'bare', MAX_RANGE: '1', REPAIR: 'true', VERIFY: 'some', BLOCK: '9' }
    const chosen = { nodes: ['b'], maxRange: 500, verify: 'all', block: undefined, repair: false }
    expect(choose(settings, [], { ...bare, NODES_URL: 'b' })).toEqual(chosen)
    expect(choose(settings, [], { ...bare, NODES_URL: 'b', ATTRIBUTION_NODES: 'own' })).toMatchObject({
      nodes: ['own'],
    })
  })

  it('are left out where nothing is said and nothing needed', () => {
    const chosen = { nodes: ['a'], maxRange: 500, verify: 'all', block: undefined, repair: false }
    expect(choose(settings, ['--nodes', 'a'], {})).toEqual(chosen)
  })

  it('give way to a call for help', () => {
    expect([choose(settings, ['--help'], {}), choose(settings, ['-h'], {})]).toEqual([undefined, undefined])
  })

  it('that make no sense are refused by the name under which they were given', () => {
    const refusals: readonly (readonly [readonly string[], NodeJS.ProcessEnv, string])[] = [
      [[], {}, 'The indexer needs --nodes'],
      [['--nodes', ''], {}, 'The indexer needs --nodes'],
      [['--nodes', 'a', '--max-range', 'many'], {}, '--max-range is "many"'],
      [['--nodes', 'a', '--max-range', '10001'], {}, '--max-range is "10001"'],
      [['--nodes', 'a'], { ATTRIBUTION_MAX_RANGE: '0' }, 'ATTRIBUTION_MAX_RANGE is "0"'],
      [['--nodes', 'a'], { ATTRIBUTION_VERIFY: 'none' }, 'ATTRIBUTION_VERIFY is "none"'],
      [['--nodes', 'a', '--block', '-1'], {}, "The command was not understood: Option '--block' argument is ambiguous"],
      [['--nodes', 'a', '--block', 'latest'], {}, '--block is "latest"'],
      [['--nodes', 'a'], { ATTRIBUTION_REPAIR: 'maybe' }, 'ATTRIBUTION_REPAIR is "maybe"'],
      [['--nodes', 'a', '--depth', '3'], {}, "The command was not understood: Unknown option '--depth'"],
      [['--nodes', 'a', 'now'], {}, "The command was not understood: Unexpected argument 'now'"],
    ]
    for (const [args, env, message] of refusals) expect(() => choose(settings, args, env)).toThrow(message)
  })

  it('are described with their options, variables and defaults', () => {
    expect(describeSettings(settings)).toBe(
      `  --nodes <url>           nodes (ATTRIBUTION_NODES or NODES_URL)
  --max-range <n>         how many blocks (ATTRIBUTION_MAX_RANGE; 500)
  --verify <how>          how much (ATTRIBUTION_VERIFY; all)
  --block <n>             up to which (ATTRIBUTION_BLOCK)
  --repair                put right what differs (ATTRIBUTION_REPAIR)
`,
    )
  })
})
