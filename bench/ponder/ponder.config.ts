import { createConfig } from 'ponder'
import { erc20Abi } from 'viem'

// As their pages recommend, with the store API in src/index.ts. Other orderings, ranges and no cache were tried and are no quicker.
const { RPC_URL, TOKEN, START_BLOCK, DATABASE_URL, PGLITE_FOLDER } = process.env

export default createConfig({
  database:
    DATABASE_URL !== undefined
      ? { kind: 'postgres', connectionString: DATABASE_URL }
      : { kind: 'pglite', directory: PGLITE_FOLDER },
  ordering: 'multichain',
  chains: { local: { id: 31_337, rpc: RPC_URL } },
  contracts: {
    OpenToken: { chain: 'local', abi: erc20Abi, address: TOKEN as `0x${string}`, startBlock: Number(START_BLOCK) },
  },
})
