import { describe, expect, it } from 'vitest'
import { withoutCredentials } from '../../sdk/nodeFailure.ts'

describe('the name of a node', () => {
  it.each([
    ['https://user:secret@node.example/v2/secret?key=secret', 'https://node.example'],
    ['https://user:sec ret/#?@node.example:99999/v2/secret', 'https://node.example:99999'],
    ['node.example/v2/secret', 'node.example'],
    ['localhost:8545', 'localhost:8545'],
    ['localhost', 'localhost'],
    ['', ''],
  ])('of %s holds no secret', (url, name) => {
    expect(withoutCredentials(url)).toBe(name)
  })
})
