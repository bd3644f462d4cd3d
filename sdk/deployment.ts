import { type Address, getAddress, isAddress } from 'viem'
import * as z from 'zod'
import { StopError } from './errors.ts'

/** Where one set of contracts lives, as `deployments/<name>.json` says it. */

const address = z
  .string()
  .refine((value) => isAddress(value, { strict: false }), 'is not an address')
  .transform((value): Address => getAddress(value))

const deploymentSchema = z.strictObject({
  name: z.string().min(1),
  chainId: z.int().positive(),
  /** The first block that can hold an event of these contracts: where an indexer begins. */
  startBlock: z.int().nonnegative(),
  contracts: z.strictObject({
    accessManager: address,
    openToken: address,
    clock: address,
    accounts: address,
    datasets: address,
    models: address,
    fineTunes: address,
    earnings: address,
    bonds: address,
    channels: address,
    ledger: address,
    settlement: address,
    court: address,
    unitCourt: address,
    evaluations: address,
    timelock: address,
    governor: address,
  }),
  /** The account that the treasury's share is credited to, as its deployer saw it: an indexer holds nodes to it. */
  treasury: z.int().positive().optional(),
})

export type Deployment = z.infer<typeof deploymentSchema>

/** @param source What errors call the text: a file, or an address. */
export function parseDeployment(json: string, source: string): Deployment {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new StopError(`${source} is not JSON, and so no deployment`, {}, WHAT_IT_SHOULD_BE, cause)
  }
  const parsed = deploymentSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new StopError(
    `${source} does not describe a deployment`,
    { at: issue?.path.join('.') || 'top level', problem: issue?.message ?? 'unknown' },
    WHAT_IT_SHOULD_BE,
  )
}

const WHAT_IT_SHOULD_BE =
  'Name the file that describes the deployment, as it was written when the contracts were deployed: JSON with name, chainId, startBlock and contracts.'
