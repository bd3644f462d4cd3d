import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'
import { expect } from 'vitest'
import { parse } from 'yaml'
import type { DocumentFormat } from '../../auditor/documents/document.ts'
import { spdxSchema } from './spdxRules.ts'

/** What the publishers of each format demand of a document. Each throws where one is not met. */
export const rulesOf: Readonly<Record<DocumentFormat, (text: string) => void>> = {
  cyclonedx: (text) => {
    const bom = JSON.parse(text)
    expect(faultsBy(cyclonedx(), bom)).toEqual([])
    // What the schema's text says and JSON schema cannot: names are unique, and what is named is there.
    const refs = valuesOf(bom, 'bom-ref')
    expect(new Set(refs).size).toBe(refs.length)
    const named = [...valuesOf(bom, 'ref'), ...(valuesOf(bom, 'dependsOn') as string[][]).flat()]
    expect(named.filter((ref) => !refs.includes(ref))).toEqual([])
  },
  spdx: (text) => {
    const graph = JSON.parse(text)
    expect(faultsBy(new Ajv({ strict: false }).compile(spdxSchema), graph)).toEqual([])
    const ids = valuesOf(graph, 'spdxId')
    expect(new Set(ids).size).toBe(ids.length)
    const lists = ['to', 'rootElement', 'element', 'createdBy', 'originatedBy'].flatMap((key) => valuesOf(graph, key))
    const named = [...valuesOf(graph, 'from'), ...valuesOf(graph, 'suppliedBy'), ...lists.flat()]
    expect(named.filter((id) => !ids.includes(id))).toEqual([])
  },
  croissant: (text) => {
    const dataset = JSON.parse(text)
    // The specification's list of required properties; `distribution` where there are files.
    for (const name of ['@context', 'description', 'license', 'name', 'url', 'creator', 'datePublished'])
      expect(dataset).toHaveProperty([name])
    expect(dataset).toMatchObject({ '@type': 'sc:Dataset', conformsTo: 'http://mlcommons.org/croissant/1.1' })
    expect(dataset.version).toMatch(/^\d+\.\d+\.\d+$/)
    for (const { '@id': set, field, data, key } of dataset.recordSet) {
      const fields = field.map((one: { '@id': string }) => one['@id'])
      expect(new Set(fields).size).toBe(fields.length)
      for (const { '@id': id, dataType } of field) {
        expect(id.startsWith(`${set}/`)).toBe(true)
        expect(dataType).toMatch(/^sc:(Text|Integer)$/)
      }
      expect(fields).toContain(key['@id'])
      for (const record of data) expect(Object.keys(record)).toEqual(fields)
    }
  },
  'model-card': (text) => {
    const [, yaml] = /^---\n([\s\S]*?)\n---\n\n# /.exec(text) ?? []
    const card = parse(yaml as string)
    // https://github.com/huggingface/hub-docs/blob/main/modelcard.md
    expect(['adapter', 'finetune']).toContain(card.base_model_relation)
    for (const dataset of card.datasets) expect(dataset).toMatch(/^(?:[\w-]+\/)?[\w.-]+$/)
    for (const { name, results } of card['model-index'] ?? []) {
      expect(name).toMatch(/./)
      for (const { task, dataset, metrics } of results) {
        expect([task.type, dataset.type, dataset.name].every((value) => typeof value === 'string')).toBe(true)
        for (const { type, value } of metrics) expect([typeof type, typeof value]).toEqual(['string', 'number'])
      }
    }
  },
  'ai-act': (text) => {
    const headings = [...text.matchAll(/^#{2,3} (.*)$/gm)].map(([, heading]) => heading)
    expect(headings).toEqual([
      '1. General information',
      '1.1 Provider identification',
      '1.2 Model identification',
      '1.3 Modalities, overall training data size and other characteristics',
      '2. List of data sources',
      '2.1 Publicly available datasets',
      '2.2 Private non-publicly available datasets obtained from third parties',
      '2.3 Data crawled and scraped from online sources',
      '2.4 User data',
      '2.5 Synthetic data',
      '2.6 Other sources of data',
      '3. Data processing aspects',
      '3.1 Respect of reservation of rights from text and data mining exception or limitation',
      '3.2 Removal of illegal content',
      '3.3 Other information (optional)',
    ])
  },
}

type Check = ReturnType<Ajv['compile']>
let compiled: Check | undefined

/** The official schema of CycloneDX 1.7, as the project's own library carries it. */
function cyclonedx(): Check {
  if (compiled !== undefined) return compiled
  const library = dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json'))
  const schema = (name: string) => JSON.parse(readFileSync(join(library, 'res/schema', name), 'utf8'))
  const ajv = new Ajv({ strict: false, allErrors: true })
  ajv.addFormat('date-time', (value: string) => !Number.isNaN(Date.parse(value)))
  ajv.addFormat('iri-reference', (value: string) => URL.canParse(value, 'https://example.org'))
  ajv.addFormat('idn-email', (value: string) => value.includes('@'))
  ajv.addFormat('string', true)
  ajv.addFormat('uri', (value: string) => URL.canParse(value))
  ajv.addFormat('date', /^\d{4}-\d\d-\d\d$/)
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    const file = `${name}.SNAPSHOT.schema.json`
    ajv.addSchema(schema(file), `http://cyclonedx.org/schema/${file}`)
  }
  compiled = ajv.compile(schema('bom-1.7.SNAPSHOT.schema.json'))
  return compiled
}

function faultsBy(check: Check, value: unknown): readonly string[] {
  return check(value) ? [] : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

/** Every value of a key, anywhere. */
function valuesOf(value: unknown, key: string): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [...(name === key ? [inner] : []), ...valuesOf(inner, key)])
}
