import { type Deployment, parseDeployment } from '@attribution-ledger/sdk'

/** What the server says of itself in `/page.json`: which ledger this is, and how to reach its chain. */
export interface Page {
  readonly deployment: Deployment
  /** A node that anybody may ask; without one, the viewer's wallet or own node is asked. */
  readonly rpcUrl: string | undefined
  /** Sends signed claims and pays their gas. */
  readonly relayUrl: string | undefined
  /** Serves models for pay. */
  readonly gatewayUrl: string | undefined
}

export async function fetchPage(): Promise<Page> {
  const response = await fetch('/page.json')
  if (!response.ok) throw new Error(`The server answered ${response.status} to /page.json`)
  const { deployment, rpcUrl, relayUrl, gatewayUrl } = (await response.json()) as Record<string, unknown>
  return {
    deployment: parseDeployment(JSON.stringify(deployment), '/page.json'),
    rpcUrl: addressIn(rpcUrl),
    relayUrl: addressIn(relayUrl),
    gatewayUrl: addressIn(gatewayUrl)?.replace(/\/+$/, ''),
  }
}

function addressIn(value: unknown): string | undefined {
  return typeof value === 'string' && URL.canParse(value) ? value : undefined
}
