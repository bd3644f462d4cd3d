import type { Context } from '../query/context.ts'
import type { Entity, Link, Row } from '../query/entity.ts'
import type { PageArgs } from '../query/page.ts'

type Resolver = (parent: Row, args: RootArgs, context: Context) => unknown
type RootArgs = PageArgs & Readonly<Record<string, unknown>> & { readonly block?: { readonly number: bigint } | null }

/** The resolvers that are derived from entities. */
export function entitiesResolvers(entities: readonly Entity[]): Readonly<Record<string, Record<string, Resolver>>> {
  const query: Record<string, Resolver> = {}
  const types: Record<string, Record<string, Resolver>> = { Query: query }
  for (const entity of entities) {
    if (entity.list !== undefined) query[entity.list] = (_, args, context) => rootList(entity, args, context)
    if (entity.single !== undefined) query[entity.single] = (_, args, context) => rootSingle(entity, args, context)
    const links = Object.entries(entity.links ?? {}).map(([name, link]) => [name, resolverOf(link)] as const)
    if (links.length > 0) types[entity.type] = Object.fromEntries(links)
  }
  return types
}

async function rootList(entity: Entity, args: RootArgs, context: Context): Promise<unknown> {
  const at = await context.asOf(args.block?.number)
  const page = await context.page(entity, args, at)
  return { ...page, totalCount: () => context.count(entity, args, at) }
}

async function rootSingle(entity: Entity, args: RootArgs, context: Context): Promise<unknown> {
  const at = await context.asOf(args.block?.number)
  const tuple = entity.key.map((name) => args[name])
  return await context.linkedOne(entity, at, entity.key, tuple)
}

function resolverOf({ kind, to, on }: Link): Resolver {
  const columns = Object.keys(on)
  const tupleOf = (parent: Row) => Object.values(on).map((name) => parent[name])
  if (kind === 'one') {
    return async (parent, _, context) => {
      const tuple = tupleOf(parent)
      return tuple.includes(null) ? null : await context.linkedOne(to(), parent.at, columns, tuple)
    }
  }
  return async (parent, args, context) => {
    const tuple = tupleOf(parent)
    const page = await context.linkedPage(to(), args, parent.at, columns, tuple)
    return { ...page, totalCount: () => context.linkedCount(to(), args, parent.at, columns, tuple) }
  }
}
