import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql'
import { type Entity, fieldsOf } from './entity.ts'

/**
 * The columns that a request needs of an entity's rows: what it shows of them and what its links start
 * from. A computed field may start from any, so it needs all.
 *
 * @param path The fields between the resolved one and the rows, such as `items`.
 */
export function columnsAsked(
  entity: Entity,
  { fieldNodes, fragments }: GraphQLResolveInfo,
  path: readonly string[],
): readonly string[] | undefined {
  const columns = new Map(fieldsOf(entity).map(({ field, name }) => [field, name]))
  const asked = new Set<string>()
  let needsAll = false

  const show = (field: string): void => {
    const column = columns.get(field)
    const link = entity.links?.[field]
    if (field === 'id' || field === '__typename') return
    if (link !== undefined) for (const name of Object.values(link.on)) asked.add(name)
    else if (column !== undefined) asked.add(column)
    else needsAll = true
  }
  const walk = (set: SelectionSetNode | undefined, depth: number): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) walk(fragments[selection.name.value]?.selectionSet, depth)
      else if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet, depth)
      else if (depth === path.length) show(selection.name.value)
      else if (selection.name.value === path[depth]) walk(selection.selectionSet, depth + 1)
    }
  }
  for (const node of fieldNodes) walk(node.selectionSet, 0)
  return needsAll ? undefined : [...asked].toSorted()
}
