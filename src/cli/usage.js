// The texts of --help.

const ENDINGS = `Environment:
  PLACET_URL        the address of the service, such as https://consent.example
  PLACET_KEY        a secret key (sk_…) with the scope lists, for setup, flood and connections with the
                    scope admin; never an argument and never printed
  PLACET_PATIENCE   seconds for which a lost connection is tried again; default: 60

Exit codes:
  0    done
  1    done, but rows were rejected, or the setup lacks something
  2    wrong usage: arguments, environment, or a file that cannot be read or written
  3    refused by the service, or the import failed or was cancelled
  4    no connection; the output says how to continue
  70   a bug in this program
  130  interrupted; the output says how to continue`;

const COMMON = `  --quiet             print no progress and no summary, only errors
  --insecure          allow plain http to another machine
  -h, --help          print this help`;

export const USAGE = {
  placet: `placet: imports and exports the lists of a shop's channel consent

  placet import FILE           import a list, or continue an interrupted import
  placet import --undo ID      undo an import
  placet import --cancel ID    stop an import
  placet export LIST           export opted_in, opted_out or suppressed
  placet list [ID]             show the imports, or one of them
  placet setup                 show what is missing for the shop to work as a whole
  placet flood                 show the contacts that nobody has proven, or let them go
  placet connections [ID]      show the connections to shop platforms, or let them begin, read or pause
  placet journal write FOLDER  keep opt-outs and erasures outside of the database
  placet journal replay FOLDER enter them again after a backup was restored
  placet keys rotate           make a new master key for a deployment
  placet COMMAND --help        help for a command
  placet --version             print the version

${ENDINGS}`,

  import: `placet import FILE [options]     FILE is CSV, TSV or NDJSON, plain or gzip; - is stdin
placet import --cancel ID        stop an import; the rows that were imported stay
placet import --undo ID          undo an import: standings return to what they were before

The file is uploaded in pieces, and the service then processes it on its own. If you run the same command again with
the unchanged file, it continues an interrupted upload or finds its import; after --undo or --cancel it imports again.
An import from stdin cannot be continued.

  --list LIST         the meaning of rows without a choice of their own: opted_in, opted_out or suppressed
  --channel CHANNEL   the channel, if the file names none, such as email or sms
  --purpose PURPOSE   the purpose, if the file names none, such as newsletter
  --basis BASIS       the basis of an opt-in; default: consent
  --country CC        the country of national telephone numbers, ISO 3166-1 alpha-2; default: the shop's
  --profile NAME      the platform that wrote the file, such as shopify; default: detected
  --column F=HEADER   read the column HEADER as the field F, such as email="E-mail address"; may be repeated
  --no opt_out        read an ambiguous "no" as an opt-out
  --dry-run           report what the import would do, and store nothing
  --errors FILE       write the rejected rows to FILE, unchanged, each with line, column, reason and correction
  --force             replace the file of --errors
  --again             import again what failed or is done already; a file that the service recognises by its content
                      must be undone first
  --json              print the import as JSON when it has ended
${COMMON}

${ENDINGS}`,

  export: `placet export opted_in|opted_out|suppressed [options]

Without -o the list is written to stdout. With -o it is stored in FILE.part until it is complete, and the same command
continues after a crash or a lost connection (except with --format json, which starts again).

  -o, --output FILE   the file to write; it must not exist
  --force             replace FILE, or start again
  --channel CHANNEL, --purpose PURPOSE, --basis BASIS, --country CC
                      only rows with these values
  --since TIME        only rows that changed after TIME, such as 2026-11-01T00:00:00Z
  --decide            only addresses that may be contacted now, under the law that applies to each
  --by address|hash   suppressed only: addresses, or their hashes (default)
  --format FORMAT     csv (default), ndjson or json
  --profile NAME      the platform whose columns are written, such as shopify; default: placet
  --cells spreadsheet escape cells that a spreadsheet would read as formulas
${COMMON}

${ENDINGS}`,

  list: `placet list                      show the imports, newest first
placet list ID                   show one import
placet list ID --errors          print its rejected rows as CSV, to correct and import them

  --before ID         show imports older than this one
  --json              print JSON
  -o, --output FILE   --errors only: the file to write; it must not exist
  --force             replace FILE
${COMMON}

${ENDINGS}`,

  setup: `placet setup                     show what is missing for the shop to work as a whole: messages that nobody sends,
                                 links, languages of notices, a provider for the word STOP

  --json              print JSON
${COMMON}

${ENDINGS}`,

  flood: `placet flood [options]           show how many contacts only anonymous forms have named and nobody has proven
placet flood --since TIME --drop let them go: nothing of them is kept, no suppression and no certificate

The key needs the scope admin, with --drop the scope erase.

  --since TIME        entered from TIME on, such as 2026-11-01T00:00:00Z
  --until TIME        entered before TIME, and named by no form since
  --notice ID         entered under the notice with this id
  --network NETWORK   entered from this network, as the overview shows it
  --drop              let them go
  --json              print JSON
${COMMON}

${ENDINGS}`,

  connections: `placet connections               show the connections to shop platforms
placet connections ID ACTION     show one of them, or change it

  show                the connection and its state; the default
  preview             what it would do now
  approve             let it begin, or go on after a great change
  sync                read all customers of the platform now
  pause, resume       stop reading and writing, and go on
  conflicts           customers about whom the platform and the ledger disagree

The key needs the scope admin.

  --json              print JSON
${COMMON}

${ENDINGS}`,

  journal: `placet journal write FOLDER      write the opt-outs, suppressions and erasures of the shop to FOLDER
placet journal replay FOLDER     enter them again, after an older backup was restored

Run the first daily, and keep FOLDER apart from the backups. It has the addresses of people who opted out, and hashes for
those who were erased. The second imports both lists, and erases the contacts again that the backup has brought back. It
can be repeated. The key needs the scope lists; for replay also read and erase.

  --json              print JSON
${COMMON}

${ENDINGS}`,

  keys: `placet keys rotate               print PLACET_MASTER_KEY with a new key that signs, before the keys of now
placet keys retire ID            print PLACET_MASTER_KEY without the key of this id

The command reads PLACET_MASTER_KEY and PLACET_NAMING_KEY from the environment, as the deployment has them, and prints
new values for both. It sends nothing. Set what it prints for the deployment and start it again. Old keys and links work
until their master key is retired. Wait two days at least before that: each shop then has sealed its secret again.

  -h, --help          print this help

Exit codes: 0 done, 2 wrong usage or environment`,
};
