import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** PYTHON names an interpreter that has the packages of pipeline/gpu/requirements.txt and datasets; without one this is skipped. */
const python = process.env.PYTHON ?? 'python3'
const modules = 'torch, peft, transformers, safetensors, tqdm, Crypto, datasets'
const isPresent = spawnSync(python, ['-c', `import ${modules}`]).status === 0

it.skipIf(!isPresent)(
  'the Python package passes its own tests (needs torch and peft, see docs/gpu.md)',
  () => {
    const { status, stderr } = spawnSync(
      python,
      ['-m', 'unittest', 'discover', '-s', import.meta.dirname, '-p', 'test_*.py'],
      { encoding: 'utf8', env: { ...process.env, PYTHONPATH: 'pipeline/gpu', PYTHONDONTWRITEBYTECODE: '1' } },
    )
    expect(stderr).toMatch(/\nRan \d+ tests in [\d.]+s\n\nOK\n$/)
    expect(status).toBe(0)
  },
  600_000,
)

it('the Python package knows adapters by the same facts', () => {
  const [own, other] = ['run/peftAdapter.json', 'gpu/attribution_run/peft_adapter.json'].map((path) =>
    readFileSync(new URL(`../../../pipeline/${path}`, import.meta.url), 'utf8'),
  )
  expect(other).toBe(own)
})
