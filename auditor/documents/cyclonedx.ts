import type { EvaluationRecorded } from '../../chain/events/evaluationFacts.ts'
import type { ModelAncestor, VersionRecord } from './modelRecord.ts'
import { decimal, iriOf, isoTime, itemsIn, type Subject, urnOf, uuidOf, weightsSha256 } from './subject.ts'

// An ML-BOM by CycloneDX 1.7 (https://cyclonedx.org/docs/1.7/json/). Its list of hash functions has no
// keccak-256, so what the chain commits to stands in properties named `attribution:…`.

export function cyclonedxOf(subject: Subject): object {
  const { record } = subject
  const { origin, begun, registered, versions, ancestors } = record
  const [parent] = ancestors
  const modelRef = iriOf(subject, 'model', record.model)
  const sha256 = weightsSha256(subject)
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.7',
    serialNumber: `urn:uuid:${uuidOf(subject)}`,
    version: 1,
    metadata: {
      timestamp: isoTime(origin.block.timestamp),
      component: {
        type: 'machine-learning-model',
        'bom-ref': modelRef,
        name: `model ${record.model} of ${origin.deployment}`,
        ...(sha256 !== undefined && { hashes: [{ alg: 'SHA-256', content: sha256 }] }),
        ...(begun.manifestUri !== '' && {
          externalReferences: [{ type: 'build-meta', url: begun.manifestUri, comment: 'run manifest' }],
        }),
        modelCard: modelCardOf(subject),
        ...(parent !== undefined && { pedigree: { ancestors: ancestors.map(describedAncestor) } }),
        properties: properties({
          source: urnOf(subject),
          registeredAt: isoTime(record.registeredAt),
          owner: record.entered.owner,
          method: begun.method,
          quantisation: quantisationOf(begun),
          'keccak256:adapter': begun.adapterHash,
          'keccak256:run.json': begun.manifestHash,
          'keccak256:rowIndex': begun.indexHash,
          rowIndexRoot: registered.indexRoot,
          keptRows: registered.keptRows,
          units: begun.unitCount,
          ...(record.struckUnits.length > 0 && { struckUnits: record.struckUnits.join(' ') }),
        }),
      },
    },
    components: [
      ...(parent === undefined ? [] : [ancestorOf(subject, parent)]),
      ...versions.map((version) => datasetOf(subject, version)),
    ],
    dependencies: [
      {
        ref: modelRef,
        dependsOn: [
          ...(parent === undefined ? [] : [iriOf(subject, 'model', parent.model)]),
          ...versions.map(({ version }) => iriOf(subject, 'version', version)),
        ],
      },
    ],
  }
}

function modelCardOf(subject: Subject): object {
  const { record, run } = subject
  const metrics = record.evaluations.map(metricOf)
  const task = run !== undefined && 'task' in run ? run.task?.name : undefined
  return {
    modelParameters: {
      ...(task !== undefined && { task }),
      datasets: record.versions.map(({ version }) => ({ ref: iriOf(subject, 'version', version) })),
    },
    ...(metrics.length > 0 && { quantitativeAnalysis: { performanceMetrics: metrics } }),
  }
}

function metricOf(evaluation: EvaluationRecorded): object {
  const { kind, metric, task, scoreMillionths, lowMillionths, highMillionths } = evaluation
  return {
    type: metric,
    value: decimal(scoreMillionths),
    slice: task ?? kind,
    confidenceInterval: {
      lowerBound: decimal(lowMillionths),
      upperBound: decimal(highMillionths),
    },
  }
}

function ancestorOf(subject: Subject, ancestor: ModelAncestor): object {
  return { ...describedAncestor(ancestor), 'bom-ref': iriOf(subject, 'model', ancestor.model) }
}

function describedAncestor(ancestor: ModelAncestor): object {
  const type = 'machine-learning-model'
  if (ancestor.kind === 'fineTune')
    return {
      type,
      name: `model ${ancestor.model}`,
      properties: properties({ 'keccak256:adapter': ancestor.adapterHash }),
    }
  const { name, licence, weightsHash, weightsUri } = ancestor.base
  return {
    type,
    name,
    licenses: [{ license: { name: licence } }],
    ...(weightsUri !== '' && { externalReferences: [{ type: 'distribution', url: weightsUri }] }),
    properties: properties({ 'keccak256:weights': weightsHash }),
  }
}

function datasetOf(subject: Subject, version: VersionRecord): object {
  const { dataset, contributions, curator } = version
  return {
    type: 'data',
    'bom-ref': iriOf(subject, 'version', version.version),
    name: `dataset ${dataset.dataset}`,
    version: `${version.version}`,
    licenses: [{ license: { name: dataset.licence } }],
    data: [
      {
        type: 'dataset',
        name: `dataset ${dataset.dataset}, version ${version.version}`,
        contents: {
          ...(dataset.metadataUri !== '' && { url: dataset.metadataUri }),
          // The items' roots are what the version consists of.
          properties: contributions.map(({ contribution, contributor, itemsRoot, itemCount, withdrawnAt }) => ({
            name: `attribution:contribution:${contribution}`,
            value: [
              `account ${contributor}`,
              `${itemCount} items`,
              `root ${itemsRoot}`,
              ...(withdrawnAt === undefined ? [] : [`withdrawn ${isoTime(withdrawnAt)}`]),
            ].join(', '),
          })),
        },
        governance: { stewards: [{ contact: { name: `curator ${curator}` } }] },
      },
    ],
    properties: properties({
      frozenAt: isoTime(version.frozenAt),
      contributions: contributions.length,
      items: itemsIn(version),
      'keccak256:terms': dataset.termsHash,
      'keccak256:metadata': dataset.metadataHash,
    }),
  }
}

export function quantisationOf(begun: {
  readonly quantisationScheme: string
  readonly quantisationBits: bigint
  readonly doubleQuant: boolean
}): string {
  const { quantisationScheme, quantisationBits, doubleQuant } = begun
  if (quantisationBits === 0n) return 'none'
  return `${quantisationScheme}, ${quantisationBits} bits${doubleQuant ? ', double' : ''}`
}

function properties(of: Readonly<Record<string, string | number | bigint>>): readonly object[] {
  return Object.entries(of).map(([name, value]) => ({ name: `attribution:${name}`, value: `${value}` }))
}
