import { Link } from '@tanstack/react-router'
import { Head } from '../parts/head.tsx'
import { Empty } from '../parts/states.tsx'

export function NotFound() {
  return (
    <>
      <Head title="There is no such page" name="Not found" />
      <Empty title="Nothing is at this address" why="It may be mistyped, or of an earlier version.">
        <Link className="btn" to="/">
          Go to the overview
        </Link>
      </Empty>
    </>
  )
}
