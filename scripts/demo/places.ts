import { join } from 'node:path'

/** Where each step keeps the file that it writes. */
export function placesIn({ folder }: { readonly folder: string }) {
  return {
    scenario: join(folder, 'scenario.json'),
    chain: join(folder, 'chain'),
    deployment: join(folder, 'deployment.json'),
    contributors: join(folder, 'contributors'),
    run: join(folder, 'run'),
    publication: join(folder, 'publication'),
    blobs: join(folder, 'blobs'),
    calls: join(folder, 'operator', 'calls.jsonl'),
    index: join(folder, 'index'),
    summary: join(folder, 'summary.json'),
  }
}
