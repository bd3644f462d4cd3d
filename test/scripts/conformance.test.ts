import { describe, expect, it } from 'vitest'
import { askProgram } from '../../scripts/conformance/askProgram.ts'
import { questions, suites } from '../../scripts/conformance/suites.ts'

const PROGRAM = `${process.execPath} test/scripts/conformingProgram.ts`

describe('the conformance kit', () => {
  it('asks every field that the vectors answer, and our own program answers each', async () => {
    const asked = questions()
    for (const suite of Object.keys(suites)) {
      const ofSuite = asked.filter((question) => question.suite === suite)
      expect(ofSuite.length).toBeGreaterThan(2)
      for (const { input, answer } of ofSuite) expect(Object.keys({ ...input, ...answer }).length).toBeGreaterThan(1)
    }
    expect(await askProgram(PROGRAM, asked)).toEqual([])
  })

  it.each(Object.keys(suites))('finds every wrong answer of a program that errs in %s', async (suite) => {
    const asked = questions()
    const found = await askProgram(`WRONG=${suite} ${PROGRAM}`, asked)
    expect(found.map(({ suite: of, name }) => `${of} ${name}`)).toEqual(
      asked.filter((question) => question.suite === suite).map(({ name }) => `${suite} ${name}`),
    )
  })

  it('refuses a program that answers too little, or ends badly', async () => {
    await expect(askProgram('head -n 3', questions())).rejects.toThrow('did not answer every question')
    await expect(askProgram('cat; exit 3', questions())).rejects.toThrow('did not answer every question')
  })
})
