/** A word and those that may stand for it in most sentences, one word a line; words that are frequent in mails and speeches. */
const LINES = `
about concerning regarding
achieve accomplish attain
aid help assistance
allow permit let
also likewise too
although though
always constantly
amount sum quantity
answer reply response
ask request
assist help
begin start commence
believe think hold
benefit advantage gain
big large great
build construct erect
business commerce trade
buy purchase
call summon
change alter modify
choose select pick
citizens people
clear plain evident
congress legislature
continue proceed
country nation land
create make produce
cut reduce lower
deal bargain offer
decide determine resolve
defend protect guard
demand require
difficult hard
duty obligation
earn gain
easy simple
economy commerce
effort endeavour attempt
end finish conclude
enough sufficient
error mistake fault
every each
fast quick rapid
file document
find discover locate
firm company
fix repair mend
freedom liberty
free gratis
friend companion
future hereafter
get obtain receive
give grant provide
good fine sound
government administration state
grow increase expand
happen occur
help support aid
home house
hope expectation
however nevertheless yet
huge enormous vast
idea notion thought
important significant weighty
improve better enhance
income earnings
information details
job position employment
keep retain maintain
know understand
law statute act
leave depart
line row
list register
look see
machine computer
mail message letter
many numerous
maybe perhaps possibly
meet encounter
method way approach
money funds cash
must should
need require
new recent fresh
now presently
offer propose
often frequently
old former
order command
part portion share
pay remit
peace concord
people persons folk
place location spot
plan scheme programme
policy course
power authority force
present current
problem difficulty trouble
program scheme plan
progress advance
promise pledge
proposal suggestion
protect safeguard
quickly rapidly swiftly
reason cause ground
remember recall
report account statement
result outcome
right proper correct
run operate
say state declare
school academy
security safety
seem appear
send forward dispatch
several various
show demonstrate display
small little
soon shortly
start launch
stop cease halt
strong powerful firm
subject matter
sure certain
task duty
tax levy duty
tell inform
thing matter
today nowadays
tonight now
try attempt
use employ utilise
very highly extremely
war conflict
want wish desire
wish desire
work labour
world globe
write compose
wrong mistaken
year twelvemonth
young youthful
`

/** The stand-ins of each line's first word. */
export const SYNONYMS: ReadonlyMap<string, readonly string[]> = new Map(
  LINES.trim()
    .split('\n')
    .map((line) => {
      const [word = '', ...others] = line.split(' ')
      return [word, others] as const
    }),
)
