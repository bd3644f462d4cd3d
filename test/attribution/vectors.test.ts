import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { serialise, vectorFiles } from '../vectors/generate.ts'

describe('the vectors checked in', () => {
  for (const [name, cases] of Object.entries(vectorFiles())) {
    it(`${name} is what its seed gives, byte for byte`, () => {
      const checkedIn = readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8')
      expect(checkedIn === serialise(cases), `run: node test/vectors/generate.ts, and say why ${name} changed`).toBe(
        true,
      )
    })
  }
})
