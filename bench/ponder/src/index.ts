import { ponder } from 'ponder:registry'
import { transfer } from 'ponder:schema'

ponder.on('OpenToken:Transfer', async ({ event, context }) => {
  await context.db.insert(transfer).values({
    id: event.id,
    sender: event.args.from,
    recipient: event.args.to,
    amountWei: event.args.value,
    block: event.block.number,
    timestamp: event.block.timestamp,
    transactionHash: event.transaction.hash,
  })
})
