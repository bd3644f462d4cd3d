import { Interface, type InterfaceAbi, type JsonRpcProvider, type Result } from 'ethers'

/** An event of one of the contracts, as ethers reads it. */
export interface Told {
  readonly name: string
  readonly args: Result
}

/** Every event that a contract ever emitted, in order. */
export async function eventsOf(
  provider: JsonRpcProvider,
  address: string,
  abi: InterfaceAbi,
): Promise<readonly Told[]> {
  const contract = new Interface(abi)
  const logs = await provider.getLogs({ address, fromBlock: 0, toBlock: 'latest' })
  return logs.flatMap((log) => {
    const event = contract.parseLog(log)
    return event ? [{ name: event.name, args: event.args }] : []
  })
}
