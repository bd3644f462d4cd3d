import type { Hex } from 'viem'
import * as z from 'zod'
import type { ReadingClient } from '../../sdk/actions/client.ts'
import { proveEarnings } from '../../sdk/actions/proveEarnings.ts'
import { proveInference } from '../../sdk/actions/proveInference.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { batchNumber } from './questions.ts'

export type Answer = Readonly<Record<string, unknown>>

/** A node, which is not believed, and the contracts. */
export interface Prove {
  readonly client: ReadingClient
  readonly deployment: Deployment
}

interface Proof {
  readonly title: string
  readonly description: string
  readonly input: z.ZodRawShape
  readonly run: (prove: Prove, args: Readonly<Record<string, unknown>>) => Promise<Answer>
}

const blockHash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/i, 'a block hash: 0x and 64 hex digits')
  .describe('Of a block that the user trusts. Everything is proved against it.')
const answerArgs = z.object({ batch: batchNumber, position: z.int().min(0), blockHash })
const earningsArgs = z.object({ account: z.int().min(1), blockHash })

export const proofs: Readonly<Record<string, Proof>> = {
  prove_answer: {
    title: 'Prove that an answer was recorded',
    description:
      'Checks a record of the Ledger from a node alone, by proofs against a block hash that the user trusts.',
    input: answerArgs.shape,
    run: async ({ client, deployment }, args) => {
      const { batch, position, blockHash: hash } = answerArgs.parse(args)
      const proven = await proveInference(client, {
        deployment,
        blockHash: hash as Hex,
        batch: BigInt(batch),
        index: position,
      })
      const { proof: _, ...facts } = proven
      return facts
    },
  },
  prove_earnings: {
    title: 'Prove what an account earned',
    description:
      'Checks what an account earned and claimed from a node alone, by proofs against a block hash that the user trusts.',
    input: earningsArgs.shape,
    run: async ({ client, deployment }, args) => {
      const { account, blockHash: hash } = earningsArgs.parse(args)
      const { earnedGwei, claimedGwei } = await proveEarnings(client, { deployment, blockHash: hash as Hex, account })
      return { earnedGwei, claimedGwei, claimableGwei: earnedGwei - claimedGwei }
    },
  },
}
