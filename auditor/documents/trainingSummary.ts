import { row } from './modelCard.ts'
import { isoTime, itemsIn, type Subject, urnOf } from './subject.ts'

// A draft of the public summary of training content that Article 53(1)(d) of Regulation (EU) 2024/1689
// asks for, under the headings of the Commission's template of 24 July 2025. It says what the chain
// says; what only the provider knows is marked.

const UNKNOWN = '*Not known from the chain: for the provider to fill in.*'

export function trainingSummaryOf(subject: Subject): string {
  const { record } = subject
  const { origin, begun, registered, ancestors, versions } = record
  const [parent] = ancestors
  const base = parent?.kind === 'base' ? parent.base.name : parent === undefined ? undefined : `model ${parent.model}`
  const section = (heading: string, ...lines: readonly string[]) => [heading, '', ...lines, '']
  return [
    ...section(
      '# Public summary of training content: draft',
      `Article 53(1)(d) of Regulation (EU) 2024/1689. Made from ${urnOf(subject)}.`,
    ),
    ...section('## 1. General information'),
    ...section(
      '### 1.1 Provider identification',
      `Account ${record.entered.owner} on chain ${origin.chainId}.`,
      UNKNOWN,
    ),
    ...section(
      '### 1.2 Model identification',
      row('what', ''),
      row('---', '---'),
      row('versioned model name', `model ${record.model} of ${origin.deployment}`),
      row('model dependencies', base === undefined ? 'none' : `a modification (${begun.method}) of ${base}`),
      row('registered on chain', isoTime(record.registeredAt)),
      row('date of placement on the Union market', UNKNOWN),
    ),
    ...section(
      '### 1.3 Modalities, overall training data size and other characteristics',
      row('what', ''),
      row('---', '---'),
      row(
        'items in the dataset versions',
        versions.reduce((sum, version) => sum + itemsIn(version), 0n),
      ),
      row('rows kept for training', registered.keptRows),
      row('latest date of data acquisition', isoTime(latestOf(versions.map(({ frozenAt }) => frozenAt)))),
      row('modalities, types of content, languages', UNKNOWN),
      '',
      'This covers the fine-tuning alone; the summary of the model it modifies covers what came before.',
    ),
    ...section('## 2. List of data sources'),
    ...section('### 2.1 Publicly available datasets', 'None that the chain names.', UNKNOWN),
    ...section(
      '### 2.2 Private non-publicly available datasets obtained from third parties',
      'Contributors committed to these items by hash and agreed to the terms below. Their texts are not published.',
      '',
      row('dataset', 'version', 'licence', 'terms, keccak256', 'contributions', 'items', 'withdrawn since'),
      row('---', '---', '---', '---', '---', '---', '---'),
      ...versions.map((version) =>
        row(
          version.dataset.dataset,
          version.version,
          version.dataset.licence,
          version.dataset.termsHash,
          version.contributions.length,
          itemsIn(version),
          version.contributions.filter(({ withdrawnAt }) => withdrawnAt !== undefined).length,
        ),
      ),
    ),
    ...section('### 2.3 Data crawled and scraped from online sources', UNKNOWN),
    ...section('### 2.4 User data', UNKNOWN),
    ...section('### 2.5 Synthetic data', UNKNOWN),
    ...section('### 2.6 Other sources of data', UNKNOWN),
    ...section('## 3. Data processing aspects'),
    ...section(
      '### 3.1 Respect of reservation of rights from text and data mining exception or limitation',
      'Every contributor can withdraw consent; later versions then leave its contribution out.',
      UNKNOWN,
    ),
    ...section('### 3.2 Removal of illegal content', UNKNOWN),
    ...section(
      '### 3.3 Other information (optional)',
      `The rows' Merkle root is ${registered.indexRoot}; the run manifest hashes to ${begun.manifestHash}.`,
    ),
  ].join('\n')
}

function latestOf(times: readonly bigint[]): bigint {
  return times.toSorted((a, b) => Number(a - b)).at(-1) ?? 0n
}
