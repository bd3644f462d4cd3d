/** Which rooms a room may import from, or which folder of one. */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  attribution: [],
  deployments: [],
  sdk: ['attribution', 'deployments'],
  chain: ['attribution', 'sdk'],
  pipeline: ['attribution', 'sdk'],
  postgres: ['chain', 'sdk'],
  indexer: ['attribution', 'chain', 'postgres', 'sdk'],
  gateway: ['attribution', 'chain', 'pipeline', 'postgres', 'sdk'],
  watcher: ['attribution', 'chain', 'pipeline', 'sdk'],
  auditor: ['attribution', 'chain', 'pipeline/run', 'sdk'],
  web: [],
}

/** Rooms that stand on top: they import any other, and none of the rooms above imports them. */
export const top: readonly string[] = ['cli', 'examples', 'bench', 'scripts', 'test']
