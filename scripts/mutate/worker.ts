// Judges the mutants that its parent sends, so that one that never ends can be stopped with its process.
import { createRunner } from '../solidity/suites.ts'
import { startContext } from './context.ts'
import { createJudge } from './judge.ts'
import type { Mutant } from './mutants.ts'

const judge = createJudge(startContext(), await createRunner())
process.on('message', async (mutant: Mutant) => process.send?.(await judge(mutant)))
process.once('disconnect', () => process.exit())
process.send?.('ready')
