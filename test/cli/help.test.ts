import type { Command } from 'commander'
import { expect, it } from 'vitest'
import { programOf } from '../../cli/program.ts'

it('every command says how it is used', async () => {
  const walk = (command: Command): number => {
    expect(command.helpInformation()).toContain(command.name())
    return command.commands.reduce((sum, one) => sum + walk(one), 1)
  }
  expect(walk(await programOf())).toBeGreaterThan(40)
})
