import { readFileSync } from 'node:fs'

/** A checked-in vector file. Its shape is what `generate.ts` gives it, to which a test holds it byte for byte. */
export function readVectors<Case>(name: `${string}.json`): readonly Case[] {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'))
}
