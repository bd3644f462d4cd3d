import type { Hex, LocalAccount } from 'viem'
import { keccak } from '../../attribution/keccak.ts'
import type { AuditFile, Report } from './report.ts'

/** The report with its digest, signed where an account is given. */
export async function sealed(report: Report, signer: LocalAccount | undefined): Promise<AuditFile> {
  const digest = digestOf(report)
  if (signer === undefined) return { report, digest }
  const signature = await signer.signMessage({ message: { raw: digest } })
  return { report, digest, signature: { signer: signer.address, signature } }
}

export function digestOf(report: Report): Hex {
  return keccak(Buffer.from(canonical(report)))
}

/** RFC 8785, for what a report holds: keys in order, no spaces. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`
}
