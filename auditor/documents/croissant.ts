import { iriOf, isoTime, itemsIn, type Subject, urnOf } from './subject.ts'

// A dataset version by Croissant 1.1 (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html).
// The texts are nowhere published, so there is no distribution: the records are the contributions, by
// the roots that commit to their items.

const FIELDS = {
  contribution: ['sc:Text', 'keccak256 of dataset, contributor, root and number of items'],
  contributor: ['sc:Integer', 'the account that contributed'],
  itemsRoot: ['sc:Text', 'Merkle root (keccak256) of the salted hashes of its items'],
  itemCount: ['sc:Integer', 'how many items'],
  withdrawnAt: ['sc:Text', 'when consent was withdrawn; empty while it stands'],
} as const

export function croissantOf(subject: Subject): object {
  const { version } = subject
  const { dataset, contributions, curator, frozenAt } = version
  const names = Object.keys(FIELDS) as (keyof typeof FIELDS)[]
  return {
    '@context': CONTEXT,
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.1',
    name: `dataset-${dataset.dataset}-version-${version.version}`,
    description: `Version ${version.version} of dataset ${dataset.dataset}: ${itemsIn(version)} items in ${contributions.length} contributions, committed to by hash. The items are not published. Terms: keccak256 ${dataset.termsHash}; metadata: keccak256 ${dataset.metadataHash}.`,
    url: URL.canParse(dataset.metadataUri) ? dataset.metadataUri : iriOf(subject, 'version', version.version),
    identifier: urnOf(subject),
    license: { '@type': 'sc:CreativeWork', name: dataset.licence, identifier: dataset.termsHash },
    creator: { '@type': 'sc:Organization', name: `curator ${curator}; whether a person or an organisation is unknown` },
    datePublished: isoTime(frozenAt),
    version: `${version.version}.0.0`,
    recordSet: [
      {
        '@type': 'cr:RecordSet',
        '@id': 'contributions',
        name: 'contributions',
        description: 'The contributions of this version, in the order in which they were submitted.',
        key: { '@id': 'contributions/contribution' },
        field: names.map((name) => ({
          '@type': 'cr:Field',
          '@id': `contributions/${name}`,
          name,
          description: FIELDS[name][1],
          dataType: FIELDS[name][0],
        })),
        data: contributions.map(({ contribution, contributor, itemsRoot, itemCount, withdrawnAt }) => ({
          'contributions/contribution': contribution,
          'contributions/contributor': contributor,
          'contributions/itemsRoot': itemsRoot,
          'contributions/itemCount': Number(itemCount),
          'contributions/withdrawnAt': withdrawnAt === undefined ? '' : isoTime(withdrawnAt),
        })),
      },
    ],
  }
}

/** Appendix 1 of the specification. */
const CONTEXT = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  arrayShape: 'cr:arrayShape',
  citeAs: 'cr:citeAs',
  column: 'cr:column',
  conformsTo: 'dct:conformsTo',
  containedIn: 'cr:containedIn',
  cr: 'http://mlcommons.org/croissant/',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  dct: 'http://purl.org/dc/terms/',
  description: { '@container': '@language' },
  equivalentProperty: 'cr:equivalentProperty',
  examples: { '@id': 'cr:examples', '@type': '@json' },
  extract: 'cr:extract',
  field: 'cr:field',
  fileObject: 'cr:fileObject',
  fileProperty: 'cr:fileProperty',
  fileSet: 'cr:fileSet',
  format: 'cr:format',
  includes: 'cr:includes',
  isArray: 'cr:isArray',
  isLiveDataset: 'cr:isLiveDataset',
  jsonPath: 'cr:jsonPath',
  key: 'cr:key',
  md5: 'cr:md5',
  name: { '@container': '@language' },
  parentField: 'cr:parentField',
  path: 'cr:path',
  rai: 'http://mlcommons.org/croissant/RAI/',
  recordSet: 'cr:recordSet',
  references: 'cr:references',
  regex: 'cr:regex',
  repeated: 'cr:repeated',
  replace: 'cr:replace',
  samplingRate: 'cr:samplingRate',
  sc: 'https://schema.org/',
  separator: 'cr:separator',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
}
