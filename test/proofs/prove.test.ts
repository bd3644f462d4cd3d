import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { proofDigest, readProved } from '../../scripts/prove/proved.ts'
import { prove } from '../../scripts/prove/prover.ts'

/** An idle machine of two cores needs a fortieth. */
const LIMIT_SECONDS = 880

/** `PROOFS=all` asks the solver about every contract and plants every bug: minutes of both cores. */
const asksAll = process.env.PROOFS === 'all'

/** What the solver proves in seconds; the others are held to what `npm run prove` kept. */
const QUICK = ['Account', 'Bond', 'JointUnit', 'Shares', 'Slashing', 'Solvency']
const SLOW = ['Book', 'Channel']

/** Bugs that it finds in seconds. */
const QUICKLY_FOUND = ['a channel is charged more than is covered', 'a claim leaves what it paid']

/** A bug that an auditor would look for, planted into the proved source by replacing one line. */
const planted = [
  {
    name: 'a channel is charged more than is covered',
    contract: 'Channel',
    line: '        require(charged + units <= covered);\n',
    instead: '',
    violates: 'assert(charged <= covered)',
  },
  {
    name: 'cover stays after a withdrawal',
    contract: 'Channel',
    line: '        if (covered > deposit - withdrawn) covered = deposit - withdrawn;\n',
    instead: '',
    violates: 'assert(withdrawn + covered <= deposit)',
  },
  {
    name: 'a record is voided twice',
    contract: 'Book',
    line: '        isVoided = true;\n',
    instead: '',
    violates: 'assert(takenOut <= recordUnits)',
  },
  {
    name: 'a batch is shown twice',
    contract: 'Book',
    line: '        require(isOver && !batchShown);\n',
    instead: '        require(isOver);\n',
    violates: 'assert(!isSummed || sum == units)',
  },
  {
    name: 'pay is rounded up',
    contract: 'Shares',
    line: '        paid += weighed / SCALE;\n',
    instead: '        paid += (weighed + SCALE - 1) / SCALE;\n',
    violates: 'assert(paid <= pool)',
  },
  {
    name: 'what rounding leaves goes to nobody',
    contract: 'Shares',
    line: '        others = operator + owner + royalty + treasury;\n',
    instead: '        others = operator + owner + royalty;\n',
    violates: 'assert(!isSettled || paid + others == fees + given)',
  },
  {
    name: 'a claim leaves what it paid',
    contract: 'Account',
    line: '        claimed = earned;\n',
    instead: '',
    violates: 'assert(paidOut <= credited)',
  },
  {
    name: 'members are paid for more rows than their unit has',
    contract: 'JointUnit',
    line: '    uint256 private constant FIRST_KEPT = 7;\n',
    instead: '    uint256 private constant FIRST_KEPT = 8;\n',
    violates: 'assert(firstDrawn + secondDrawn <= received)',
  },
  {
    name: 'what is held is leaving all the same',
    contract: 'Bond',
    line: '        if (leaving > most) leaving = most;\n',
    instead: '',
    violates: 'assert(leaving + held <= balance)',
  },
  {
    name: 'what a slash gives stays with the bonds',
    contract: 'Slashing',
    line: '        held -= bounty + given;\n',
    instead: '        held -= bounty;\n',
    violates: 'assert(held == bonds + unburnt)',
  },
  {
    name: 'what a slash gives is booked nowhere',
    contract: 'Solvency',
    line: '        books += given;\n',
    instead: '',
    violates: 'assert(held == deposits + books + aside + owed + joint)',
  },
] as const

const sourceOf = (contract: string): string => readFileSync(new URL(`./${contract}.sol`, import.meta.url), 'utf8')

describe('the prover', () => {
  it.concurrent.each(asksAll ? [...QUICK, ...SLOW] : QUICK)(
    'proves every assertion of %s',
    async (contract) => {
      const answer = await prove(contract, sourceOf(contract), LIMIT_SECONDS)
      const findings = answer.kind === 'answered' && answer.verdicts.map(({ finding }) => finding)
      expect(findings).toEqual(
        sourceOf(contract)
          .match(/^\s*assert\(/gm)
          ?.map(() => 'proved'),
      )
    },
    900_000,
  )

  it.concurrent.each(planted.filter(({ name }) => asksAll || QUICKLY_FOUND.includes(name)))(
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

  it('has proved these very sources (after a change: npm run prove)', () => {
    const digests = [...QUICK, ...SLOW].map((contract) => [contract, proofDigest(sourceOf(contract))])
    expect(readProved()).toEqual(Object.fromEntries(digests))
  })

  it('takes silence for no answer', async () => {
    const answer = await prove(
      'Idle',
      'pragma solidity 0.8.37; contract Idle { function check() external {} }',
      LIMIT_SECONDS,
    )
    expect(answer).toMatchObject({ kind: 'refused' })
  })
})
