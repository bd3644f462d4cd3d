import type { GraphQLResolveInfo } from 'graphql'
import type { AsOf } from '../query/asOf.ts'
import type { Context } from '../query/context.ts'
import type { Entity, Row } from '../query/entity.ts'
import { DEFAULT_LIMIT, MAX_LIMIT, type Page } from '../query/page.ts'
import { columnsAsked } from '../query/selection.ts'
import type { Where } from '../query/where.ts'
import { decodePosition, encodePosition, type Position, positionAt, standingBlock } from './position.ts'

/**
 * Subscriptions: what happens, as it happens. Each message says what is new since the one before, and
 * from which block on earlier rows no longer count because of a reorg.
 */

/** A subscriber between two messages: the root value of the next one. */
export interface Subscriber {
  /** What it has; nothing yet before its first message. */
  readonly position: Position | undefined
  /** What it will have after this message. */
  reached?: Reached
}

export interface Reached {
  readonly position: Position
  /** Whether there is anything to tell. */
  readonly isNews: boolean
  /** Whether more is there already. */
  readonly hasMore: boolean
}

interface SubscribeArgs {
  readonly where?: Where | null
  readonly after?: string | null
  readonly limit?: bigint | null
}

/** Only rows that come with a block and stay as they are in order can be followed. */
export function isFollowed({ list, key, isChronological, columns }: Entity): boolean {
  const comesWithBlocks = isChronological === true || (key[0] === 'block' && key[1] === 'logIndex')
  return list !== undefined && columns.block?.nullable === false && comesWithBlocks
}

const AFTER = `"The cursor of the last message that was handled, or of _meta: goes on after it. From now on without it." after: String`

const COMMON = `
  "Blocks after this one were reverted: drop all of their rows. Null if nothing was reverted."
  retractedAfter: UInt
  "Up to this block everything was sent, except rows of it that follow in the next message."
  block: UInt!
  "Its hash."
  hash: Bytes!
  "Give it as \`after\` to go on from here. It is the event’s id as well."
  cursor: String!`

export function subscriptionsSdl(entities: readonly Entity[]): string {
  const followed = entities.filter(isFollowed)
  const types = followed.map(
    ({ type }) => `
"What is new since the message before."
type ${type}Changes {
  "Rows of new blocks, oldest first."
  items: [${type}!]!${COMMON}
}`,
  )
  const fields = followed.map(
    ({ type, list, doc }) => `"""New ones, block by block. ${doc}"""
  ${list}("Which rows; all without it." where: ${type}Where, ${AFTER}, "Rows of a message, 1 to ${MAX_LIMIT}." limit: UInt = ${DEFAULT_LIMIT}): ${type}Changes!`,
  )
  return `${types.join('\n')}
"The newest block has changed."
type HeadChanges {${COMMON}
}
"What can be followed, over Server-Sent Events."
type Subscription {
  "The newest block, whenever it is another one."
  head(${AFTER}): HeadChanges!
  ${fields.join('\n  ')}
}
`
}

type Resolver = (subscriber: Subscriber, args: SubscribeArgs, context: Context, info: GraphQLResolveInfo) => unknown

export function subscriptionsResolvers(
  entities: readonly Entity[],
): Readonly<Record<string, Record<string, Resolver>>> {
  const followed = entities
    .filter(isFollowed)
    .map((entity): [string, Resolver] => [
      entity.list ?? '',
      (subscriber, args, context, info) => rowChanges(entity, subscriber, args, context, info),
    ])
  return { Subscription: { head: headChanges, ...Object.fromEntries(followed) } }
}

async function headChanges(subscriber: Subscriber, args: SubscribeArgs, context: Context): Promise<object> {
  const at = await context.asOf()
  const from = before(subscriber, args)
  const stands = from && (await standingBlock(context.db, from))
  return await tell(subscriber, context, { at, from, stands, isNews: from?.block !== at.block || stands !== at.block })
}

async function rowChanges(
  entity: Entity,
  subscriber: Subscriber,
  args: SubscribeArgs,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<object> {
  const at = await context.asOf()
  const from = before(subscriber, args)
  if (from === undefined) return { items: [], ...(await tell(subscriber, context, { at, from, isNews: true })) }
  const stands = await standingBlock(context.db, from)
  const page = await newRows(entity, from, stands, args, at, context, info)
  const last = page.pageInfo.hasNextPage ? page.items.at(-1) : undefined
  const isNews = page.items.length > 0 || stands !== from.block
  return { items: page.items, ...(await tell(subscriber, context, { at, from, stands, isNews, last, page })) }
}

function before({ position }: Subscriber, { after }: SubscribeArgs): Position | undefined {
  return position ?? (after ? decodePosition(after) : undefined)
}

async function newRows(
  entity: Entity,
  from: Position,
  stands: bigint,
  { where, limit }: SubscribeArgs,
  at: AsOf,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Page> {
  const goesOn = from.row !== undefined && stands === from.block
  const later = goesOn ? { block_gte: stands } : { block_gt: stands }
  const columns = columnsAsked(entity, info, ['items'])
  return await context.page(
    entity,
    {
      where: { AND: [...(where ? [where] : []), later] },
      orderBy: 'block',
      ...(goesOn && { after: from.row }),
      ...(limit != null && { limit }),
      ...(columns && { columns }),
    },
    at,
  )
}

interface Told {
  readonly at: AsOf
  readonly from: Position | undefined
  readonly stands?: bigint | undefined
  readonly isNews: boolean
  /** The last row of a message that does not hold all. */
  readonly last?: Row | undefined
  readonly page?: Page
}

async function tell(subscriber: Subscriber, context: Context, told: Told): Promise<object> {
  const { at, from, stands, isNews, last, page } = told
  const block = last === undefined ? at.block : (last.block as bigint)
  const row = last === undefined ? undefined : (page?.pageInfo.endCursor ?? undefined)
  const position = await positionAt(context.db, block, row)
  const { hash } = await context.asOf({ number: block })
  subscriber.reached = { position, isNews, hasMore: last !== undefined }
  const retractedAfter = from !== undefined && stands !== from.block ? stands : undefined
  return { retractedAfter, block, hash, cursor: encodePosition(position) }
}
