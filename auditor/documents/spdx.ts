import type { ModelAncestor, VersionRecord } from './modelRecord.ts'
import { decimal, iriOf, isoTime, itemsIn, type Subject, urnOf, weightsSha256 } from './subject.ts'

// SPDX 3.0.1 as JSON-LD, profiles AI and Dataset (https://spdx.github.io/spdx-spec/v3.0.1/). A hash
// by keccak-256 is of algorithm `other`, and its comment says so.

const CREATION = '_:creation'

export function spdxOf(subject: Subject): object {
  const { record } = subject
  const { origin, ancestors, versions } = record
  const document = iriOf(subject, 'document', record.model, origin.block.number)
  const model = iriOf(subject, 'model', record.model)
  const tool = iriOf(subject, 'tool', 'attribution-audit')
  const owner = iriOf(subject, 'account', record.entered.owner)
  const curators = new Map(versions.map((version) => [version.curator, iriOf(subject, 'address', version.curator)]))
  const [parent] = ancestors
  const licensed = [
    ...versions.map(({ version, dataset }) => ({ of: iriOf(subject, 'version', version), licence: dataset.licence })),
    ...(parent?.kind === 'base' ? [{ of: iriOf(subject, 'model', parent.model), licence: parent.base.licence }] : []),
  ]
  const elements = [
    element('SoftwareAgent', tool, { name: 'attribution audit' }),
    element('Agent', owner, { name: `account ${record.entered.owner}` }),
    ...[...curators].map(([address, iri]) => element('Agent', iri, { name: `curator ${address}` })),
    modelPackage(subject, owner),
    ...(parent === undefined ? [] : [ancestorPackage(subject, parent)]),
    ...versions.map((version) => datasetPackage(subject, version, curators.get(version.curator) as string)),
    relation(
      subject,
      'trainedOn',
      model,
      versions.map(({ version }) => iriOf(subject, 'version', version)),
    ),
    ...(parent === undefined ? [] : [relation(subject, 'ancestorOf', iriOf(subject, 'model', parent.model), [model])]),
    ...licensed.flatMap(({ of, licence }) => [
      element('simplelicensing_SimpleLicensingText', `${of}:licence`, { simplelicensing_licenseText: licence }),
      relation(subject, 'hasDeclaredLicense', of, [`${of}:licence`]),
    ]),
  ]
  return {
    '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
    '@graph': [
      {
        type: 'CreationInfo',
        '@id': CREATION,
        specVersion: '3.0.1',
        created: isoTime(origin.block.timestamp),
        createdBy: [tool],
        comment: urnOf(subject),
      },
      element('SpdxDocument', document, {
        profileConformance: ['core', 'software', 'ai', 'dataset', 'simpleLicensing'],
        rootElement: [model],
        element: elements.map(({ spdxId }) => spdxId),
      }),
      ...elements,
    ],
  }
}

interface Element {
  readonly type: string
  readonly spdxId: string
}

function element(type: string, spdxId: string, properties: object): Element {
  return { type, spdxId, creationInfo: CREATION, ...properties } as Element
}

function relation(subject: Subject, relationshipType: string, from: string, to: readonly string[]): Element {
  const [, , , ...parts] = from.split(':')
  const spdxId = iriOf(subject, relationshipType, ...parts.slice(1))
  return element('Relationship', spdxId, { relationshipType, from, to })
}

function modelPackage(subject: Subject, owner: string): Element {
  const { record, run } = subject
  const { begun, registered, evaluations } = record
  const sha256 = weightsSha256(subject)
  const task = run !== undefined && 'task' in run ? run.task?.name : undefined
  return element('ai_AIPackage', iriOf(subject, 'model', record.model), {
    name: `model ${record.model} of ${record.origin.deployment}`,
    software_packageVersion: `${record.model}`,
    software_primaryPurpose: 'model',
    software_downloadLocation: uriOr(begun.manifestUri, urnOf(subject)),
    releaseTime: isoTime(record.registeredAt),
    suppliedBy: owner,
    verifiedUsing: [
      keccak('adapter weights', begun.adapterHash),
      keccak('run.json', begun.manifestHash),
      keccak('row index file', begun.indexHash),
      keccak('Merkle root of the row index', registered.indexRoot),
      ...(sha256 === undefined ? [] : [{ type: 'Hash', algorithm: 'sha256', hashValue: sha256 }]),
    ],
    ai_typeOfModel: [begun.method === 'Full' ? 'full fine-tune' : `${begun.method} adapter`],
    ...(task !== undefined && { ai_domain: [task] }),
    ...(evaluations.length > 0 && {
      ai_metric: evaluations.map(({ evaluation, metric, scoreMillionths, task: of, kind }) => ({
        type: 'DictionaryEntry',
        key: `${of ?? kind}: ${metric} (evaluation ${evaluation})`,
        value: decimal(scoreMillionths),
      })),
    }),
  })
}

function ancestorPackage(subject: Subject, ancestor: ModelAncestor): Element {
  const { model } = ancestor
  const of = iriOf(subject, 'model', model)
  if (ancestor.kind === 'fineTune')
    return element('software_Package', of, {
      name: `model ${model} of ${subject.record.origin.deployment}`,
      software_primaryPurpose: 'model',
      verifiedUsing: [keccak('adapter weights', ancestor.adapterHash)],
    })
  const { name, weightsHash, weightsUri } = ancestor.base
  return element('software_Package', of, {
    name,
    software_primaryPurpose: 'model',
    ...(URL.canParse(weightsUri) && { software_downloadLocation: weightsUri }),
    verifiedUsing: [keccak('weights', weightsHash)],
  })
}

function datasetPackage(subject: Subject, version: VersionRecord, curator: string): Element {
  const { dataset, contributions, frozenAt } = version
  const of = iriOf(subject, 'version', version.version)
  return element('dataset_DatasetPackage', of, {
    name: `dataset ${dataset.dataset}, version ${version.version}`,
    software_packageVersion: `${version.version}`,
    software_primaryPurpose: 'data',
    software_downloadLocation: uriOr(dataset.metadataUri, of),
    releaseTime: isoTime(frozenAt),
    builtTime: isoTime(frozenAt),
    originatedBy: [curator],
    dataset_datasetType: ['noAssertion'],
    dataset_datasetSize: Number(itemsIn(version)),
    verifiedUsing: [
      keccak('terms', dataset.termsHash),
      keccak('metadata', dataset.metadataHash),
      ...contributions.map(({ contribution, contributor, itemsRoot, itemCount, withdrawnAt }) =>
        keccak(
          `Merkle root of the ${itemCount} items of contribution ${contribution} by account ${contributor}${withdrawnAt === undefined ? '' : `, withdrawn ${isoTime(withdrawnAt)}`}`,
          itemsRoot,
        ),
      ),
    ],
  })
}

function keccak(of: string, hash: string): object {
  return { type: 'Hash', algorithm: 'other', hashValue: hash.slice(2), comment: `keccak-256: ${of}` }
}

function uriOr(uri: string, otherwise: string): string {
  return URL.canParse(uri) ? uri : otherwise
}
