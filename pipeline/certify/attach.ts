/**
 * Puts a certificate into its run's folder and its hash into `run.json`, whose own hash a model is registered with. Certifying
 * again replaces it; a model that was registered before keeps naming the manifest as it was.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import { digestFile } from '../run/digest.ts'
import { type CertificateSummary, MANIFEST_FILE, manifestSchema } from '../run/manifest.ts'
import type { Run } from '../run/readRun.ts'
import { CERTIFICATE_FILES, type Certificate, formatCertificate, isAbsent, type MeasureName } from './certificate.ts'
import { formatPage } from './page/page.ts'
import type { RuleName } from './rules/outcome.ts'

/** Writes `certificate.json` and its page into a folder. */
export function writeCertificate(folder: string, certificate: Certificate): void {
  for (const [name, content] of Object.entries(filesOf(certificate))) writeWhole(join(folder, name), content)
}

/** Killed at any point, it leaves a run that passes every check: certified as before, not certified, or certified anew. */
export function attachCertificate({ folder }: Pick<Run, 'folder'>, certificate: Certificate): void {
  const path = join(folder, MANIFEST_FILE)
  const write = (manifest: unknown): void =>
    writeWhole(path, `${JSON.stringify(manifestSchema.parse(manifest), null, 2)}\n`)
  const { certificate: replaced, ...manifest } = manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  const own = filesOf(certificate)
  const others = Object.fromEntries(Object.entries(manifest.files).filter(([name]) => own[name] === undefined))
  if (replaced !== undefined) write({ ...manifest, files: others })
  writeCertificate(folder, certificate)
  const digests = Object.entries(own).map(([name, content]) => [name, digestFile(new TextEncoder().encode(content))])
  write({
    ...manifest,
    certificate: summaryOf(certificate),
    files: { ...others, ...Object.fromEntries(digests) },
  })
}

function filesOf(certificate: Certificate): Readonly<Record<string, string>> {
  return { [CERTIFICATE_FILES.json]: formatCertificate(certificate), [CERTIFICATE_FILES.page]: formatPage(certificate) }
}

function summaryOf(certificate: Certificate): CertificateSummary {
  const { recommended, sentences, warning } = certificate.verdict
  return {
    recommended,
    sentences,
    warning,
    answerWorth: headline(certificate, 'answer worth'),
    lossWorth: headline(certificate, 'loss worth'),
  }
}

function headline({ worth }: Certificate, name: MeasureName): CertificateSummary['answerWorth'] {
  if (isAbsent(worth)) return null
  const measure = worth.find((one) => one.name === name)
  const figure = (rule: RuleName) => {
    const { estimate, low, high } = measure?.rules.find((one) => one.rule === rule)?.figure ?? {}
    return { estimate: estimate ?? 0, low: low ?? 0, high: high ?? 0 }
  }
  return {
    netInfluence: figure('net influence'),
    fixedWeights: figure('fixed weights'),
    equalSplit: figure('equal split'),
    ceiling: measure?.ceiling ?? 0,
  }
}
