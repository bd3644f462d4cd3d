import { describe, expect, it } from 'vitest'
import { drawn } from '../../scripts/mutate/draw.ts'
import { mutantsOf } from '../../scripts/mutate/mutants.ts'
import { compile } from '../../scripts/solidity/compile.ts'

const file = 'contracts/Till.sol'

function faultsIn(body: string): readonly string[] {
  const source = `pragma solidity 0.8.37;\ncontract Till {\n  uint256 public held;\n  error Till_Empty();\n${body}\n}`
  const { syntax, errors } = compile(new Map([[file, source]]), { '*': { '': ['ast'] } })
  expect(errors).toEqual([])
  const tree = syntax.get(file)
  if (tree === undefined) throw new Error('the compiler gave no syntax tree')
  return mutantsOf(file, source, tree).map(({ fault, was, becomes }) => `${fault}: ${was} → ${becomes}`)
}

describe('mutants', () => {
  it('move a bound by one, and a comparison by its edge or round', () => {
    expect(faultsIn('function a(uint256 x) public pure returns (bool y) { y = x < 10; }')).toEqual([
      'statement dropped: y = x < 10; → ',
      'comparison: < → <=',
      'comparison: < → >=',
      'bound: 10 → 11',
      'bound: 10 → 9',
    ])
  })

  it('drop a check, and turn round what it only asks', () => {
    expect(faultsIn('function a(bool isOpen) public pure { require(isOpen, Till_Empty()); }')).toEqual([
      'check dropped: require(isOpen, Till_Empty()); → ',
      'condition: isOpen → !(isOpen)',
    ])
  })

  it('drop a modifier, but not the call of a base', () => {
    expect(faultsIn('modifier guarded() { _; }\nfunction a() public guarded {}')).toEqual([
      'modifier dropped: guarded → ',
    ])
  })

  it('change sums where they are kept', () => {
    expect(faultsIn('function a(uint256 x) public { held += x; }')).toEqual([
      'statement dropped: held += x; → ',
      'arithmetic: += → -=',
      'arithmetic: += → =',
    ])
  })

  it('take either side of a choice', () => {
    expect(faultsIn('function a(bool x, uint256 y) public view returns (uint256) { return x ? y : held; }')).toEqual([
      'value dropped: return x ? y : held; → ',
      'condition: x ? y : held → y',
      'condition: x ? y : held → held',
    ])
  })

  it('change assembly as well', () => {
    expect(
      faultsIn('function a(uint256 x) public pure returns (uint256 y) { assembly { y := add(x, 0x20) } }'),
    ).toEqual([
      'statement dropped: y := add(x, 0x20) → ',
      'arithmetic: add → sub',
      'bound: 0x20 → 0x21',
      'bound: 0x20 → 0x1f',
    ])
  })

  it('are found at their place in a source that is not ASCII', () => {
    expect(faultsIn('// Σ of π\nfunction a(uint256 x) public { held = x * 2; }')).toContain('arithmetic: * → /')
  })
})

describe('a draw', () => {
  const items = Array.from({ length: 50 }, (_, place) => place)

  it('is the same for the same seed, and another for another', () => {
    expect(drawn(items, 9, 1)).toEqual(drawn(items, 9, 1))
    expect(drawn(items, 9, 1)).not.toEqual(drawn(items, 9, 2))
  })

  it('begins a larger draw with a smaller one, takes nothing twice, and of everything takes all', () => {
    expect(drawn(items, 20, 1).slice(0, 9)).toEqual(drawn(items, 9, 1))
    expect(new Set(drawn(items, 9, 1)).size).toBe(9)
    expect(drawn(items, 50, 1).toSorted((a, b) => a - b)).toEqual(items)
  })
})
