import { expect, it } from 'vitest'
import { places } from '../../../../indexer/api/http/places.ts'

it('places are few in all and for each client, and are left once however often that is said', () => {
  const open = places('exports', 3, 2)
  const [first] = [open.take('a'), open.take('a')]
  expect(() => open.take('a')).toThrow('You have 2 exports open already')
  open.take('b')
  expect(() => open.take('c')).toThrow('Too many exports')
  first?.()
  first?.()
  open.take('c')
  expect(() => open.take('d')).toThrow('Too many exports')
})
