import { readFileSync } from 'node:fs'
import { type Deployment, parseDeployment } from '../deployment.ts'
import { StopError } from '../errors.ts'

/** The deployment that a file describes, as `deployments/<name>.json`. */
export function readDeployment(path: string): Deployment {
  let json: string
  try {
    json = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new StopError(
      `There is no deployment at ${path}`,
      {},
      'Deploy the contracts first, or name another file.',
      cause,
    )
  }
  return parseDeployment(json, path)
}
