import { useState } from 'react'
import type { Hex } from 'viem'
import { useConnection } from 'wagmi'
import { count } from '../format.ts'
import { useAccount } from '../ledger/useAccount.ts'
import { useReader } from '../ledger/useReader.ts'
import { Card } from '../parts/card.tsx'
import { Pill } from '../parts/pill.tsx'
import { useAct } from '../wallet/useAct.ts'
import type { Bundle } from './bundle.ts'
import { ChooseItems } from './chooseItems.tsx'
import { SaveBundle } from './saveBundle.tsx'
import { TermsToRead } from './termsToRead.tsx'

interface ContributeProps {
  readonly datasetId: number
  readonly termsHash: Hex
}

/** From a file of items to a contribution: only a root of salted hashes leaves this machine. */
export function Contribute({ datasetId, termsHash }: ContributeProps) {
  const [bundle, setBundle] = useState<Bundle>()
  const [isSaved, setSaved] = useState(false)
  const [isAgreed, setAgreed] = useState(false)
  const choose = (chosen: Bundle | undefined) => {
    setBundle(chosen)
    setSaved(chosen?.isRestored ?? false)
    setAgreed(false)
  }
  return (
    <Card
      title="Contribute"
      span={6}
      aside={<Pill icon="lock">Files stay on this machine</Pill>}
      about="Your items are salted and hashed here. One hash of all of them goes on chain; items and salts you hand to the curator yourself."
    >
      <ol className="numbered">
        <li>
          <h3>Your items</h3>
          <ChooseItems bundle={bundle} choose={choose} />
        </li>
        {bundle !== undefined && (
          <>
            <li>
              <h3>Save both files</h3>
              <SaveBundle bundle={bundle} saved={() => setSaved(true)} />
            </li>
            <li>
              <h3>The terms</h3>
              <TermsToRead key={bundle.commitment.itemsRoot} hash={termsHash} read={setAgreed} />
            </li>
            <li>
              <h3>Submit</h3>
              <Submit of={bundle} datasetId={datasetId} termsHash={termsHash} missing={missing(isSaved, isAgreed)} />
            </li>
          </>
        )}
      </ol>
    </Card>
  )
}

function missing(isSaved: boolean, isAgreed: boolean): string | undefined {
  if (!isSaved) return 'Save the salts first: without them nobody can show that these items are yours.'
  return isAgreed ? undefined : 'Read the terms and agree to them first.'
}

interface SubmitProps extends ContributeProps {
  readonly of: Bundle
  readonly missing: string | undefined
}

function Submit({ of: { commitment, name }, datasetId, termsHash, missing }: SubmitProps) {
  const { address } = useConnection()
  const { accounts, datasets } = useReader().contracts
  const { data: account } = useAccount(address)
  const { act, told, isBusy } = useAct()
  const [isDone, setDone] = useState(false)
  const { itemsRoot, items } = commitment
  const submit = async () => {
    const contribute = {
      ...datasets,
      functionName: 'contribute',
      args: [datasetId, termsHash, itemsRoot, items.length],
    }
    const open = { ...accounts, functionName: 'open', args: [address] }
    const done = `Submitted. Hand ${name} and its salts to the curator, who accepts or rejects them.`
    setDone(await act(account === null ? [open, contribute] : contribute, done))
  }
  const isReady = address !== undefined && account !== undefined && missing === undefined
  const why =
    missing ??
    (address === undefined
      ? 'Connect the wallet that is to be paid.'
      : account === null
        ? 'This opens an account for your address as well.'
        : 'You can withdraw consent later. What you earn stays yours.')
  return (
    <div className="stack">
      <button
        type="button"
        className="btn pri big"
        disabled={!isReady || isBusy || isDone}
        onClick={() => void submit()}
      >
        Contribute {count(items.length)} {items.length === 1 ? 'item' : 'items'}
      </button>
      <p role="status" className="small muted">
        {told ?? why}
      </p>
    </div>
  )
}
