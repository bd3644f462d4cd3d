import type { GraphQLResolveInfo } from 'graphql'
import type { BlockArg } from '../query/asOf.ts'
import { BadRequest } from '../query/badRequest.ts'
import type { Context } from '../query/context.ts'
import { type Entity, fieldsOf, type Link, orderOf, type Row } from '../query/entity.ts'
import { idOf, parseId } from '../query/id.ts'
import type { PageArgs } from '../query/page.ts'
import { columnsAsked } from '../query/selection.ts'
import { ordersOf } from './sdl.ts'

type Resolver = (parent: Row, args: RootArgs, context: Context, info: GraphQLResolveInfo) => unknown
type RootArgs = PageArgs & { readonly id?: string; readonly block?: BlockArg | null }

/** The resolvers that are derived from entities. */
export function entitiesResolvers(entities: readonly Entity[]): Readonly<Record<string, Record<string, unknown>>> {
  const query: Record<string, Resolver> = {}
  const types: Record<string, Record<string, unknown>> = { Query: query }
  for (const entity of entities) {
    const { type, list, single } = entity
    if (list !== undefined) query[list] = (_, args, context, info) => rootList(entity, args, context, info)
    if (single !== undefined) query[single] = (_, args, context, info) => rootSingle(entity, args, context, info)
    types[type] = fieldResolvers(entity)
    types[`${type}OrderBy`] = Object.fromEntries(
      ordersOf(entity).map(({ field, name }) => [field, orderOf(entity, name)]),
    )
  }
  return types
}

function fieldResolvers(entity: Entity): Readonly<Record<string, Resolver>> {
  const renamed = fieldsOf(entity).filter(({ field, name }) => field !== name)
  return {
    id: (row) => idOf(entity, row),
    ...Object.fromEntries(renamed.map(({ field, name }) => [field, (row: Row) => row[name]])),
    ...Object.fromEntries(Object.entries(entity.links ?? {}).map(([name, link]) => [name, resolverOf(link)])),
  }
}

async function rootList(entity: Entity, args: RootArgs, context: Context, info: GraphQLResolveInfo): Promise<unknown> {
  const at = await context.asOf(args.block)
  const page = await context.page(entity, withColumns(entity, args, info, ['items']), at)
  return { ...page, totalCount: () => context.count(entity, args, at) }
}

async function rootSingle(
  entity: Entity,
  args: RootArgs,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<unknown> {
  const { tuple, block } = parseId(entity, args.id ?? '')
  if (block !== undefined && args.block)
    throw new BadRequest(`id: ${args.id} names a block; leave the argument block out`, 'BAD_REQUEST', {
      argument: 'id',
    })
  const at = await context.asOf(block ?? args.block)
  return await context.linkedOne(entity, at, entity.key, tuple, columnsAsked(entity, info, []))
}

function resolverOf({ kind, to, on }: Link): Resolver {
  const columns = Object.keys(on)
  const tupleOf = (parent: Row) => Object.values(on).map((name) => parent[name])
  if (kind === 'one') {
    return async (parent, _, context, info) => {
      const tuple = tupleOf(parent)
      if (tuple.includes(null)) return null
      return await context.linkedOne(to(), parent.at, columns, tuple, columnsAsked(to(), info, []))
    }
  }
  return async (parent, args, context, info) => {
    const tuple = tupleOf(parent)
    const page = await context.linkedPage(to(), withColumns(to(), args, info, ['items']), parent.at, columns, tuple)
    return { ...page, totalCount: () => context.linkedCount(to(), args, parent.at, columns, tuple) }
  }
}

function withColumns(entity: Entity, args: PageArgs, info: GraphQLResolveInfo, path: readonly string[]): PageArgs {
  const columns = columnsAsked(entity, info, path)
  return columns === undefined ? args : { ...args, columns }
}
