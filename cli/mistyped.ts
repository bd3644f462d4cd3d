/** What commander says of a mistyped command, in words that name what was typed. */
export function mistyped(text: string): string {
  return REWORDED.reduce((said, [form, words]) => said.replace(form, words), text)
}

const REWORDED: readonly (readonly [RegExp, string])[] = [
  [/^error: command-argument value '(.*)' is invalid for argument '(.*?)'\. /, '"$1" cannot be the <$2>. '],
  [/^error: option '(?:-\w, )?(--[\w-]+).*?' argument '(.*)' is invalid\. /, '$1 cannot be "$2". '],
  [/^error: required option '(.*)' not specified/, '$1 is missing.'],
  [/^error: missing required argument '(.*)'/, '<$1> is missing.'],
  [/^error: option '(.*)' argument missing/, '$1 takes a value.'],
  [/^error: unknown option '(.*)'/, 'There is no option $1.'],
  [/^error: unknown command '(.*)'/, 'There is no command $1.'],
  [/^error: too many arguments(?: for '(.*?)')?\. Expected \d+ arguments? but got \d+/, '$1 takes fewer arguments'],
  [/^error: /, ''],
]
