import type { Rows } from '../../attribution/matrix.ts'
import { fitSketcher, type Sketcher, type SketchSettings } from '../../attribution/sketcher.ts'
import type { SketchManifest } from '../run/manifest.ts'
import { RunError } from '../run/runError.ts'
import { float32Of, formatSafetensors, parseSafetensors } from '../run/safetensors.ts'

/** gradients.safetensors → sketcher.safetensors: the map that rows and queries of one model are sketched with. */

export function fitRunSketcher(gradients: { readonly u: Rows; readonly v: Rows }, sketch: SketchManifest): Sketcher {
  return fitSketcher(gradients, settingsOf(sketch))
}

export function formatSketcher({ dims, width, map }: Sketcher): Uint8Array {
  return formatSafetensors({ map: { shape: [dims, width], values: map } })
}

export function parseSketcher(file: string, content: Uint8Array): Sketcher {
  const tensor = parseSafetensors(file, content).get('map')
  const [dims, width, ...rest] = tensor?.shape ?? []
  if (tensor === undefined || dims === undefined || width === undefined || rest.length > 0) {
    throw new RunError(file, 'it holds no sketcher', {}, 'Publish the run again; its sketcher is fitted anew.')
  }
  return { dims, width, map: float32Of(file, 'map', tensor) }
}

/** What of the manifest's sketch section the fit needs; the rest is about what is done with the sketches. */
function settingsOf({
  source: _source,
  topK: _topK,
  duplicateCosinePercent: _percent,
  ...settings
}: SketchManifest): SketchSettings {
  return settings
}
