// Judges the mutants that its parent sends, so that one that never ends can be stopped with its process.
import { createRunner } from '../solidity/suites.ts'
import { createJudge } from './judge.ts'
import type { Mutant } from './mutants.ts'
import { setStage } from './stage.ts'

const judge = createJudge(setStage(), await createRunner())
process.on('message', async (mutant: Mutant) => process.send?.(await judge(mutant)))
process.once('disconnect', () => process.exit())
process.send?.('ready')
