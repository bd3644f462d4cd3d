import type { Command } from 'commander'
import { commandOf } from '../command.ts'
import { recordCommand } from './evaluation/record.ts'
import { driftCommand } from './model/drift.ts'
import { operatorsCommand } from './model/operators.ts'
import { publishCommand } from './model/publish.ts'
import { showCommand } from './model/show.ts'

export function modelCommand(): Command {
  return commandOf('model', 'publish a model, choose its operators, measure it')
    .addCommand(publishCommand())
    .addCommand(showCommand())
    .addCommand(operatorsCommand())
    .addCommand(recordCommand('evaluate'))
    .addCommand(driftCommand())
}
