import { Link } from '@tanstack/react-router'
import { Card } from '../../parts/card.tsx'
import { Loaded } from '../../parts/states.tsx'
import { HOME, type HomeData } from '../../queries/home.ts'
import { useIndex } from '../../queries/useIndex.ts'
import { Fees } from './fees.tsx'
import { Hero } from './hero.tsx'
import { Latest } from './latest.tsx'
import { Numbers } from './numbers.tsx'
import { PaidMost } from './paidMost.tsx'
import { WhereItGoes } from './whereItGoes.tsx'

export function Home() {
  const home = useIndex<HomeData>(HOME)
  return (
    <>
      <Hero newest={home.data?.inferences.items[0]} />
      <Loaded of={home} lines={8}>
        {(data) => (
          <>
            <Numbers of={data} />
            <div className="grid below">
              <Fees of={data} />
              <WhereItGoes books={data.settled.items} />
              <Latest of={data} />
              <PaidMost of={data} />
              <Doors />
            </div>
          </>
        )}
      </Loaded>
    </>
  )
}

function Doors() {
  return (
    <>
      <Card title="Contribute data" span={4}>
        <p className="muted">
          Files are hashed and salted before anything is sent. Only hashes go on chain. You keep the salts, and you can
          withdraw consent.
        </p>
        <p className="door">
          <Link className="btn" to="/datasets">
            Choose a dataset
          </Link>
        </p>
      </Card>
      <Card title="Find my earnings" span={4}>
        <p className="muted">
          Look up any address without connecting. Claiming is one transaction and needs no proof and no server.
        </p>
        <p className="door">
          <Link className="btn" to="/earnings">
            Look up an address
          </Link>
        </p>
      </Card>
      <Card title="Check everything" span={4}>
        <p className="muted">
          Rebuild every number from a node of your own. This page shows how far the history here is verified.
        </p>
        <p className="door">
          <Link className="btn" to="/auditor">
            Open the auditor’s view
          </Link>
        </p>
      </Card>
    </>
  )
}
