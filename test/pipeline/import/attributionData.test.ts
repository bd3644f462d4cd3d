import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type AttributionChoices, readAttributionData } from '../../../pipeline/import/attributionData.ts'
import { readIds } from '../../../pipeline/import/contributions.ts'
import { openSource } from '../../../pipeline/import/sourceFolder.ts'
import { copyOf, expectedRows, fixture, ROWS, refusalOf, scratch, WIDTH } from './importSetup.ts'

const newFolder = scratch()
const MODULES = [
  { name: 'layers.0.self_attn.q_proj', width: 24 },
  { name: 'layers.0.self_attn.v_proj', width: 40 },
]

function rowsIn(folder: string, choices: AttributionChoices = {}): number[][] {
  const { n, width, blocks } = readAttributionData(openSource(folder), choices)
  const values = [...blocks()].flatMap((block) => [...block])
  return Array.from({ length: n }, (_, i) => values.slice(i * width, (i + 1) * width).map((value) => value + 0))
}

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
const rewrite = (path: string, change: (content: ReturnType<typeof JSON.parse>) => unknown) =>
  writeFileSync(path, JSON.stringify(change(json(path))))

describe('the same rows are read', () => {
  it.each([
    ['Bergson, in bfloat16', 'bergson', 'bergson', MODULES],
    ['Bergson, in parts', 'bergson-parts', 'bergson', MODULES],
    ['TRAK, in float16, its gradients turned into those of the loss', 'trak', 'trak', []],
    ['LogIX, from two ranks and out of order', 'logix', 'logix', MODULES],
    [
      'dattri, in bfloat16 and two chunks',
      'dattri',
      'dattri',
      [
        { name: 'layer 0', width: 24 },
        { name: 'layer 1', width: 40 },
      ],
    ],
    ['kronfluence, a column of scores a row', 'kronfluence', 'kronfluence', MODULES.map((m) => ({ ...m, width: 32 }))],
    ['a tensor of any other tool, in float16', 'plain', 'safetensors', []],
  ])('of %s', (_, folder, tool, modules) => {
    const { blocks: _blocks, files, settings: _settings, ...about } = readAttributionData(openSource(fixture(folder)))
    expect(about).toEqual({
      tool,
      n: ROWS,
      width: WIDTH,
      content: tool === 'kronfluence' ? 'query-scores' : 'loss-gradient',
      modules,
    })
    expect(files.every((file) => existsSync(join(fixture(folder), file)))).toBe(true)
    expect(rowsIn(fixture(folder))).toEqual(expectedRows)
  })

  it('of LogIX whose examples have hashes for names, in the order that the caller gives', () => {
    const ids = readIds(fixture('logix-hashes/ids.txt'))
    expect(rowsIn(fixture('logix-hashes'), { ids })).toEqual(expectedRows)
    expect(rowsIn(fixture('logix-hashes'), { ids: ids.toReversed() })).toEqual(expectedRows.toReversed())
    expect(refusalOf(() => rowsIn(fixture('logix-hashes')))).toMatchObject({
      facts: { field: 'data_id', missing: '0' },
    })
    expect(refusalOf(() => rowsIn(fixture('logix-hashes'), { ids: ids.slice(1) }))).toMatchObject({
      facts: { examples: 6, listed: 5 },
    })
    expect(refusalOf(() => rowsIn(fixture('logix-hashes'), { ids: [...ids.slice(1), ids[1] ?? ''] }))).toMatchObject({
      facts: { field: 'data_id' },
    })
  })

  it('of a big-endian index as of a little-endian one', () => {
    const folder = copyOf(newFolder(), 'bergson-parts/shard_00000')
    writeFileSync(join(folder, 'gradients.bin'), readFileSync(join(folder, 'gradients.bin')).swap32())
    rewrite(join(folder, 'info.json'), (info) => ({ ...info, base_dtype: '>f4' }))
    expect(rowsIn(folder)).toEqual(expectedRows.slice(0, 4))
  })
})

describe('a folder is refused', () => {
  it.each<[string, readonly string[], (folder: string) => void, object]>([
    [
      'without attribution data',
      ['trl'],
      (folder) => rmSync(join(folder, 'training_args.bin')),
      { message: expect.stringContaining('it holds no attribution data that is known') },
    ],
    ['with pickles only', ['trl'], () => {}, { file: 'training_args.bin', message: expect.stringContaining('pickle') }],
    [
      'with the data of two tools',
      ['bergson', 'trak'],
      () => {},
      { message: expect.stringMatching(/bergson and of trak/) },
    ],
    [
      'with parts of two indexes',
      ['bergson-parts'],
      (folder) =>
        rewrite(join(folder, 'shard_00001/info.json'), (info) => ({
          ...info,
          dtype: { ...info.dtype, names: ['a', 'b'] },
          grad_sizes: { a: 24, b: 40 },
        })),
      { file: 'shard_00001/info.json', facts: { field: 'grad_sizes' } },
    ],
    [
      'without what describes it',
      ['bergson'],
      (folder) => rmSync(join(folder, 'info.json')),
      { file: 'info.json', message: 'info.json: it is missing' },
    ],
    [
      'cut short',
      ['bergson'],
      (folder) => truncateSync(join(folder, 'gradients.bin'), 700),
      { file: 'gradients.bin', message: 'gradients.bin: it is cut short', facts: { bytes: 700, expected: 768 } },
    ],
    [
      'of a type that is none',
      ['bergson'],
      (folder) => rewrite(join(folder, 'info.json'), (info) => ({ ...info, base_dtype: 'int8' })),
      { file: 'info.json', facts: { field: 'base_dtype' } },
    ],
    [
      'whose description contradicts itself',
      ['bergson'],
      (folder) =>
        rewrite(join(folder, 'info.json'), (info) => ({ ...info, grad_sizes: { ...info.grad_sizes, more: 1 } })),
      { file: 'info.json', facts: { field: 'dtype' } },
    ],
    [
      'of gradients that were preconditioned',
      ['bergson'],
      (folder) =>
        writeFileSync(join(folder, 'preprocess_config.json'), '{"hessian_path": "hessian", "aggregation": "none"}'),
      { file: 'preprocess_config.json', facts: { field: 'hessian_path' } },
    ],
    [
      'of gradients that were summed',
      ['bergson'],
      (folder) =>
        writeFileSync(join(folder, 'preprocess_config.json'), '{"hessian_path": null, "aggregation": "mean"}'),
      { file: 'preprocess_config.json', facts: { field: 'aggregation' } },
    ],
    [
      'of a gradient for every token',
      ['bergson'],
      (folder) => writeFileSync(join(folder, 'token_gradients.bin'), ''),
      { file: 'token_gradients.bin' },
    ],
    [
      'with a NaN',
      ['bergson-parts'],
      (folder) => overwrite(join(folder, 'shard_00001/gradients.bin'), 260, [0, 0, 0xc0, 0x7f]),
      { file: 'shard_00001/gradients.bin', facts: { row: 5, entry: 1, value: 'NaN' } },
    ],
    [
      'with an infinity',
      ['trak'],
      (folder) => overwrite(join(folder, '0/grads.mmap'), 128 + 2, [0, 0x7c]),
      { file: '0/grads.mmap', facts: { row: 0, entry: 1, value: 'Infinity' } },
    ],
    [
      'that TRAK did not finish',
      ['trak'],
      (folder) => rewrite(join(folder, 'id_0.json'), () => ({ 0: { total_num_featurized: 4, is_finalized: 0 } })),
      { file: 'id_0.json', facts: { field: 'total_num_featurized', found: 4, expected: 6 } },
    ],
    [
      'whose gradients TRAK deleted',
      ['trak'],
      (folder) => rmSync(join(folder, '0/grads.mmap')),
      { file: 'grads.mmap', message: expect.stringContaining('TRAK deletes it') },
    ],
    [
      'of another shape than it says',
      ['trak'],
      (folder) => rewrite(join(folder, 'metadata.json'), (about) => ({ ...about, 'JL dimension': 32 })),
      { file: '0/grads.mmap', facts: { shape: '6×64', expected: '6×32' } },
    ],
    [
      'in Fortran order',
      ['trak'],
      (folder) => replace(join(folder, '0/grads.mmap'), 'False', 'True '),
      { file: '0/grads.mmap', facts: { field: 'fortran_order' } },
    ],
    [
      'of NumPy objects, which are pickles',
      ['trak'],
      (folder) => replace(join(folder, '0/grads.mmap'), "'<f2'", "'|O8'"),
      { file: '0/grads.mmap', facts: { field: 'descr' } },
    ],
    [
      'with examples that were logged twice',
      ['logix'],
      (folder) => {
        const log = join(folder, 'log_rank_1_chunk_0_metadata.json')
        rewrite(log, (entries) =>
          entries.map((entry: object, i: number) => (i === 0 ? { ...entry, data_id: '4' } : entry)),
        )
      },
      { file: 'log_rank_1_chunk_0_metadata.json', facts: { field: 'data_id' } },
    ],
    [
      'with logs of something else',
      ['logix'],
      (folder) => replace(join(folder, 'log_rank_0_chunk_0_metadata.json'), '"grad"', '"back"'),
      { file: 'log_rank_0_chunk_0_metadata.json', facts: { field: 'path' } },
    ],
    [
      'with a hole between examples',
      ['logix'],
      (folder) => replace(join(folder, 'log_rank_0_chunk_0_metadata.json'), '"offset": 256', '"offset": 260'),
      { file: 'log_rank_0_chunk_0_metadata.json', facts: { field: 'offset' } },
    ],
    [
      'with a chunk missing',
      ['dattri'],
      (folder) => {
        rmSync(join(folder, 'grad/chunk_gradients_0_1.mmap'))
        rmSync(join(folder, 'grad/chunk_gradients_0_1_metadata.json'))
      },
      { file: 'grad/chunk_gradients_2_2_metadata.json', facts: { field: 'batches', expected: 0, found: 2 } },
    ],
    [
      'with layers that do not add up',
      ['dattri'],
      (folder) =>
        rewrite(join(folder, 'grad/chunk_gradients_2_2_metadata.json'), (about) => ({
          ...about,
          layer_dims: [24, 41],
        })),
      { file: 'grad/chunk_gradients_2_2_metadata.json', facts: { field: 'layer_dims' } },
    ],
    [
      'with a part of the scores only',
      ['kronfluence'],
      (folder) => {
        const part = join(folder, 'pairwise_scores_data_partition0_module_partition0.safetensors')
        writeFileSync(part, readFileSync(join(folder, 'pairwise_scores.safetensors')))
        rmSync(join(folder, 'pairwise_scores.safetensors'))
      },
      { message: expect.stringContaining('it is one part of the scores') },
    ],
    [
      'with a tensor too many',
      ['plain'],
      (folder) => replace(join(folder, 'gradients.safetensors'), '"u"', '"w"'),
      { file: 'gradients.safetensors', message: expect.stringContaining('unknown tensor "w"') },
    ],
  ])('%s', (_, names, damage, expected) => {
    const folder = copyOf(newFolder(), ...names)
    damage(folder)
    expect(refusalOf(() => rowsIn(folder))).toMatchObject(expected)
  })

  it('of several checkpoints until one is chosen', () => {
    const folder = copyOf(newFolder(), 'trak')
    copyOf(join(folder, '1'), 'trak/0')
    writeFileSync(join(folder, 'id_1.json'), '{"1": {"total_num_featurized": 6, "is_finalized": 1}}')
    expect(refusalOf(() => rowsIn(folder))).toMatchObject({ facts: { checkpoints: '0 1' } })
    expect(refusalOf(() => rowsIn(folder, { checkpoint: '2' }))).toMatchObject({ facts: { checkpoints: '0 1' } })
    expect(rowsIn(folder, { checkpoint: '1' })).toEqual(expectedRows)
  })
})

function overwrite(path: string, at: number, bytes: readonly number[]): void {
  const content = readFileSync(path)
  content.set(bytes, at)
  writeFileSync(path, content)
}

function replace(path: string, from: string, to: string): void {
  const content = readFileSync(path, 'latin1')
  if (!content.includes(from)) throw new Error(`${path} does not hold ${from}`)
  writeFileSync(path, content.replaceAll(from, to), 'latin1')
}
