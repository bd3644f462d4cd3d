import { bookKeyOf } from '../../../sdk/book.ts'
import { callTo } from '../../../sdk/contractCall.ts'
import { settleBook } from '../../../sdk/node/settleBook.ts'
import { openBook } from '../../../sdk/openBook.ts'
import { openModel } from '../../../sdk/openModel.ts'
import { recordDims } from '../../../sdk/predictPay.ts'
import { membersOf } from '../../../sdk/registeredUnits.ts'
import { nextPage, settlingOf } from '../../../sdk/settling.ts'
import { claimTypedData } from '../../../sdk/typedData.ts'
import type { Actions, Context } from './context.ts'

/** Settling books that are due, a page at a time or all at once, and taking out what was earned. */

export function settlingActions(context: Context): Actions {
  const { ledger, random, send, accountOf, everyone, now } = context
  const { connection, wallets, walletOf } = ledger
  const { reader, contracts, fromBlock } = connection
  const { earnings, settlement } = contracts

  const anyAccount = () => accountOf(random.pick(everyone))
  const dueBooks = async () => {
    const opened = await reader.getContractEvents({
      ...contracts.ledger,
      eventName: 'BookOpened',
      fromBlock,
      strict: true,
    })
    const released = await reader.getContractEvents({
      ...contracts.ledger,
      eventName: 'BookReleased',
      fromBlock,
      strict: true,
    })
    const done = new Set(released.map(({ args }) => args.book))
    const open = opened.map(({ args }) => args.book).filter((book) => !done.has(book))
    const time = await now()
    const ends = await Promise.all(
      open.map((book) => reader.readContract({ ...contracts.ledger, functionName: 'windowEndOf', args: [book] })),
    )
    return open.filter((_, i) => (ends[i] ?? time) < time)
  }
  const anyDue = async () => {
    const key = bookKeyOf(random.pick(await dueBooks()))
    return { key, model: await openModel(connection, key.model) }
  }
  const pageOfDue = async () => {
    const { key, model } = await anyDue()
    const opened = await openBook(connection, key, recordDims(model.terms))
    const settling = await settlingOf(connection, model, opened)
    const limits = random.pick([
      { batches: 2, units: 3 },
      { batches: 64, units: 1_024 },
    ])
    return await nextPage(connection, settling, limits)
  }
  /** Shares of joint units of some model that paid its units. */
  const shares = async () => {
    const paid = await reader.getContractEvents({ ...settlement, eventName: 'UnitsPaid', fromBlock, strict: true })
    const { model } = bookKeyOf(random.pick(paid).args.book)
    const { plan } = await openModel(connection, model)
    const found = plan.units.flatMap((_, unit) => membersOf(plan, unit).map((_, member) => ({ model, unit, member })))
    return random.shuffled(found).slice(0, 3)
  }

  return {
    settle: async () => {
      const page = await pageOfDue()
      if (page === undefined) throw new RangeError('It is settled')
      return await send(random.pick(everyone), callTo(settlement, 'settle', [page]))
    },
    settleDue: async () => {
      const { key, model } = await anyDue()
      return await settleBook(connection, walletOf(wallets.operator), model, key)
    },
    settleAndClaim: async () => {
      const page = await pageOfDue()
      if (page === undefined) throw new RangeError('It is settled')
      const call = callTo(earnings, 'settleAndClaim', [page, await accountOf(wallets.operator), await shares()])
      return await send(wallets.deployer, call)
    },
    claim: async () => send(wallets.deployer, callTo(earnings, 'claim', [await anyAccount()])),
    claimMany: async () => {
      const accounts = await Promise.all([wallets.operator, ...wallets.contributors].map(accountOf))
      return await send(
        wallets.deployer,
        callTo(earnings, 'claimMany', [[...new Set([...accounts, await anyAccount()])]]),
      )
    },
    claimTo: () => send(random.pick(everyone), callTo(earnings, 'claimTo', [wallets.treasury.address])),
    claimBySig: async () => {
      const holder = random.pick(everyone)
      const [account, nonce] = await Promise.all([
        accountOf(holder),
        reader.readContract({ ...earnings, functionName: 'nonces', args: [holder.address] }),
      ])
      const place = { chainId: reader.chain.id, address: earnings.address }
      const to = wallets.baseOwner.address
      const message = { account, to, minGwei: 0n, nonce, deadline: 2n ** 40n }
      const signature = await holder.signTypedData(claimTypedData(place, message))
      return await send(wallets.deployer, callTo(earnings, 'claimBySig', [account, to, 0n, 2n ** 40n, signature]))
    },
    draw: async () => send(random.pick(everyone), callTo(earnings, 'draw', [await shares()])),
  }
}
