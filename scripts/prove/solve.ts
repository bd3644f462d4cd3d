// One contract before solc's model checker (CHC with the z3 inside solcjs), in a process of its own because the solver holds
// its thread and may never answer: source on stdin, the compiler's messages on stdout.
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'

const solc: { compile: (input: string) => string } = createRequire(import.meta.url)('solc')
const contract = process.argv[2] ?? ''
const file = `${contract}.sol`

const input = {
  language: 'Solidity',
  sources: { [file]: { content: await text(process.stdin) } },
  settings: {
    outputSelection: { '*': { '*': ['abi'] } },
    modelChecker: {
      engine: 'chc',
      solvers: ['z3'],
      targets: ['assert'],
      contracts: { [file]: [contract] },
      showProvedSafe: true,
      showUnproved: true,
      // No limit of the solver's own: its default gives up on what takes it twenty seconds, and any other starts a thread.
      timeout: 0,
    },
  },
}
process.stdout.write(solc.compile(JSON.stringify(input)))
