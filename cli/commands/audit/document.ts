import { type Command, InvalidArgumentError, Option } from 'commander'
import { type DocumentFormat, formats } from '../../../auditor/documents/document.ts'
import { readSubject } from '../../../auditor/documents/readRecord.ts'
import { type FalseField, falseFields, identifyDocument } from '../../../auditor/documents/verifyDocument.ts'
import { StopError } from '../../../sdk/errors.ts'
import { writeWhole } from '../../../sdk/node/writeWhole.ts'
import { action, commandOf, reading } from '../../command.ts'
import type { Context } from '../../context.ts'
import { ExitError } from '../../exitError.ts'
import { readNamed } from '../../readNamed.ts'
import { id } from '../../values.ts'
import { orCouldNotCheck } from './orCouldNotCheck.ts'
import { placeOf } from './place.ts'

interface Options {
  readonly format: DocumentFormat
  readonly model: number
  readonly version?: bigint
  readonly run?: string
  readonly out: string
}

const RUN = ['--run <folder>', 'the published run, for what only its manifest says'] as const

/** `attribution audit document`: provenance documents from the chain, and back. */
export function documentCommand(): Command {
  return commandOf('document', 'documents of a model’s provenance: write one from the chain, or verify one')
    .addCommand(writeCommand(), { isDefault: true })
    .addCommand(verifyCommand())
}

function writeCommand(): Command {
  const format = new Option('--format <format>', 'the kind of document').choices(Object.keys(formats))
  return reading(
    commandOf(
      'write',
      `write what the chain says of a model: CycloneDX ML-BOM, SPDX, Croissant of a dataset version, model card, or a draft of the
summary that the EU AI Act asks for. What is not known is left out or said to be unknown.`,
    ),
  )
    .addOption(format.makeOptionMandatory())
    .requiredOption('--model <number>', 'the fine-tune', id)
    .option('--version <number>', 'the dataset version, for croissant; the first without', versionId)
    .option(...RUN)
    .requiredOption('--out <file>', 'where to write it')
    .action(
      action<[], Options>(async (context, { format: kind, model, version, run, out }) => {
        const { node, deployment } = await placeOf(context)
        const head = await node.latest()
        const { signal, terminal } = context
        const subject = await readSubject({
          node,
          deployment,
          head,
          signal,
          model,
          ...(version !== undefined && { version }),
          ...(run !== undefined && { run }),
        })
        writeWhole(out, formats[kind](subject))
        terminal.result({ file: out, format: kind, model, block: head.number }, [
          `Wrote the ${kind} of model ${model}, as of block ${head.number}, to ${out}.`,
        ])
      }),
    )
}

function verifyCommand(): Command {
  return reading(
    commandOf(
      'verify',
      'check a document against the chain, and name every field that is false; exits 1 where one is, 2 where it could not check',
    ),
  )
    .argument('<file>', 'a document that `attribution audit document write` wrote')
    .option(...RUN)
    .action(action<[string], Pick<Options, 'run'>>((context, { run }, file) => verifyDocument(context, file, run)))
}

/** Names every field of a document that is false. */
export async function verifyDocument(context: Context, file: string, run: string | undefined): Promise<void> {
  const found = await orCouldNotCheck(context, () => verify(context, file, run))
  context.terminal.result({ file, falseFields: found }, [
    found.length === 0 ? `${file} says what the chain says.` : `${file} is false in ${found.length} places:`,
    ...found.map(({ field, said, onChain }) => `  ${field}: ${said ?? 'missing'}; on chain: ${onChain ?? 'nothing'}`),
  ])
  if (found.length > 0) throw new ExitError(1)
}

async function verify(context: Context, file: string, run: string | undefined): Promise<readonly FalseField[]> {
  const text = readNamed(file).toString()
  const { format, named } = identifyDocument(text, file)
  if (named.hasRun && run === undefined)
    throw new StopError(`${file} was made with a run`, {}, 'Give the folder of the published run with --run.')
  const { node, deployment } = await placeOf(context)
  if (named.chainId !== deployment.chainId || named.models !== deployment.contracts.models.toLowerCase())
    throw new StopError(
      `${file} is about another deployment`,
      { chain: named.chainId, models: named.models },
      'Name the deployment that it is about with --deployment.',
    )
  const [head] = await node.blocks(named.block, named.block)
  if (head === undefined || head.hash !== named.blockHash)
    throw new StopError(
      `${file} names a block that is not on this chain`,
      { block: named.block, hash: named.blockHash, found: head?.hash ?? 'none' },
      'The chain was reorganised since, or the document is false: write it anew.',
    )
  const { model, version } = named
  const { signal } = context
  const asked = { node, deployment, head, signal, model, version, ...(named.hasRun && run !== undefined && { run }) }
  return falseFields(text, format, await readSubject(asked))
}

function versionId(text: string): bigint {
  if (/^[1-9]\d{0,18}$/.test(text)) return BigInt(text)
  throw new InvalidArgumentError('It takes the number of a dataset version.')
}
