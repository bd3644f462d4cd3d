import { expect, it } from 'vitest'
import { checkDay } from '../../../bench/scale/check.ts'

it('costs on a chain what the simulation says, within 5 %', async () => {
  const said: string[] = []
  await checkDay(2, (line) => said.push(line))
  expect(said.at(-1)).toContain('| recording |')
})
