import type { Command } from 'commander'
import { commandOf } from '../command.ts'
import { certifyCommand } from './run/certify.ts'
import { importCommand } from './run/import.ts'
import { trainCommand } from './run/train.ts'
import { verifyCommand } from './run/verify.ts'

export function runCommand(): Command {
  return commandOf('run', 'train a model, import one, certify it, compare one with its registration')
    .addCommand(trainCommand())
    .addCommand(importCommand())
    .addCommand(certifyCommand())
    .addCommand(verifyCommand())
}
