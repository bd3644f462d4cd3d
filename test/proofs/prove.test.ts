import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { prove } from '../../scripts/prove/prover.ts'

/** An idle machine of two cores needs a thirtieth. */
const LIMIT_SECONDS = 880

/** A bug that an auditor would look for, planted into the proved source by replacing one line. */
const planted = [
  {
    name: 'a claim leaves what it paid',
    contract: 'Receipts',
    line: '        matured = 0;\n',
    instead: '',
    violates: 'assert(received <= credited)',
  },
  {
    name: 'a strike may be repeated',
    contract: 'Voiding',
    line: '        isVoided = true;\n',
    instead: '',
    violates: 'assert(pending >= credited)',
  },
] as const

const sourceOf = (contract: string): string => readFileSync(new URL(`./${contract}.sol`, import.meta.url), 'utf8')

describe('the prover', () => {
  it.concurrent.each(['Solvency', 'Receipts', 'Voiding'])(
    'proves every assertion of %s',
    async (contract) => {
      const answer = await prove(contract, sourceOf(contract), LIMIT_SECONDS)
      expect(answer.kind === 'answered' && answer.verdicts.map(({ finding }) => finding)).toEqual(
        contract === 'Voiding' ? ['proved', 'proved'] : ['proved'],
      )
    },
    900_000,
  )

  it.concurrent.each(planted)(
    'finds that $name',
    async ({ contract, line, instead, violates }) => {
      const source = sourceOf(contract)
      expect(source.split(line).length - 1).toBe(1)
      const answer = await prove(contract, source.replace(line, instead), LIMIT_SECONDS)
      expect(answer.kind === 'answered' && answer.verdicts).toContainEqual(
        expect.objectContaining({ assertion: violates, finding: 'violated' }),
      )
    },
    900_000,
  )

  it('takes silence for no answer', async () => {
    const answer = await prove(
      'Idle',
      'pragma solidity 0.8.37; contract Idle { function check() external {} }',
      LIMIT_SECONDS,
    )
    expect(answer).toMatchObject({ kind: 'refused' })
  })
})
