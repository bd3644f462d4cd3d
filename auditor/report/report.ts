import * as z from 'zod'

/** The report as JSON. `npm run schema` writes its JSON Schema to docs/audit.schema.json. */

const whole = z.string().regex(/^\d+$/).describe('a whole number, as text because it may exceed 2^53')

export const findingSchema = z.strictObject({
  check: z.string(),
  severity: z.enum(['error', 'warning']),
  what: z.string(),
  place: z.strictObject({
    block: whole.optional(),
    transaction: z.string().optional(),
    logIndex: whole.optional(),
    contract: z.string().optional(),
    address: z.string().optional(),
    slot: z.string().optional(),
    subject: z.string().optional(),
  }),
  found: z.string(),
  expected: z.string(),
  reproduce: z.string().describe('a command or a JSON-RPC call that shows the same'),
})

export const reportSchema = z.strictObject({
  version: z.literal(1),
  verdict: z.enum(['clean', 'findings', 'incomplete']),
  deployment: z.strictObject({ name: z.string(), chainId: z.int(), contracts: z.record(z.string(), z.string()) }),
  audited: z.strictObject({
    from: whole,
    block: whole,
    hash: z.string(),
    time: z.string().describe('of the block, ISO 8601'),
    trust: z.string().describe('why the hash of the block is believed'),
    node: z.string().describe('without credentials'),
    verification: z.enum(['receipts', 'bloom', 'off']),
    sample: z.strictObject({ slots: z.int(), seed: z.int() }).optional(),
  }),
  figures: z.record(z.string(), whole).describe('what the history holds'),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      compares: z.string(),
      count: z.int().describe('how many values were compared'),
      findings: z.int(),
    }),
  ),
  findings: z.array(findingSchema),
  notChecked: z.array(z.strictObject({ check: z.string(), what: z.string(), why: z.string(), isNeeded: z.boolean() })),
  parameters: z.array(
    z.strictObject({ parameter: z.string(), value: z.string(), block: whole, transaction: z.string() }),
  ),
  trusted: z.array(z.string()).describe('what an audit cannot check'),
  digests: z.strictObject({
    state: z.string().optional().describe('of all rebuilt values: equal for everyone who audits this block'),
    journals: z.record(z.string(), z.strictObject({ count: z.int(), head: z.string() })),
  }),
  madeAt: z.string(),
  seconds: z.number(),
})

export type Report = z.infer<typeof reportSchema>

/** The file `audit.json`: the report, its digest, and a signature where one was asked for. */
export const auditFileSchema = z.strictObject({
  report: reportSchema,
  digest: z.string().describe('keccak256 of the report’s canonical JSON (RFC 8785)'),
  signature: z
    .strictObject({ signer: z.string(), signature: z.string().describe('EIP-191, of the digest') })
    .optional(),
})

export type AuditFile = z.infer<typeof auditFileSchema>
