// What SPDX 3.0.1 demands of the classes that our documents use, from the text of its model
// (https://spdx.github.io/spdx-spec/v3.0.1/) as a JSON schema: classes, required properties, types and
// vocabularies. docs/provenance.md says how to run the project's own validators too.

const text = { type: 'string', minLength: 1 }
const iri = { type: 'string', pattern: '^(urn|https?|ipfs|ar):' }
const time = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$' }
const many = (items: object) => ({ type: 'array', minItems: 1, items })

const hash = {
  type: 'object',
  required: ['type', 'algorithm', 'hashValue'],
  additionalProperties: false,
  properties: {
    type: { const: 'Hash' },
    algorithm: { enum: ['other', 'sha256'] },
    hashValue: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    comment: text,
  },
}
const entry = {
  type: 'object',
  required: ['type', 'key'],
  additionalProperties: false,
  properties: { type: { const: 'DictionaryEntry' }, key: text, value: text },
}

const element = { spdxId: iri, creationInfo: { const: '_:creation' }, name: text, verifiedUsing: many(hash) }
const softwarePackage = {
  ...element,
  software_packageVersion: text,
  software_primaryPurpose: { enum: ['model', 'data'] },
  software_downloadLocation: iri,
  releaseTime: time,
  builtTime: time,
  suppliedBy: iri,
  originatedBy: many(iri),
}

function classOf(type: string, required: readonly string[], properties: object): object {
  return {
    type: 'object',
    required: ['type', ...required],
    additionalProperties: false,
    properties: { type: { const: type }, ...properties },
  }
}

const named = ['spdxId', 'creationInfo', 'name']
const classes = [
  classOf('CreationInfo', ['@id', 'specVersion', 'created', 'createdBy'], {
    '@id': { const: '_:creation' },
    specVersion: { const: '3.0.1' },
    created: time,
    createdBy: many(iri),
    comment: text,
  }),
  classOf('SpdxDocument', ['spdxId', 'creationInfo', 'rootElement', 'profileConformance'], {
    ...element,
    rootElement: many(iri),
    element: many(iri),
    profileConformance: many({ enum: ['core', 'software', 'ai', 'dataset', 'simpleLicensing'] }),
  }),
  classOf('Agent', named, element),
  classOf('SoftwareAgent', named, element),
  classOf('software_Package', named, softwarePackage),
  // The profile AI requires these four of a package beyond its class.
  classOf(
    'ai_AIPackage',
    [
      ...named,
      'software_packageVersion',
      'software_primaryPurpose',
      'software_downloadLocation',
      'releaseTime',
      'suppliedBy',
    ],
    { ...softwarePackage, ai_typeOfModel: many(text), ai_domain: many(text), ai_metric: many(entry) },
  ),
  // And the profile Dataset these.
  classOf(
    'dataset_DatasetPackage',
    [
      ...named,
      'dataset_datasetType',
      'software_primaryPurpose',
      'software_downloadLocation',
      'releaseTime',
      'builtTime',
      'originatedBy',
    ],
    {
      ...softwarePackage,
      dataset_datasetType: many({ const: 'noAssertion' }),
      dataset_datasetSize: { type: 'integer', minimum: 0 },
    },
  ),
  classOf('simplelicensing_SimpleLicensingText', ['spdxId', 'creationInfo', 'simplelicensing_licenseText'], {
    ...element,
    simplelicensing_licenseText: text,
  }),
  classOf('Relationship', ['spdxId', 'creationInfo', 'from', 'to', 'relationshipType'], {
    ...element,
    from: iri,
    to: many(iri),
    relationshipType: { enum: ['trainedOn', 'ancestorOf', 'hasDeclaredLicense'] },
  }),
]

export const spdxSchema = {
  type: 'object',
  required: ['@context', '@graph'],
  additionalProperties: false,
  properties: {
    '@context': { const: 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld' },
    '@graph': many({ oneOf: classes }),
  },
}
