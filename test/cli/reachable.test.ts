import { describe, expect, it } from 'vitest'
import { unreachable } from '../../cli/reachable.ts'

describe('an address that is registered for good', () => {
  it.each([
    'https://example.org/blobs/',
    'http://8.8.8.8/',
    'https://[2001:4860:4860::8888]/',
    'ipfs://bafy',
    'ar://x',
    'hf://a/b',
  ])('is reached by others at %s', (uri) => {
    expect(unreachable(uri)).toBeUndefined()
  })

  it.each([
    ['http://127.0.0.1:4000/blobs/', '127.0.0.1 is reached from this machine or network alone'],
    ['http://2130706433/', '127.0.0.1 is reached from this machine or network alone'],
    ['http://[::ffff:127.0.0.1]/', '::ffff:7f00:1 is reached from this machine or network alone'],
    ['http://[::1]/', '::1 is reached from this machine or network alone'],
    ['http://[fd00::1]/', 'fd00::1 is reached from this machine or network alone'],
    ['http://172.31.255.1/', '172.31.255.1 is reached from this machine or network alone'],
    ['http://localhost./', 'localhost means something else elsewhere'],
    ['https://nas.local/', 'nas.local means something else elsewhere'],
    ['https://nas/', 'nas means something else elsewhere'],
    ['file:///srv/blobs/', 'it is a file of this machine'],
    ['/srv/blobs/', 'it is no address'],
    ['blobs', 'it is no address'],
  ])('is not at %s', (uri, why) => {
    expect(unreachable(uri)).toBe(why)
  })
})
