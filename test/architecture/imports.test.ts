import { globSync, readFileSync } from 'node:fs'
import { dirname, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { arrows, top } from '../../scripts/house/arrows.ts'

/** Tables that name each other: what an account has leads to books, and a book to its accounts. */
const MAY_CIRCLE = 'indexer/api/entities/'

const importPattern = /(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g

function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8')
  return [...source.matchAll(importPattern)].map((match) => normalize(`${dirname(file)}/${match[1]}`))
}

describe('imports', () => {
  for (const [room, others] of Object.entries(arrows)) {
    it(`${room} imports only itself${others.map((other) => ` and ${other}`).join('')}`, () => {
      const files = globSync(`${room}/**/*.{ts,tsx,mjs}`)
      expect(files).not.toEqual([])
      const strays = files
        .flatMap((file) => importsOf(file).map((target) => ({ file, target })))
        .filter(({ target }) => ![room, ...others].some((folder) => target.startsWith(`${folder}/`)))
      expect(strays).toEqual([])
    })
  }

  it('run in no circle, types included', () => {
    const files = globSync(`{${[...Object.keys(arrows), ...top].join()}}/**/*.{ts,tsx}`)
    const graph = new Map(files.map((file) => [file, importsOf(file)]))
    expect(circlesIn(graph).filter((circle) => circle.some((file) => !file.startsWith(MAY_CIRCLE)))).toEqual([])
  })
})

/** Files that lead back to themselves: the strongly connected components of more than one (Tarjan 1972). */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const circles: string[][] = []
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const path: string[] = []
  const visit = (file: string): number => {
    const place = order.size
    order.set(file, place)
    lowest.set(file, place)
    path.push(file)
    for (const target of graph.get(file) ?? []) {
      if (!graph.has(target)) continue
      const reached = order.has(target)
        ? path.includes(target)
          ? (order.get(target) as number)
          : place
        : visit(target)
      lowest.set(file, Math.min(lowest.get(file) as number, reached))
    }
    const low = lowest.get(file) as number
    if (low === place) {
      const circle = path.splice(path.indexOf(file))
      if (circle.length > 1) circles.push(circle)
    }
    return low
  }
  for (const file of graph.keys()) if (!order.has(file)) visit(file)
  return circles
}
