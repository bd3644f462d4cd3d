import { join } from 'node:path'

/** Where each step keeps the file that it writes. */
export function placesIn({ folder }: { readonly folder: string }) {
  return {
    scenario: join(folder, 'scenario.json'),
    chain: join(folder, 'chain'),
    deployment: join(folder, 'deployment.json'),
    receiptKey: join(folder, 'receipt.key'),
    blobs: join(folder, 'blobs'),
    index: join(folder, 'index'),
    gateway: join(folder, 'gateway'),
    apiKey: join(folder, 'api.key'),
    summary: join(folder, 'summary.json'),
  }
}

/** The same of one of its models. */
export function placesOf({ folder }: { readonly folder: string }, task: string) {
  const own = join(folder, task)
  return {
    folder: own,
    contributors: join(own, 'contributors'),
    run: join(own, 'run'),
    publication: join(own, 'publication'),
  }
}

export type TaskPlaces = ReturnType<typeof placesOf>
