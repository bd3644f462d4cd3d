import { download } from '../parts/csv.ts'
import { type Bundle, COMMITMENT_SUFFIX, commitmentText, itemsText } from './bundle.ts'

/** Two files, as the curator's commands read them. Without the salts nobody can show the items again. */
export function SaveBundle({ bundle, saved }: { bundle: Bundle; saved: () => void }) {
  const { name } = bundle
  const save = () => {
    download(`${name}${COMMITMENT_SUFFIX}`, commitmentText(bundle), 'application/json')
    saved()
  }
  return (
    <div className="stack">
      <div className="row">
        <button type="button" className="btn" onClick={() => download(name, itemsText(bundle), 'application/jsonl')}>
          Save items
        </button>
        <button type="button" className="btn" onClick={save}>
          Save salts
        </button>
      </div>
      <p className="small muted">
        Keep them beside each other, and give them only to those who train on your items. Delete the salts, and nobody
        can show that these items were yours.
      </p>
    </div>
  )
}
